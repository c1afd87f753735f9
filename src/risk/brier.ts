import type { Estimate } from "./model.ts";
import { Z95 } from "./proportion.ts";
import { type Ranking, rankingOf } from "./ranking.ts";

/** Mean squared distance of the probability from what happened: 0 is perfect, a good model is below rate × (1 - rate). */
export const brier = (outcome: Uint8Array, pd: Float64Array): number => brierOf(rankingOf(outcome, pd)).value;

/** Of a ranking by probability; with the normal interval of a mean. */
export function brierOf({ customers, risks, customersAt, defaultsAt }: Ranking): Estimate {
  let sum = 0;
  let squares = 0;
  for (let at = 0; at < risks.length; at++) {
    const ofDefault = (1 - risks[at]!) ** 2;
    const ofOther = risks[at]! ** 2;
    sum += defaultsAt[at]! * ofDefault + (customersAt[at]! - defaultsAt[at]!) * ofOther;
    squares += defaultsAt[at]! * ofDefault ** 2 + (customersAt[at]! - defaultsAt[at]!) * ofOther ** 2;
  }
  const value = customers === 0 ? 0 : sum / customers;
  if (customers < 2) return { value, low: null, high: null };
  const variance = Math.max(0, squares - customers * value ** 2) / (customers - 1);
  const half = Z95 * Math.sqrt(variance / customers);
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}
