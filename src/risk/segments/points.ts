import type { Pace } from "../pace.ts";
import type { Measure } from "./measure.ts";

/** Customers as points in which every measure weighs the same. */
export interface Points {
  readonly rows: number;
  readonly width: number;
  /** Row by row. */
  readonly values: Float64Array;
}

export interface UsedMeasure {
  readonly name: string;
  readonly label: string;
  /** Customers without a value; they count as the median. */
  readonly missing: number;
  /** A measure with a long right tail counts by its logarithm. */
  readonly scale: "plain" | "logarithm";
}

export interface UnusedMeasure {
  readonly name: string;
  readonly label: string;
  readonly because: string;
}

export interface Prepared {
  readonly points: Points;
  readonly used: readonly UsedMeasure[];
  /** Of the used ones. */
  readonly scales: readonly Scale[];
  readonly unused: readonly UnusedMeasure[];
}

/** Beyond these shares a value counts as the one there: a few absurd values would otherwise be a segment. */
const TAILS = [0.01, 0.99] as const;
/** With more of them missing, customers would be told apart by having a value at all. */
const MOST_MISSING = 0.5;
/** A measure that is the same for more of the customers than this tells only the rest apart. */
const MOST_EQUAL = 0.95;
const LONG_TAIL = 1;

/** `order`: the rows in an order that is not the file's, so that no sum depends on that. */
export async function pointsOf(
  measures: readonly Measure[],
  order: Int32Array,
  pace: Pace,
): Promise<Prepared> {
  const columns: Float64Array[] = [];
  const used: UsedMeasure[] = [];
  const scales: Scale[] = [];
  const unused: UnusedMeasure[] = [];
  for (const { name, label, values } of measures) {
    const raw = new Float64Array(order.length);
    for (let i = 0; i < order.length; i++) raw[i] = values[order[i]!]!;
    const column = columnOf(raw);
    if (typeof column === "string") unused.push({ name, label, because: column });
    else {
      columns.push(column.values);
      scales.push(column.scale);
      const scale = column.scale.isLogarithm ? "logarithm" : "plain";
      used.push({ name, label, missing: column.missing, scale });
    }
    await pace.step(100 * order.length);
  }
  const width = columns.length;
  const values = new Float64Array(order.length * width);
  columns.forEach((column, j) => {
    for (let i = 0; i < order.length; i++) values[i * width + j] = column[i]!;
  });
  return { points: { rows: order.length, width, values }, used, scales, unused };
}

export function firstPoints({ rows, width, values }: Points, most: number): Points {
  const kept = Math.min(rows, most);
  return { rows: kept, width, values: values.subarray(0, kept * width) };
}

/** How a measure becomes one of mean 0 and standard deviation 1. */
export interface Scale {
  /** Beyond them a value counts as they do. */
  readonly low: number;
  readonly high: number;
  /** What is missing counts as it does. */
  readonly median: number;
  /** Of the value in medians. */
  readonly isLogarithm: boolean;
  readonly mean: number;
  readonly deviation: number;
}

export function scaled(raw: Float64Array, scale: Scale): Float64Array {
  const { mean, deviation } = scale;
  return unscaled(raw, scale).map((value) => (value - mean) / deviation);
}

function unscaled(
  raw: Float64Array,
  { low, high, median, isLogarithm }: Omit<Scale, "mean" | "deviation">,
): Float64Array {
  const plain = raw.map((value) => (Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : median));
  return isLogarithm ? plain.map((value) => Math.log1p(value / median)) : plain;
}

interface Column {
  readonly values: Float64Array;
  readonly missing: number;
  readonly scale: Scale;
}

/** Mean 0 and standard deviation 1, or why not. */
function columnOf(raw: Float64Array): Column | string {
  const known = raw.filter((value) => Number.isFinite(value)).sort();
  const missing = raw.length - known.length;
  if (known.length === 0) return "every value is missing";
  if (missing > MOST_MISSING * raw.length) return `missing for ${missing} of ${raw.length} customers`;
  const same = longestRun(known);
  if (same >= MOST_EQUAL * known.length) return `the same for ${same} of ${known.length} customers`;
  const bounds = {
    low: quantile(known, TAILS[0]),
    high: quantile(known, TAILS[1]),
    median: quantile(known, 0.5),
  };
  const plain = unscaled(raw, { ...bounds, isLogarithm: false });
  const logarithm =
    bounds.low >= 0 && bounds.median > 0 ? unscaled(raw, { ...bounds, isLogarithm: true }) : undefined;
  const tail = skewness(plain);
  const isLogarithm = logarithm !== undefined && tail > LONG_TAIL && Math.abs(skewness(logarithm)) < tail;
  const values = isLogarithm ? logarithm : plain;
  const { mean, deviation } = moments(values);
  if (!(deviation > 1e-12 * Math.abs(mean))) return "the same for nearly all customers";
  return {
    values: values.map((value) => (value - mean) / deviation),
    missing,
    scale: { ...bounds, isLogarithm, mean, deviation },
  };
}

function longestRun(sorted: Float64Array): number {
  let longest = 0;
  let start = 0;
  for (let i = 1; i <= sorted.length; i++) {
    if (i < sorted.length && sorted[i] === sorted[start]) continue;
    longest = Math.max(longest, i - start);
    start = i;
  }
  return longest;
}

/** The value that a share of them do not exceed, one that occurs. */
const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;

function moments(values: Float64Array): { mean: number; deviation: number } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

function skewness(values: Float64Array): number {
  const { mean, deviation } = moments(values);
  if (deviation === 0) return 0;
  let cubes = 0;
  for (const value of values) cubes += ((value - mean) / deviation) ** 3;
  return cubes / values.length;
}
