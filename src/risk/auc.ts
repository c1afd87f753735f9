import type { Estimate } from "./model.ts";
import { Z95 } from "./proportion.ts";
import { type Ranking, rankingOf } from "./ranking.ts";

/**
 * Chance that a defaulted customer ranks riskier than another one, ties counting half. Without a pair to compare it
 * is 0.5: there is no order to be right about.
 */
export const auc = (outcome: Uint8Array, risk: Float64Array): number => aucOf(rankingOf(outcome, risk)).value;

/** With DeLong's interval (Biometrics 44, 1988); without one where the variance cannot be told or is 0. */
export function aucOf(ranking: Ranking): Estimate {
  const { customersAt, defaultsAt, defaults } = ranking;
  const others = ranking.customers - defaults;
  if (defaults === 0 || others === 0) return { value: 0.5, low: null, high: null };
  let below = 0;
  let wins = 0;
  for (let at = 0; at < customersAt.length; at++) {
    const othersHere = customersAt[at]! - defaultsAt[at]!;
    wins += defaultsAt[at]! * (below + othersHere / 2);
    below += othersHere;
  }
  const value = wins / defaults / others;
  if (defaults < 2 || others < 2) return { value, low: null, high: null };
  let othersBelow = 0;
  let defaultsAbove = defaults;
  let spreadOfDefaults = 0;
  let spreadOfOthers = 0;
  for (let at = 0; at < customersAt.length; at++) {
    const defaultsHere = defaultsAt[at]!;
    const othersHere = customersAt[at]! - defaultsHere;
    defaultsAbove -= defaultsHere;
    spreadOfDefaults += defaultsHere * ((othersBelow + othersHere / 2) / others - value) ** 2;
    spreadOfOthers += othersHere * ((defaultsAbove + defaultsHere / 2) / defaults - value) ** 2;
    othersBelow += othersHere;
  }
  const variance = spreadOfDefaults / (defaults - 1) / defaults + spreadOfOthers / (others - 1) / others;
  if (variance === 0) return { value, low: null, high: null };
  const half = Z95 * Math.sqrt(variance);
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}

/** The same on the scale from -1 to 1. */
export const giniOf = ({ value, low, high }: Estimate): Estimate => ({
  value: 2 * value - 1,
  low: low === null ? null : 2 * low - 1,
  high: high === null ? null : 2 * high - 1,
});
