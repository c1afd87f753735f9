import { CardscopeError } from "../../errors.ts";
import { type DrawOptions, paceOf } from "../bootstrap.ts";
import { choose } from "./choice.ts";
import { nearestCentre } from "./k-means.ts";
import { keyOrder } from "./key-order.ts";
import type { Measure } from "./measure.ts";
import { namesOf } from "./names.ts";
import {
  firstPoints,
  type Points,
  pointsOf,
  type Scale,
  scaled,
  type UnusedMeasure,
  type UsedMeasure,
} from "./points.ts";

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
  /** By used measure: how far its mean is from that of all customers, in standard deviations of what was clustered. */
  readonly differences: readonly number[];
}

const LEAST_CUSTOMERS = 30;
/**
 * Centres are learnt from as many customers, drawn by the hash of their keys, whatever the seed; the others join the
 * nearest.
 */
const MOST_LEARNT = 5_000;

/** Groups of customers who behave alike, as they were found among some of them. Each has a number, its place. */
export class Segmentation {
  readonly measures: readonly UsedMeasure[];
  readonly leftOut: readonly UnusedMeasure[];
  /** By number of segments that was tried; `smallest` is the share of the smallest one. */
  readonly tried: readonly { segments: number; silhouette: number; smallest: number }[];
  readonly silhouette: number;
  /** Mean adjusted Rand index of the segments with those of other seeds: 1 is the same segments. */
  readonly agreement: number;
  /** How many groups there are. */
  readonly count: number;
  readonly #scales: readonly Scale[];
  readonly #centres: Float64Array;
  readonly #differences: readonly (readonly number[])[];

  constructor(
    measures: readonly { readonly used: UsedMeasure; readonly scale: Scale }[],
    leftOut: readonly UnusedMeasure[],
    { chosen, tried, agreement }: Awaited<ReturnType<typeof choose>>,
    points: Points,
  ) {
    this.measures = measures.map(({ used }) => used);
    this.leftOut = leftOut;
    this.tried = tried.map(({ clusters, silhouette, smallest }) => ({
      segments: clusters.count,
      silhouette,
      smallest,
    }));
    this.silhouette = chosen.silhouette;
    this.agreement = agreement;
    this.count = chosen.clusters.count;
    this.#scales = measures.map(({ scale }) => scale);
    this.#centres = chosen.clusters.centres;
    this.#differences = differencesOf(points, this.#nearest(points), this.count);
  }

  /** The group of each row, by the values of its measures; other measures are passed over. */
  groupsOf(measures: readonly Pick<Measure, "name" | "values">[]): Uint8Array {
    const byName = new Map(measures.map(({ name, values }) => [name, values]));
    const rows = measures[0]?.values.length ?? 0;
    const width = this.measures.length;
    const values = new Float64Array(rows * width);
    this.measures.forEach(({ name }, j) => {
      const column = scaled(byName.get(name)!, this.#scales[j]!);
      for (let i = 0; i < rows; i++) values[i * width + j] = column[i]!;
    });
    return this.#nearest({ rows, width, values });
  }

  /** By group, how many customers it has: the groups as segments, the largest first, with their numbers. */
  segments(sizes: ArrayLike<number>): (Segment & { readonly group: number })[] {
    const bySize = Array.from({ length: this.count }, (_, group) => group).sort(
      (a, b) => sizes[b]! - sizes[a]! || a - b,
    );
    const names = namesOf(
      bySize.map((group) =>
        this.measures.map(({ label }, j) => ({ label, difference: this.#differences[group]![j]! })),
      ),
    );
    return bySize.map((group, i) => ({
      segment: i + 1,
      group,
      name: names[i]!,
      customers: sizes[group]!,
      differences: this.#differences[group]!,
    }));
  }

  #nearest({ rows, width, values }: Points): Uint8Array {
    const nearest = new Uint8Array(rows);
    const away = new Float64Array(1);
    for (let i = 0; i < rows; i++)
      nearest[i] = nearestCentre(values, i * width, this.#centres, this.count, width, away);
    return nearest;
  }
}

/**
 * Customers who behave alike, by k-means on standardised measures. The number of segments is the one with the highest
 * silhouette among those that other seeds find again and that have no tiny segment; where there is none, the number
 * found again best. Depends on keys and seed, not on the order of the rows.
 */
export async function findSegments(
  measures: readonly Measure[],
  keys: readonly string[],
  options: SegmentOptions,
): Promise<Segmentation> {
  const pace = paceOf(options);
  if (keys.length < LEAST_CUSTOMERS) {
    throw notComputable(`no segments of ${keys.length} customers`, `at least ${LEAST_CUSTOMERS} are needed`);
  }
  const order = await keyOrder(keys, pace);
  const { points, used, scales, unused } = await pointsOf(measures, order, pace);
  const learnt = firstPoints(points, MOST_LEARNT);
  const different = distinctUpTo(learnt, options.most ?? 6);
  if (different < 2) {
    throw notComputable(
      "no segments: no measure tells the customers apart",
      unused.map(({ label, because }) => `${label}: ${because}`).join("; "),
    );
  }
  const choice = await choose(learnt, different, options.seed, pace);
  return new Segmentation(
    used.map((measure, j) => ({ used: measure, scale: scales[j]! })),
    unused,
    choice,
    points,
  );
}

/** How many points differ, counted no further than `most`. */
function distinctUpTo({ rows, width, values }: Points, most: number): number {
  if (width === 0) return 0;
  const seen = new Set<string>();
  for (let i = 0; i < rows && seen.size < most; i++)
    seen.add(values.subarray(i * width, (i + 1) * width).join());
  return seen.size;
}

/** The measures are standardised over all these customers, so the mean of a group is its difference. */
function differencesOf({ rows, width, values }: Points, of: Uint8Array, count: number): number[][] {
  const sizes = new Int32Array(count);
  const sums = Array.from({ length: count }, () => new Array<number>(width).fill(0));
  for (let i = 0; i < rows; i++) {
    const sum = sums[of[i]!]!;
    sizes[of[i]!]!++;
    for (let j = 0; j < width; j++) sum[j]! += values[i * width + j]!;
  }
  return sums.map((sum, group) => sum.map((total) => (sizes[group] === 0 ? 0 : total / sizes[group]!)));
}

const notComputable = (message: string, hint: string): CardscopeError =>
  new CardscopeError("NOT_COMPUTABLE", message, { hint });
