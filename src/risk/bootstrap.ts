import { Pace } from "./pace.ts";
import type { Pause } from "./pause.ts";

export interface DrawOptions {
  readonly seed: number;
  readonly pause?: Pause | undefined;
  readonly signal?: AbortSignal | undefined;
}

export const paceOf = ({ pause, signal }: DrawOptions): Pace => new Pace(pause, signal);

/** A thousand up to 100,000 rows; above, chance moves a figure so little that fewer tell it. */
export const drawsFor = (rows: number): number => Math.min(1000, Math.max(200, Math.round(1e8 / rows)));

/** Of ascending values, linear between neighbours. */
export function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  return low + (at - Math.floor(at)) * (sorted[Math.ceil(at)]! - low);
}
