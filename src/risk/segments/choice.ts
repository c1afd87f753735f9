import type { Pace } from "../pace.ts";
import { adjustedRandIndex } from "./agreement.ts";
import { type Clusters, kMeans } from "./k-means.ts";
import { firstPoints, type Points } from "./points.ts";
import { silhouettes } from "./silhouette.ts";

/** Every point is compared with every other. */
const MOST_COMPARED = 2_000;
/** A smaller segment is a list of exceptions. */
const LEAST_SHARE = 0.02;
const LEAST_AGREEMENT = 0.8;
const RESEEDS = 5;

export interface Tried {
  readonly clusters: Clusters;
  readonly silhouette: number;
  /** Share of the smallest one. */
  readonly smallest: number;
}

/**
 * The number of segments with the highest silhouette among those that other seeds find again and that have no tiny
 * segment; where there is none, the number that other seeds find again best.
 */
export async function choose(
  points: Points,
  most: number,
  seed: number,
  pace: Pace,
): Promise<{ chosen: Tried; tried: Tried[]; agreement: number }> {
  const found: Clusters[] = [];
  for (let count = 2; count <= most; count++) found.push(await kMeans(points, count, seed, pace));
  const widths = await silhouettes(firstPoints(points, MOST_COMPARED), found, pace);
  const tried = found.map((clusters, i) => ({
    clusters,
    silhouette: widths[i]!,
    smallest: smallestOf(clusters),
  }));
  const best = tried.toSorted((a, b) => b.silhouette - a.silhouette || a.clusters.count - b.clusters.count);
  const large = best.filter(({ smallest }) => smallest >= LEAST_SHARE);
  let chosen = large[0] ?? best[0]!;
  let agreement = -1;
  for (const candidate of large.length > 0 ? large : best) {
    const found = await agreementOf(points, candidate.clusters, seed, pace);
    if (found > agreement) [chosen, agreement] = [candidate, found];
    if (found >= LEAST_AGREEMENT) break;
  }
  return { chosen, tried, agreement };
}

/** Mean over other seeds, as many as it takes to see that it is too low. */
async function agreementOf(points: Points, clusters: Clusters, seed: number, pace: Pace): Promise<number> {
  let missing = 0;
  for (let k = 1; ; k++) {
    const again = await kMeans(points, clusters.count, seed + k, pace);
    missing += 1 - adjustedRandIndex(clusters.of, again.of);
    if (k === RESEEDS || missing > RESEEDS * (1 - LEAST_AGREEMENT)) return 1 - missing / k;
  }
}

function smallestOf({ of, count }: Clusters): number {
  const sizes = new Int32Array(count);
  for (const cluster of of) sizes[cluster]!++;
  return Math.min(...sizes) / of.length;
}
