import type { CategoryColumn, InputColumn, NumberColumn } from "./borrowers.ts";
import { roundBetween } from "./round-number.ts";

/** One input as the trees see it: a small whole number per row, in an order that a threshold can cut. */
export interface BinnedInput {
  readonly input: string;
  readonly monotone: -1 | 0 | 1;
  /** Levels by their default rate; empty for a number. */
  readonly order: readonly string[];
  /** Values that count as missing. */
  readonly codes: readonly number[];
  /** Value v belongs to bin i where cuts[i - 1] <= v < cuts[i]. */
  readonly cuts: Float64Array;
  /** Per training row; `cuts.length + 1` is missing. */
  readonly bins: Uint8Array;
  readonly hasMissing: boolean;
}

/** With the bin of the missing they fit into a byte. */
export const MOST_BINS = 255;
/** Customers of the overall default rate that a level's own rate is smoothed with. */
const PRIOR = 20;

export interface BinRequest {
  readonly outcome: Uint8Array;
  readonly rows: Int32Array;
  readonly most: number;
}

export function binInput(column: InputColumn, monotone: -1 | 0 | 1, request: BinRequest): BinnedInput {
  return column.kind === "number"
    ? binNumbers(column, monotone, request)
    : binLevels(column, monotone, request);
}

/**
 * A code is a value like any other where no order is asked for: the trees cut it off where that pays. Where an order
 * is asked for, a code such as -9 would be forced into it as the smallest amount, so it goes the way of the missing.
 */
function binNumbers(column: NumberColumn, monotone: -1 | 0 | 1, request: BinRequest): BinnedInput {
  const { rows, most } = request;
  const codes = monotone === 0 ? [] : column.codes;
  const isCode = new Set(codes);
  const values = new Float64Array(rows.length);
  const known = new Float64Array(rows.length);
  let n = 0;
  for (let i = 0; i < rows.length; i += 1) {
    const value = column.values[rows[i]!]!;
    const isMissing = Number.isNaN(value) || isCode.has(value);
    values[i] = isMissing ? Number.NaN : value;
    if (!isMissing) known[n++] = value;
  }
  const cuts = cutsOf(known.subarray(0, n).sort(), most);
  const bins = new Uint8Array(rows.length);
  for (let i = 0; i < rows.length; i += 1) bins[i] = binOf(values[i]!, cuts);
  return { input: column.name, monotone, order: [], codes, cuts, bins, hasMissing: n < rows.length };
}

function binLevels(column: CategoryColumn, monotone: -1 | 0 | 1, request: BinRequest): BinnedInput {
  const { rows, outcome, most } = request;
  const customers = new Float64Array(column.levels.length);
  const defaults = new Float64Array(column.levels.length);
  let known = 0;
  let events = 0;
  for (const row of rows) {
    events += outcome[row]!;
    const level = column.values[row]!;
    if (level < 0) continue;
    known += 1;
    customers[level]! += 1;
    defaults[level]! += outcome[row]!;
  }
  const overall = events / Math.max(1, rows.length);
  const rate = (level: number) => (defaults[level]! + PRIOR * overall) / (customers[level]! + PRIOR);
  // levels without a row here are unseen: their rate is nobody's
  const seen = column.levels
    .map((name, level) => ({ name, level }))
    .filter(({ level }) => customers[level]! > 0)
    .sort((a, b) => rate(a.level) - rate(b.level) || (a.name < b.name ? -1 : 1));
  const places = new Float64Array(column.levels.length).fill(Number.NaN);
  seen.forEach(({ level }, place) => {
    places[level] = place;
  });
  const sorted = new Float64Array(known);
  let n = 0;
  for (const row of rows) if (column.values[row]! >= 0) sorted[n++] = places[column.values[row]!]!;
  const cuts = cutsOf(sorted.sort(), most);
  const bins = new Uint8Array(rows.length);
  for (let i = 0; i < rows.length; i += 1)
    bins[i] = binOf(places[column.values[rows[i]!]!] ?? Number.NaN, cuts);
  const order = seen.map(({ name }) => name);
  return { input: column.name, monotone, order, codes: [], cuts, bins, hasMissing: known < rows.length };
}

/** A cut between any two values where there are few, else cuts at quantiles. A value is never split. */
function cutsOf(sorted: Float64Array, most: number): Float64Array {
  const distinct: number[] = [];
  const counts: number[] = [];
  for (const value of sorted) {
    if (distinct.length > 0 && distinct[distinct.length - 1] === value) counts[counts.length - 1]! += 1;
    else {
      distinct.push(value);
      counts.push(1);
    }
  }
  const cuts: number[] = [];
  if (distinct.length <= most) {
    for (let i = 1; i < distinct.length; i += 1) cuts.push(roundBetween(distinct[i - 1]!, distinct[i]!));
    return Float64Array.from(cuts);
  }
  let left = sorted.length;
  let inBin = 0;
  for (let i = 0; i < distinct.length - 1 && cuts.length < most - 1; i += 1) {
    inBin += counts[i]!;
    // a frequent value takes its own bin, and the others share what is left evenly
    const share = left / (most - cuts.length);
    if (inBin < share && inBin + counts[i + 1]! / 2 < share) continue;
    cuts.push(roundBetween(distinct[i]!, distinct[i + 1]!));
    left -= inBin;
    inBin = 0;
  }
  return Float64Array.from(cuts);
}

/** Bins below the first cut that is above the value; NaN is missing. */
function binOf(value: number, cuts: Float64Array): number {
  if (Number.isNaN(value)) return cuts.length + 1;
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value < cuts[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}
