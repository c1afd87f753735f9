import type { Pace } from "../pace.ts";
import { distance } from "./k-means.ts";
import type { Points } from "./points.ts";

/**
 * Rousseeuw's silhouette (1987) of several ways to part the same points, each as the mean over them: how much nearer a
 * point is to its own part than to the next one, between -1 and 1. A point alone in its part counts 0.
 */
export async function silhouettes(
  points: Points,
  parts: readonly { of: Int32Array; count: number }[],
  pace: Pace,
): Promise<number[]> {
  const { rows, width, values } = points;
  const sizes = parts.map(({ of, count }) => {
    const size = new Int32Array(count);
    for (let i = 0; i < rows; i++) size[of[i]!]!++;
    return size;
  });
  const sums = parts.map(() => 0);
  const away = parts.map(({ count }) => new Float64Array(count));
  for (let i = 0; i < rows; i++) {
    for (const total of away) total.fill(0);
    for (let j = 0; j < rows; j++) {
      const between = Math.sqrt(distance(values, i * width, values, j * width, width));
      for (let k = 0; k < parts.length; k++) away[k]![parts[k]!.of[j]!]! += between;
    }
    for (let k = 0; k < parts.length; k++) sums[k]! += widthOf(away[k]!, sizes[k]!, parts[k]!.of[i]!);
    await pace.step(rows * (width + parts.length));
  }
  return sums.map((sum) => sum / rows);
}

function widthOf(away: Float64Array, sizes: Int32Array, own: number): number {
  if (sizes[own]! < 2) return 0;
  const within = away[own]! / (sizes[own]! - 1);
  let next = Number.POSITIVE_INFINITY;
  for (let part = 0; part < sizes.length; part++) {
    if (part !== own && sizes[part]! > 0) next = Math.min(next, away[part]! / sizes[part]!);
  }
  const larger = Math.max(within, next);
  return larger === 0 || larger === Number.POSITIVE_INFINITY ? 0 : (next - within) / larger;
}
