import type { Model } from "./model.ts";

const BINS = 10;

/** Tenths of the customers by score, lowest first; ties stay together, so there can be fewer. */
export function scoreBinsOf(score: Float64Array): Model["score_bins"] {
  const sorted = Float64Array.from(score).sort();
  const bounds = new Set<number>();
  for (let i = 1; i < BINS; i++) {
    const bound = sorted[Math.floor((i * sorted.length) / BINS)]!;
    if (bound > sorted[0]!) bounds.add(bound);
  }
  const below = [...bounds, null];
  const counts = countScores(below, score);
  return below.map((bound, i) => ({ below: bound, customers: counts[i]! }));
}

/** Customers by score in bins with these upper bounds; the last is open. */
export function countScores(below: readonly (number | null)[], score: Float64Array): number[] {
  const counts = below.map(() => 0);
  for (const value of score) counts[below.findIndex((bound) => bound === null || value < bound)]!++;
  return counts;
}
