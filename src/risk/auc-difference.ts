import { type DrawOptions, drawsFor, paceOf, quantile } from "./bootstrap.ts";
import type { Estimate } from "./model.ts";
import { Random } from "./random.ts";
import { type Ranking, rankingOf } from "./ranking.ts";

/**
 * AUC of `riskA` less that of `riskB` on the same rows. Defaulted and other rows are drawn again within their class,
 * both risks with them; the interval is that of the draws' percentiles.
 */
export async function aucDifference(
  outcome: Uint8Array,
  riskA: Float64Array,
  riskB: Float64Array,
  options: DrawOptions,
): Promise<Estimate> {
  const rows = outcome.length;
  const a = rankingOf(outcome, riskA);
  const b = rankingOf(outcome, riskB);
  const { defaults } = a;
  // Defaulted rows first, then by both risks: equal rows are neighbours, so the order in the file does not matter.
  const all = Int32Array.from(outcome, (_, row) => row);
  const byRisks = sortBy(sortBy(all, b.placeOf, b.risks.length), a.placeOf, a.risks.length);
  const laid = sortBy(
    byRisks,
    Int32Array.from(outcome, (value) => 1 - value),
    2,
  );
  const orderA = orderOf(laid, a);
  const orderB = orderOf(laid, b);
  const weights = new Uint16Array(rows).fill(1);
  const difference = () => weightedAuc(orderA, weights, defaults) - weightedAuc(orderB, weights, defaults);
  const value = difference();
  if (defaults < 2 || rows - defaults < 2) return { value, low: null, high: null };
  const random = new Random(options.seed, 2);
  const pace = paceOf(options);
  const draws = new Float64Array(drawsFor(rows));
  for (let k = 0; k < draws.length; k++) {
    weights.fill(0);
    for (let i = 0; i < defaults; i++) weights[random.below(defaults)]!++;
    for (let i = defaults; i < rows; i++) weights[defaults + random.below(rows - defaults)]!++;
    draws[k] = difference();
    await pace.step(6 * rows);
  }
  draws.sort();
  return { value, low: quantile(draws, 0.025), high: quantile(draws, 0.975) };
}

interface Order {
  /** Places in the layout, least risk first. */
  readonly places: Int32Array;
  /** Where each risk starts in `places`, and the end. */
  readonly starts: Int32Array;
}

function orderOf(laid: Int32Array, ranking: Ranking): Order {
  const starts = new Int32Array(ranking.risks.length + 1);
  for (let at = 0; at < ranking.risks.length; at++) starts[at + 1] = starts[at]! + ranking.customersAt[at]!;
  const riskAt = laid.map((row) => ranking.placeOf[row]!);
  return {
    places: sortBy(
      laid.map((_, place) => place),
      riskAt,
      ranking.risks.length,
    ),
    starts,
  };
}

/** Rows whose place is below `defaults` have defaulted; each counts as often as its weight says. */
function weightedAuc({ places, starts }: Order, weights: Uint16Array, defaults: number): number {
  let wins = 0;
  let below = 0;
  for (let at = 0; at + 1 < starts.length; at++) {
    let defaultsHere = 0;
    let othersHere = 0;
    for (let i = starts[at]!; i < starts[at + 1]!; i++) {
      const place = places[i]!;
      if (place < defaults) defaultsHere += weights[place]!;
      else othersHere += weights[place]!;
    }
    wins += defaultsHere * (below + othersHere / 2);
    below += othersHere;
  }
  return defaults === 0 || below === 0 ? 0.5 : wins / defaults / below;
}

/** Stable, by a small whole number that each row has. */
function sortBy(rows: Int32Array, keyOf: Int32Array, keys: number): Int32Array {
  const next = new Int32Array(keys + 1);
  for (const row of rows) next[keyOf[row]! + 1]!++;
  for (let key = 0; key < keys; key++) next[key + 1]! += next[key]!;
  const sorted = new Int32Array(rows.length);
  for (const row of rows) sorted[next[keyOf[row]!]!++] = row;
  return sorted;
}
