import type { CrossfilterCounts, RangeCounts } from "../../src/explore/crossfilter/counts.ts";
import type { Move } from "../../src/explore/crossfilter/tally.ts";
import type { Filter, Filters } from "../../src/explore/look.ts";

/** Numbers from 0 to below 1, the same for a seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const whole = (next: () => number, below: number): number => Math.floor(next() * below);

/** As a reader leaves them: each dimension filtered or not, ranges wide. */
export function drawFilters({ dimensions }: CrossfilterCounts, next: () => number): Filters {
  const filters: Partial<Record<string, Filter>> = {};
  for (const dimension of dimensions) {
    if (dimension.because !== undefined || next() < 0.65) continue;
    if (dimension.shape === "category")
      filters[dimension.id] = { values: dimension.names.filter((_, i) => i === 0 || next() < 0.4) };
    else {
      const bins = dimension.edges.length - 1;
      const width = 1 + whole(next, bins);
      const low = whole(next, bins - width + 1);
      filters[dimension.id] = {
        low: dimension.edges[low] ?? null,
        high: dimension.edges[low + width] ?? null,
      };
    }
  }
  return filters;
}

export function drawMove({ edges }: RangeCounts, next: () => number): Move {
  const bins = edges.length - 1;
  return next() < 0.5 ? { anchor: whole(next, bins + 1) } : { width: 1 + whole(next, bins) };
}
