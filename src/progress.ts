/** How far a step is. */
export interface StepProgress {
  /** The part that is done, from 0 to 1. */
  readonly share: number;
  /** All rows of the step, where they are known; before a file has been read, about so many. */
  readonly rows?: number;
}
export type OnProgress = (step: string, done?: StepProgress) => void;

/** Told now and then which part of something is done, from 0 to 1. It may be told from a timer: it does not throw. */
export type OnDone = (share: number) => void;

/**
 * Work in parts, in the order of `weights`, which are about the time that each takes: how far a part is, as how far the
 * whole is. Undefined where nobody asks.
 */
export function partsOf<Part extends string>(
  onDone: OnDone | undefined,
  weights: Readonly<Record<Part, number>>,
): Readonly<Record<Part, OnDone>> | undefined {
  if (onDone === undefined) return undefined;
  const parts = Object.entries<number>(weights);
  const all = parts.reduce((sum, [, weight]) => sum + weight, 0);
  let before = 0;
  const told = parts.map(([part, weight]): [string, OnDone] => {
    const from = before;
    before += weight;
    return [part, (share) => onDone((from + weight * share) / all)];
  });
  return Object.fromEntries(told) as Record<Part, OnDone>;
}
