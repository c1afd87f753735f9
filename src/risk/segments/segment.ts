import { CardscopeError } from "../../errors.ts";
import { type DrawOptions, paceOf } from "../bootstrap.ts";
import { choose } from "./choice.ts";
import { nearestCentre } from "./k-means.ts";
import { keyOrder } from "./key-order.ts";
import type { Measure } from "./measure.ts";
import { namesOf } from "./names.ts";
import { firstPoints, type Points, pointsOf, type UnusedMeasure, type UsedMeasure } from "./points.ts";

export interface SegmentOptions extends DrawOptions {
  /** Segments at most. */
  readonly most?: number;
}

export interface Segment {
  /** From 1, the largest first. */
  readonly segment: number;
  /** "high utilisation, low income" */
  readonly name: string;
  readonly customers: number;
  /** By used measure: the mean of the known values, in its own unit; null where none is known. */
  readonly means: readonly (number | null)[];
  /** By used measure: how far its mean is from that of all customers, in standard deviations of what was clustered. */
  readonly differences: readonly number[];
}

export interface Segments {
  readonly customers: number;
  /** By row, the segment's number. */
  readonly of: Int32Array;
  readonly segments: readonly Segment[];
  readonly measures: readonly UsedMeasure[];
  readonly leftOut: readonly UnusedMeasure[];
  /** By number of segments that was tried; `smallest` is the share of the smallest one. */
  readonly tried: readonly { segments: number; silhouette: number; smallest: number }[];
  readonly silhouette: number;
  /** Mean adjusted Rand index of the segments with those of other seeds: 1 is the same segments. */
  readonly agreement: number;
}

const LEAST_CUSTOMERS = 30;
/**
 * Centres are learnt from as many customers, drawn by the hash of their keys, whatever the seed; the others join the
 * nearest.
 */
const MOST_LEARNT = 5_000;

/**
 * Customers who behave alike, by k-means on standardised measures. The number of segments is the one with the highest
 * silhouette among those that other seeds find again and that have no tiny segment; where there is none, the number
 * found again best. Depends on keys and seed, not on the order of the rows.
 */
export async function segment(
  measures: readonly Measure[],
  keys: readonly string[],
  options: SegmentOptions,
): Promise<Segments> {
  const pace = paceOf(options);
  if (keys.length < LEAST_CUSTOMERS) {
    throw notComputable(`no segments of ${keys.length} customers`, `at least ${LEAST_CUSTOMERS} are needed`);
  }
  const order = await keyOrder(keys, pace);
  const { points, used, unused } = await pointsOf(measures, order, pace);
  const learnt = firstPoints(points, MOST_LEARNT);
  const different = distinctUpTo(learnt, options.most ?? 6);
  if (different < 2) {
    throw notComputable(
      "no segments: no measure tells the customers apart",
      unused.map(({ label, because }) => `${label}: ${because}`).join("; "),
    );
  }
  const { chosen, tried, agreement } = await choose(learnt, different, options.seed, pace);
  const { clusters } = chosen;
  const of = new Int32Array(points.rows);
  for (let i = 0; i < points.rows; i++) {
    of[i] = nearestCentre(points.values, i * points.width, clusters.centres, clusters.count, points.width);
  }
  const sizes = new Int32Array(clusters.count);
  for (const cluster of of) sizes[cluster]!++;
  const bySize = [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  const numberOf = Int32Array.from(sizes, (_, cluster) => bySize.indexOf(cluster) + 1);
  const result = new Int32Array(points.rows);
  order.forEach((row, i) => {
    result[row] = numberOf[of[i]!]!;
  });
  const byName = new Map(measures.map((measure) => [measure.name, measure.values]));
  const raw = used.map(({ name }) => byName.get(name)!);
  const differences = differencesOf(points, of, sizes);
  const names = namesOf(
    bySize.map((cluster) => used.map(({ label }, j) => ({ label, difference: differences[cluster]![j]! }))),
  );
  const means = meansOf(raw, order, of, sizes.length);
  return {
    customers: points.rows,
    of: result,
    segments: bySize.map((cluster, i) => ({
      segment: i + 1,
      name: names[i]!,
      customers: sizes[cluster]!,
      means: means[cluster]!,
      differences: differences[cluster]!,
    })),
    measures: used,
    leftOut: unused,
    tried: tried.map(({ clusters: { count }, silhouette, smallest }) => ({
      segments: count,
      silhouette,
      smallest,
    })),
    silhouette: chosen.silhouette,
    agreement,
  };
}

/** How many points differ, counted no further than `most`. */
function distinctUpTo({ rows, width, values }: Points, most: number): number {
  if (width === 0) return 0;
  const seen = new Set<string>();
  for (let i = 0; i < rows && seen.size < most; i++)
    seen.add(values.subarray(i * width, (i + 1) * width).join());
  return seen.size;
}

/** The measures are standardised over all customers, so the mean of a segment is its difference. */
function differencesOf({ rows, width, values }: Points, of: Int32Array, sizes: Int32Array): number[][] {
  const sums = Array.from(sizes, () => new Array<number>(width).fill(0));
  for (let i = 0; i < rows; i++) {
    const sum = sums[of[i]!]!;
    for (let j = 0; j < width; j++) sum[j]! += values[i * width + j]!;
  }
  return sums.map((sum, cluster) => sum.map((total) => (sizes[cluster] === 0 ? 0 : total / sizes[cluster]!)));
}

function meansOf(
  raw: readonly Float64Array[],
  order: Int32Array,
  of: Int32Array,
  count: number,
): (number | null)[][] {
  const means = Array.from({ length: count }, () => new Array<number | null>(raw.length).fill(null));
  raw.forEach((values, j) => {
    const sums = new Float64Array(count);
    const known = new Int32Array(count);
    order.forEach((row, i) => {
      const value = values[row]!;
      if (!Number.isFinite(value)) return;
      sums[of[i]!]! += value;
      known[of[i]!]!++;
    });
    for (let cluster = 0; cluster < count; cluster++) {
      means[cluster]![j] = known[cluster] === 0 ? null : sums[cluster]! / known[cluster]!;
    }
  });
  return means;
}

const notComputable = (message: string, hint: string): CardscopeError =>
  new CardscopeError("NOT_COMPUTABLE", message, { hint });
