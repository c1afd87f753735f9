import { type Counts, chanceInformation, information, shrunkenRate } from "./evidence.ts";
import type { Characteristic } from "./model.ts";

export type Trend = Characteristic["trend"];

export interface Cuts {
  readonly trend: Trend;
  /** Places of the prebins that begin a bin, without the first. */
  readonly starts: readonly number[];
}

/**
 * A further bin has to gain this many times what chance gives it on average; by chance alone one in twenty does
 * (chi-square of one degree of freedom).
 */
const CHANCE_FACTOR = 3.84;
/** A turn costs the plain reading "more is worse", so it has to gain a quarter of all information, and visibly. */
const TURN_GAIN = 1.25;
const TURN_INFORMATION = 0.02;

export interface Limits {
  /** Rows of a bin at least. */
  readonly rows: number;
  /** Of the first and the last bin, where the tails of skewed columns are. */
  readonly tailRows: number;
}

interface Paths {
  /** Information less its price of the best cuts of the first i prebins; -Infinity where there are none. */
  readonly best: Float64Array;
  starts(end: number): number[];
}

/**
 * The cuts with the most information under a default rate that only rises or only falls, or, where that pays
 * clearly, turns once. Exact, by dynamic programming over prebins.
 */
export function optimalCuts(
  prebins: readonly Counts[],
  whole: Counts,
  limits: Limits,
  mayTurn: boolean,
): Cuts {
  const backwards = [...prebins].reverse();
  const size = prebins.length;
  const up = paths(prebins, whole, limits, 1);
  const down = paths(prebins, whole, limits, -1);
  const straight: Cuts & { gain: number } =
    up.best[size]! >= down.best[size]!
      ? { trend: "ascending", starts: up.starts(size), gain: up.best[size]! }
      : { trend: "descending", starts: down.starts(size), gain: down.best[size]! };
  if (!mayTurn || size < 3) return straight;
  const turned = [
    turn("peak", up, paths(backwards, whole, limits, 1), size),
    turn("valley", down, paths(backwards, whole, limits, -1), size),
  ];
  const best = turned[0]!.gain >= turned[1]!.gain ? turned[0]! : turned[1]!;
  return best.gain > straight.gain * TURN_GAIN && best.gain > straight.gain + TURN_INFORMATION
    ? best
    : straight;
}

function turn(trend: Trend, before: Paths, after: Paths, size: number): Cuts & { gain: number } {
  let at = 0;
  let gain = Number.NEGATIVE_INFINITY;
  for (let i = 1; i < size; i++) {
    const sum = before.best[i]! + after.best[size - i]!;
    if (sum > gain) {
      gain = sum;
      at = i;
    }
  }
  if (gain === Number.NEGATIVE_INFINITY) return { trend, starts: [], gain };
  const behind = after.starts(size - at).map((start) => size - start);
  return { trend, starts: [...before.starts(at), at, ...behind.reverse()], gain };
}

function paths(prebins: readonly Counts[], whole: Counts, limits: Limits, sign: 1 | -1): Paths {
  const size = prebins.length;
  const width = size + 1;
  const customers = new Float64Array(width);
  const defaults = new Float64Array(width);
  prebins.forEach((counts, i) => {
    customers[i + 1] = customers[i]! + counts.customers;
    defaults[i + 1] = defaults[i]! + counts.defaults;
  });
  const price = CHANCE_FACTOR * chanceInformation(whole);
  // [start * width + end]: of the bin of the prebins start..end-1, the gain of all bins up to it, and the start before
  const gain = new Float64Array(width * width).fill(Number.NEGATIVE_INFINITY);
  const rate = new Float64Array(width * width);
  const from = new Int32Array(width * width).fill(-1);
  const best = new Float64Array(width).fill(Number.NEGATIVE_INFINITY);
  const bestStart = new Int32Array(width);
  for (let end = 1; end <= size; end++) {
    for (let start = 0; start < end; start++) {
      const part = {
        customers: customers[end]! - customers[start]!,
        defaults: defaults[end]! - defaults[start]!,
      };
      const isTail = start === 0 || end === size;
      // the whole may be smaller than a bin should be, and is one then
      if (part.customers < (isTail ? limits.tailRows : limits.rows) && !(start === 0 && end === size))
        continue;
      const cell = start * width + end;
      rate[cell] = sign * shrunkenRate(part, whole);
      const own = information(part, whole) - price;
      if (start === 0) gain[cell] = own;
      for (let before = 0; before < start; before++) {
        const previous = before * width + start;
        if (gain[previous] === Number.NEGATIVE_INFINITY || rate[previous]! >= rate[cell]!) continue;
        if (gain[previous]! + own > gain[cell]!) {
          gain[cell] = gain[previous]! + own;
          from[cell] = before;
        }
      }
      if (gain[cell]! > best[end]!) {
        best[end] = gain[cell]!;
        bestStart[end] = start;
      }
    }
  }
  return {
    best,
    starts(end) {
      const starts: number[] = [];
      let start = bestStart[end]!;
      let stop = end;
      while (start > 0) {
        starts.push(start);
        const before = from[start * width + stop]!;
        stop = start;
        start = before;
      }
      return starts.reverse();
    },
  };
}
