import { usage } from "../../errors.ts";
import { categoryKey, categoryParts, type DimensionId } from "../dimensions.ts";
import type { Filter, Filters } from "../look.ts";
import { type Bins, type CategoryColumn, type Column, isRange, type RangeColumn } from "./bins.ts";
import { boundNumber } from "./extent.ts";

/** Which filters each row fails: a bit for each. A dimension's own filter is left out by its bit. */
export interface Fails {
  /** Customers, and the owner of cards without one. */
  readonly customers: Uint16Array;
  readonly cards: Uint16Array;
  /** Whether there is a filter on cards, or any. */
  readonly onCards: boolean;
  readonly any: boolean;
}

/** The rows that fail filters, but for those of one dimension. */
export function failsOf(bins: Bins, filters: Filters, except?: DimensionId): Fails {
  const customers = new Uint16Array(bins.customers + 1);
  const cards = new Uint16Array(bins.cards);
  let [onCards, any] = [false, false];
  for (const column of bins.columns) {
    const filter = filters[column.id];
    if (filter === undefined || column.id === except) continue;
    any = true;
    onCards ||= column.owner === "card";
    mark(column.owner === "card" ? cards : customers, column, filter);
  }
  return { customers, cards, onCards, any };
}

/** What a filter says of all values of a bin, or that a bound lies within it: then each value is asked. */
const [FAILS, PASSES, ASK] = [0, 1, 2];

function mark(fails: Uint16Array, column: Column, filter: Filter): void {
  if (!isRange(column)) markCodes(fails, column.bit, column.fine, ofNames(column, filter));
  else if ("values" in filter) markCodes(fails, column.bit, column.fine, ofMissing(column, filter.values));
  else {
    const low = filter.low === null ? Number.NEGATIVE_INFINITY : boundNumber(filter.low);
    const high = filter.high === null ? Number.POSITIVE_INFINITY : boundNumber(filter.high);
    markValues(fails, column.bit, column.fine, ofBounds(column, low, high), column.values, low, high);
  }
}

function ofNames({ id, names, dimension, fineCount }: CategoryColumn, filter: Filter): Uint8Array {
  if (!("values" in filter)) throw usage(`${id} has no bounds`, `name a value: ${id}=NAME`);
  const verdicts = new Uint8Array(fineCount + 1).fill(FAILS);
  for (const value of filter.values) {
    // "Visa" is "Visa~" as well, when it comes from an address
    const key = categoryKey(categoryParts(value, dimension.columns.length));
    const code = key === null ? fineCount : names.keys.indexOf(key);
    if (code >= 0) verdicts[code] = PASSES;
  }
  return verdicts;
}

function ofMissing({ id, fineCount }: RangeColumn, values: readonly (string | null)[]): Uint8Array {
  const verdicts = new Uint8Array(fineCount + 1).fill(FAILS);
  for (const value of values) {
    if (value !== null) throw usage(`${id}: not a range: ${value}`, `write ${id}=LOW..HIGH`);
    verdicts[fineCount] = PASSES;
  }
  return verdicts;
}

function ofBounds({ edges, fineCount }: RangeColumn, low: number, high: number): Uint8Array {
  const verdicts = new Uint8Array(fineCount + 1).fill(FAILS);
  for (let bin = 0; bin < fineCount; bin++) {
    const begin = bin === 0 ? Number.NEGATIVE_INFINITY : edges[bin]!;
    const end = bin === fineCount - 1 ? Number.POSITIVE_INFINITY : edges[bin + 1]!;
    if (low <= begin && end <= high) verdicts[bin] = PASSES;
    else if (begin < high && low < end) verdicts[bin] = ASK;
  }
  return verdicts;
}

function markCodes(fails: Uint16Array, bit: number, codes: Uint16Array, verdicts: Uint8Array): void {
  for (let i = 0; i < codes.length; i++) if (verdicts[codes[i]!] === FAILS) fails[i]! |= bit;
}

function markValues(
  fails: Uint16Array,
  bit: number,
  bins: Uint16Array,
  verdicts: Uint8Array,
  values: Float64Array,
  low: number,
  high: number,
): void {
  for (let i = 0; i < bins.length; i++) {
    const verdict = verdicts[bins[i]!];
    if (verdict === FAILS || (verdict === ASK && !(values[i]! >= low && values[i]! < high))) fails[i]! |= bit;
  }
}
