import { binLabel } from "./bin-label.ts";
import type { InputColumn } from "./borrowers.ts";
import { type Counts, information, shrunkenRate, weightOfEvidence } from "./evidence.ts";
import type { Bin } from "./model.ts";
import { type Limits, optimalCuts, type Trend } from "./optimal-cuts.ts";
import { roundBetween } from "./round-number.ts";

export interface Binned {
  /** Of the default rate over the ranges: ascending where more of the input is riskier. */
  readonly trend: Trend;
  /** Without points yet. */
  readonly bins: readonly Bin[];
  readonly informationValue: number;
}

/** Quantiles that cuts are chosen from. */
const PREBINS = 64;
const BIN_SHARE = 0.05;
const TAIL_SHARE = 0.01;
/** However few rows there are. */
const BIN_ROWS = 15;
/** A code of its own bin has at least this many rows; rarer ones share one. */
const CODE_ROWS = 50;

/** Outcomes of the rarer kind below which a default rate only rises or only falls; training folds of 300 have 240. */
const FEWEST_TO_TURN = 240;

/** Counts per distinct value, ascending. */
interface Distinct {
  readonly value: Float64Array;
  readonly customers: Float64Array;
  readonly defaults: Float64Array;
  readonly size: number;
}

/** Bins of one input with the most information about the outcome; missing values and codes have their own. */
export function binColumn(column: InputColumn, outcome: Uint8Array): Binned {
  const whole = { customers: outcome.length, defaults: outcome.reduce((sum, y) => sum + y, 0) };
  return column.kind === "number" ? binNumbers(column, outcome, whole) : binLevels(column, outcome, whole);
}

function limitsOf(rows: number): Limits {
  const least = Math.min(BIN_ROWS, Math.ceil(rows / 4));
  return {
    rows: Math.max(least, Math.ceil(rows * BIN_SHARE)),
    tailRows: Math.max(least, Math.ceil(rows * TAIL_SHARE)),
  };
}

function binNumbers(
  column: Extract<InputColumn, { kind: "number" }>,
  outcome: Uint8Array,
  whole: Counts,
): Binned {
  const codes = new Map(column.codes.map((code) => [code, { customers: 0, defaults: 0 }]));
  const missing = { customers: 0, defaults: 0 };
  const good = new Float64Array(outcome.length);
  const bad = new Float64Array(outcome.length);
  let goods = 0;
  let bads = 0;
  for (let i = 0; i < outcome.length; i++) {
    const value = column.values[i]!;
    const y = outcome[i]!;
    const apart = Number.isNaN(value) ? missing : codes.size > 0 ? codes.get(value) : undefined;
    if (apart) {
      apart.customers++;
      apart.defaults += y;
    } else if (y === 1) bad[bads++] = value;
    else good[goods++] = value;
  }
  // two plain sorts and a merge: far faster than sorting rows by a comparison
  const distinct = merge(good.subarray(0, goods).sort(), bad.subarray(0, bads).sort());
  const groups = prebin(distinct);
  const prebins = groups.map(({ counts }) => counts);
  // of few outcomes, a turn is chance more often than not
  const mayTurn = Math.min(whole.defaults, whole.customers - whole.defaults) >= FEWEST_TO_TURN;
  const { trend, starts } = optimalCuts(prebins, whole, limitsOf(outcome.length), mayTurn);
  const cuts = starts.map((start) => groups[start]!.low);
  const isWhole = isWholeAndSmall(distinct);
  const bounds = [0, ...starts, groups.length];
  const bins = bounds.slice(1).map((end, i) =>
    binOf("range", sumOf(prebins.slice(bounds[i]!, end)), whole, {
      low: cuts[i - 1] ?? null,
      high: cuts[i] ?? null,
      isWhole,
    }),
  );
  return finish(
    starts.length === 0 ? "none" : trend,
    [...bins, ...codeBins(codes, whole), binOf("missing", missing, whole)],
    whole,
  );
}

function codeBins(codes: ReadonlyMap<number, Counts>, whole: Counts): Bin[] {
  const all = [...codes].sort(([a], [b]) => a - b);
  const rare = all.filter(([, counts]) => counts.customers < CODE_ROWS);
  const bins = all
    .filter(([, counts]) => counts.customers >= CODE_ROWS)
    .map(([code, counts]) => binOf("codes", counts, whole, { codes: [code] }));
  if (rare.length === 0) return bins;
  const together = binOf("codes", sumOf(rare.map(([, counts]) => counts)), whole, {
    codes: rare.map(([code]) => code),
  });
  return [...bins, together];
}

function binLevels(
  column: Extract<InputColumn, { kind: "category" }>,
  outcome: Uint8Array,
  whole: Counts,
): Binned {
  const counts = column.levels.map((level) => ({ level, customers: 0, defaults: 0 }));
  const missing = { customers: 0, defaults: 0 };
  for (let i = 0; i < outcome.length; i++) {
    const count = counts[column.values[i]!] ?? missing;
    count.customers++;
    count.defaults += outcome[i]!;
  }
  const known = counts
    .filter(({ customers }) => customers > 0)
    .sort((a, b) => shrunkenRate(a, whole) - shrunkenRate(b, whole) || (a.level < b.level ? -1 : 1));
  const groups = joinLevels(known, Math.ceil(outcome.length / PREBINS));
  const { starts } = optimalCuts(groups.map(sumOf), whole, limitsOf(outcome.length), false);
  const bounds = [0, ...starts, groups.length];
  const bins = bounds.slice(1).flatMap((end, i) => {
    const members = groups.slice(bounds[i]!, end).flat();
    const levels = members.map(({ level }) => level).sort();
    return levels.length === 0 ? [] : [binOf("levels", sumOf(members), whole, { levels })];
  });
  const none = { customers: 0, defaults: 0 };
  return finish("none", [...bins, binOf("other", none, whole), binOf("missing", missing, whole)], whole);
}

/** Neighbours by rate together, until there are few enough to choose cuts from. */
function joinLevels<T extends Counts>(levels: readonly T[], rows: number): T[][] {
  const groups: T[][] = [];
  for (const level of levels) {
    const last = groups.at(-1);
    if (last && levels.length > PREBINS && sumOf(last).customers < rows) last.push(level);
    else groups.push([level]);
  }
  return groups;
}

function finish(trend: Trend, bins: readonly Bin[], whole: Counts): Binned {
  const informationValue = bins.reduce((sum, bin) => sum + information(bin, whole), 0);
  return { trend, bins, informationValue };
}

const sumOf = (parts: readonly Counts[]): Counts =>
  parts.reduce(
    (sum, part) => ({
      customers: sum.customers + part.customers,
      defaults: sum.defaults + part.defaults,
    }),
    { customers: 0, defaults: 0 },
  );

function binOf(
  kind: Bin["kind"],
  counts: Counts,
  whole: Counts,
  bounds: {
    low?: number | null;
    high?: number | null;
    codes?: number[];
    levels?: string[];
    isWhole?: boolean;
  } = {},
): Bin {
  const { low = null, high = null, codes = [], levels = [], isWhole = false } = bounds;
  return {
    kind,
    low,
    high,
    codes,
    levels,
    label: binLabel({ kind, low, high, codes, levels }, isWhole),
    customers: counts.customers,
    defaults: counts.defaults,
    woe: weightOfEvidence(counts, whole),
    points: 0,
  };
}

export function merge(good: Float64Array, bad: Float64Array): Distinct {
  const value = new Float64Array(good.length + bad.length);
  const customers = new Float64Array(value.length);
  const defaults = new Float64Array(value.length);
  let size = 0;
  let g = 0;
  let b = 0;
  while (g < good.length || b < bad.length) {
    const next = g < good.length && (b >= bad.length || good[g]! <= bad[b]!) ? good[g]! : bad[b]!;
    const from = g + b;
    while (g < good.length && good[g] === next) g++;
    const before = b;
    while (b < bad.length && bad[b] === next) b++;
    value[size] = next;
    customers[size] = g + b - from;
    defaults[size] = b - before;
    size++;
  }
  return { value, customers, defaults, size };
}

interface Prebin {
  /** Lower bound; of the first it is not needed. */
  readonly low: number;
  readonly counts: Counts;
}

/**
 * About equally large groups of neighbouring values; a value that many rows share is one by itself. A bound may move
 * by a third of a group, so that it can be a round number.
 */
function prebin({ value, customers, defaults, size }: Distinct): Prebin[] {
  const rows = customers.subarray(0, size).reduce((sum, n) => sum + n, 0);
  const target = rows / PREBINS;
  const lows: number[] = [];
  let inside = 0;
  for (let i = 0; i < size; i++) {
    const isNew = size <= PREBINS || inside >= target || customers[i]! >= target;
    if (i > 0 && isNew) {
      const slack = size <= PREBINS ? 0 : target / 3;
      const low = roundBetween(
        value[reach(customers, i - 1, -1, slack)]!,
        value[reach(customers, i, 1, slack, size)]!,
      );
      if (lows.length === 0 || low > lows.at(-1)!) lows.push(low);
      inside = 0;
    }
    inside += customers[i]!;
  }
  const prebins = [Number.NEGATIVE_INFINITY, ...lows].map((low) => ({
    low,
    counts: { customers: 0, defaults: 0 },
  }));
  let at = 0;
  for (let i = 0; i < size; i++) {
    while (at < lows.length && value[i]! >= lows[at]!) at++;
    prebins[at]!.counts.customers += customers[i]!;
    prebins[at]!.counts.defaults += defaults[i]!;
  }
  return prebins.filter(({ counts }, i) => i === 0 || counts.customers > 0);
}

/** As far from a value as fewer than `slack` rows are passed. */
function reach(
  customers: Float64Array,
  from: number,
  step: 1 | -1,
  slack: number,
  size = customers.length,
): number {
  let at = from;
  let passed = customers[at]!;
  while (passed < slack && at + step >= 0 && at + step < size) {
    at += step;
    passed += customers[at]!;
  }
  return at;
}

function isWholeAndSmall({ value, size }: Distinct): boolean {
  return (
    size > 0 &&
    size < 200 &&
    value[size - 1]! - value[0]! < 200 &&
    value.subarray(0, size).every(Number.isInteger)
  );
}
