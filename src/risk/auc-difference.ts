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
  const below = new Int32Array(rows - defaults + 1);
  const difference = () => weightedAuc(orderA, weights, below) - weightedAuc(orderB, weights, below);
  const value = difference();
  if (defaults < 2 || rows - defaults < 2) return { value, low: null, high: null };
  const random = new Random(options.seed, 2);
  const pace = paceOf(options);
  const draws = new Float64Array(drawsFor(rows));
  for (let k = 0; k < draws.length; k++) {
    weights.fill(0);
    random.tally(defaults, defaults, weights, 0);
    random.tally(rows - defaults, rows - defaults, weights, defaults);
    draws[k] = difference();
    await pace.step(6 * rows);
  }
  draws.sort();
  return { value, low: quantile(draws, 0.025), high: quantile(draws, 0.975) };
}

/** Rows by one risk, as places in the layout, least risk first. */
interface Order {
  readonly defaults: Int32Array;
  readonly others: Int32Array;
  /** Of each default: others with less risk, and those with no more. */
  readonly othersBelow: Int32Array;
  readonly othersUpTo: Int32Array;
}

function orderOf(laid: Int32Array, { risks, placeOf, customersAt, defaultsAt, defaults }: Ranking): Order {
  const riskAt = laid.map((row) => placeOf[row]!);
  const places = sortBy(
    laid.map((_, place) => place),
    riskAt,
    risks.length,
  );
  const othersBelow = new Int32Array(defaults);
  const othersUpTo = new Int32Array(defaults);
  let others = 0;
  let k = 0;
  for (let at = 0; at < risks.length; at++) {
    const othersHere = customersAt[at]! - defaultsAt[at]!;
    for (let i = 0; i < defaultsAt[at]!; i++, k++) {
      othersBelow[k] = others;
      othersUpTo[k] = others + othersHere;
    }
    others += othersHere;
  }
  return {
    defaults: places.filter((place) => place < defaults),
    others: places.filter((place) => place >= defaults),
    othersBelow,
    othersUpTo,
  };
}

/**
 * Each row counts as often as its weight says. Whole numbers until the end, so that their order cannot matter: the
 * others are added up once in the order of the risk, and each default looks up how many it beats.
 */
function weightedAuc(
  { defaults, others, othersBelow, othersUpTo }: Order,
  weights: Uint16Array,
  below: Int32Array,
): number {
  let sum = 0;
  for (let i = 0; i < others.length; i++) {
    sum += weights[others[i]!]!;
    below[i + 1] = sum;
  }
  let twice = 0;
  for (let k = 0; k < defaults.length; k++) {
    twice += weights[defaults[k]!]! * (below[othersBelow[k]!]! + below[othersUpTo[k]!]!);
  }
  return defaults.length === 0 || sum === 0 ? 0.5 : twice / 2 / defaults.length / sum;
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
