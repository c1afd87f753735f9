import { type DrawOptions, drawsFor, quantile } from "./bootstrap.ts";
import type { Estimate } from "./model.ts";
import { Random } from "./random.ts";
import { type Ranking, rankingOf } from "./ranking.ts";
import { Turns } from "./turns.ts";

/**
 * The widest gap between the shares of the two classes up to a risk, by Kolmogorov and Smirnov. Its interval is
 * Efron's percentile interval from a stratified bootstrap, shifted by how far the median draw is off: a draw widens
 * the gap by itself.
 */
export async function ksOf(ranking: Ranking, options: DrawOptions): Promise<Estimate> {
  const { defaults } = ranking;
  const others = ranking.customers - defaults;
  const othersAt = ranking.customersAt.map((count, at) => count - ranking.defaultsAt[at]!);
  const value = widestGap(ranking.defaultsAt, othersAt, defaults, others);
  if (defaults < 2 || others < 2) return { value, low: null, high: null };
  const defaultPlaces = repeated(ranking.defaultsAt, defaults);
  const otherPlaces = repeated(othersAt, others);
  const random = new Random(options.seed, 1);
  const turns = new Turns(options);
  const draws = new Float64Array(drawsFor(ranking.customers));
  for (let k = 0; k < draws.length; k++) {
    draws[k] = widestGap(
      drawFrom(defaultPlaces, othersAt.length, random),
      drawFrom(otherPlaces, othersAt.length, random),
      defaults,
      others,
    );
    await turns.after(4 * ranking.customers);
  }
  draws.sort();
  const bias = quantile(draws, 0.5) - value;
  return {
    value,
    low: Math.max(0, quantile(draws, 0.025) - bias),
    high: Math.min(1, quantile(draws, 0.975) - bias),
  };
}

/** The gap alone; 0 where a class is empty. */
export function ks(outcome: Uint8Array, risk: Float64Array): number {
  const { customersAt, defaultsAt, customers, defaults } = rankingOf(outcome, risk);
  const othersAt = customersAt.map((count, at) => count - defaultsAt[at]!);
  return widestGap(defaultsAt, othersAt, defaults, customers - defaults);
}

function widestGap(defaultsAt: Int32Array, othersAt: Int32Array, defaults: number, others: number): number {
  if (defaults === 0 || others === 0) return 0;
  let widest = 0;
  let defaultsBelow = 0;
  let othersBelow = 0;
  for (let at = 0; at < defaultsAt.length; at++) {
    defaultsBelow += defaultsAt[at]!;
    othersBelow += othersAt[at]!;
    const gap = Math.abs(defaultsBelow / defaults - othersBelow / others);
    if (gap > widest) widest = gap;
  }
  return widest;
}

function repeated(counts: Int32Array, total: number): Int32Array {
  const places = new Int32Array(total);
  let end = 0;
  for (let at = 0; at < counts.length; at++) {
    places.fill(at, end, end + counts[at]!);
    end += counts[at]!;
  }
  return places;
}

/** As many rows as there are, drawn with replacement, counted by place. */
function drawFrom(places: Int32Array, count: number, random: Random): Int32Array {
  const drawn = new Int32Array(count);
  for (let i = 0; i < places.length; i++) drawn[places[random.below(places.length)]!]!++;
  return drawn;
}
