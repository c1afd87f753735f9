import type { Bound } from "../look.ts";

/** Where the values of a range dimension lie; all null where there is none. */
export interface Spread {
  readonly min: number | null;
  /** All but a few values are from here … */
  readonly low: number | null;
  /** … to here. */
  readonly high: number | null;
  readonly max: number | null;
}

/** The bins of a range dimension: bin i holds edge i <= value < edge i + 1. */
export interface Extent {
  /** One more than there are bins. A month is a number, see `monthNumber`. */
  readonly edges: Float64Array;
  readonly step: number;
  readonly barSteps: number;
  /** Whether the first or the last bin also holds values beyond it. */
  readonly open: { readonly low: boolean; readonly high: boolean };
}

/** A reader sees no more, and a cube holds a row for each. */
const MOST_BINS = 400;

/**
 * Bins that hold the values: all of them, or all but a few far out. The step grows where there would be too many.
 * Bars begin at multiples of a bar, so that they are at the same place in each portfolio.
 */
export function extentOf(spread: Spread, step: number, barSteps: number, most = MOST_BINS): Extent {
  const { min, low, high, max } = spread;
  if (min === null || low === null || high === null || max === null)
    return extentOf({ min: 0, low: 0, high: 0, max: 0 }, step, barSteps, most);
  for (let grown = step, i = 0; ; i++, grown = exact(step * growth(i))) {
    const bar = exact(grown * barSteps);
    for (const [from, to] of [
      [min, max],
      [low, high],
    ] as const) {
      const first = barAt(from, bar);
      const bins = (barAt(to, bar) - first + 1) * barSteps;
      if (bins > most) continue;
      const edges = Float64Array.from({ length: bins + 1 }, (_, k) => exact((first * barSteps + k) * grown));
      const [begin = 0, end = 0] = [edges[0], edges[bins]];
      return { edges, step: grown, barSteps, open: { low: min < begin, high: max >= end } };
    }
  }
}

/** The bar that holds a value; compared with its edges, because the quotient 0.35 / 0.05 is less than 7. */
function barAt(value: number, width: number): number {
  const near = Math.floor(value / width);
  if (value < exact(near * width)) return near - 1;
  return value >= exact((near + 1) * width) ? near + 1 : near;
}

/** 1, 2, 5, 10, 20, 50, … */
const growth = (i: number): number => [1, 2, 5][i % 3]! * 10 ** Math.floor(i / 3);

/** The double that the decimal text of a number is read as: 29 * 0.01 is not 0.29, which is what a bound says. */
const exact = (value: number): number => Number(value.toPrecision(15));

/** The bin of each value, and of a missing one (NaN) the bin after the last. */
export function binAll(values: Float64Array, { edges, step }: Extent): Uint16Array {
  const bins = new Uint16Array(values.length);
  const count = edges.length - 1;
  const first = edges[0]!;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      bins[i] = count;
      continue;
    }
    // the quotient is off by one at some edges: (0.29 - 0) / 0.01 is 28.999…
    let bin = Math.max(0, Math.min(count - 1, Math.floor((value - first) / step)));
    while (bin > 0 && value < edges[bin]!) bin--;
    while (bin < count - 1 && value >= edges[bin + 1]!) bin++;
    bins[i] = bin;
  }
  return bins;
}

/** Months since year 0, so that months are numbers as the rest: "2020-02" is 24241. */
export function monthNumber(month: string): number {
  const [year, number] = month.split("-").map(Number);
  return year! * 12 + number! - 1;
}

export const monthText = (number: number): string =>
  `${String(Math.floor(number / 12)).padStart(4, "0")}-${String((number % 12) + 1).padStart(2, "0")}`;

/** A bound of a filter as a number of the dimension. */
export const boundNumber = (bound: Bound): number => (typeof bound === "string" ? monthNumber(bound) : bound);
