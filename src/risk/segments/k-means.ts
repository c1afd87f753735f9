import type { Pace } from "../pace.ts";
import { Random } from "../random.ts";
import type { Points } from "./points.ts";

export interface Clusters {
  /** Centre by centre. */
  readonly centres: Float64Array;
  readonly count: number;
  /** By point, its nearest centre. */
  readonly of: Int32Array;
  /** Sum of the squared distances. */
  readonly spread: number;
}

const STARTS = 8;
const MOST_ROUNDS = 100;

/** The tightest of several starts. Needs `count` points that differ. */
export async function kMeans(points: Points, count: number, seed: number, pace: Pace): Promise<Clusters> {
  let best: Clusters | undefined;
  for (let start = 0; start < STARTS; start++) {
    const clusters = await lloyd(points, firstCentres(points, count, new Random(seed, start)), count, pace);
    // another order of sums may differ in the last digits: only a true gain counts
    if (best === undefined || clusters.spread < best.spread * (1 - 1e-9)) best = clusters;
  }
  return best!;
}

/** k-means++ (Arthur and Vassilvitskii, 2007): each further centre is drawn by its squared distance from the others. */
function firstCentres({ rows, width, values }: Points, count: number, random: Random): Float64Array {
  const centres = new Float64Array(count * width);
  const nearest = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
  const totals = new Float64Array(rows);
  let chosen = random.below(rows);
  for (let centre = 0; centre < count; centre++) {
    const at = chosen * width;
    centres.set(values.subarray(at, at + width), centre * width);
    let total = 0;
    for (let i = 0; i < rows; i++) {
      nearest[i] = Math.min(nearest[i]!, distance(values, i * width, values, at, width));
      total += nearest[i]!;
      totals[i] = total;
    }
    chosen = random.pick(totals);
  }
  return centres;
}

async function lloyd(points: Points, centres: Float64Array, count: number, pace: Pace): Promise<Clusters> {
  const { rows, width, values } = points;
  const of = new Int32Array(rows).fill(-1);
  const away = new Float64Array(1);
  for (let round = 0; ; round++) {
    let moved = 0;
    let spread = 0;
    for (let i = 0; i < rows; i++) {
      const centre = nearestCentre(values, i * width, centres, count, width, away);
      spread += away[0]!;
      if (of[i] !== centre) moved++;
      of[i] = centre;
    }
    await pace.step(rows * width * count);
    if (moved === 0 || round === MOST_ROUNDS) return { centres, count, of, spread };
    move(points, of, centres, count);
  }
}

/** Every centre to the mean of its points; one that lost all of them to the point that is farthest from its own. */
function move({ rows, width, values }: Points, of: Int32Array, centres: Float64Array, count: number): void {
  const sizes = new Int32Array(count);
  const sums = new Float64Array(count * width);
  for (let i = 0; i < rows; i++) {
    const centre = of[i]!;
    sizes[centre]!++;
    for (let j = 0; j < width; j++) sums[centre * width + j]! += values[i * width + j]!;
  }
  for (let centre = 0; centre < count; centre++) {
    if (sizes[centre] === 0) continue;
    for (let j = 0; j < width; j++) centres[centre * width + j] = sums[centre * width + j]! / sizes[centre]!;
  }
  for (let centre = 0; centre < count; centre++) {
    if (sizes[centre] !== 0) continue;
    let farthest = 0;
    let most = -1;
    for (let i = 0; i < rows; i++) {
      const away = distance(values, i * width, centres, of[i]! * width, width);
      if (away > most) [farthest, most] = [i, away];
    }
    centres.set(values.subarray(farthest * width, (farthest + 1) * width), centre * width);
    of[farthest] = centre;
  }
}

/** The first of equally near ones; `away` gets its squared distance. */
export function nearestCentre(
  values: Float64Array,
  at: number,
  centres: Float64Array,
  count: number,
  width: number,
  away: Float64Array,
): number {
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let centre = 0; centre < count; centre++) {
    const from = centre * width;
    let sum = 0;
    // what is farther already need not be known to the last measure
    for (let j = 0; j < width && sum < least; j++) {
      const difference = values[at + j]! - centres[from + j]!;
      sum += difference * difference;
    }
    if (sum < least) {
      least = sum;
      nearest = centre;
    }
  }
  away[0] = least;
  return nearest;
}

/** Squared. */
export function distance(a: Float64Array, atA: number, b: Float64Array, atB: number, width: number): number {
  let sum = 0;
  for (let j = 0; j < width; j++) {
    const difference = a[atA + j]! - b[atB + j]!;
    sum += difference * difference;
  }
  return sum;
}
