import type { Move, Way } from "./changes.ts";
import type { Loss } from "./reasons.ts";

/** A champion held against a table of customers. */
export interface Reader {
  /** Of no default. */
  readonly logOdds: Float64Array;
  /** Whole. */
  readonly points: Float64Array;
  /** By row: those of one kind lose the same points, and the same would change them. Undefined where none are alike. */
  kinds(): Float64Array | undefined;
  losses(row: number): Loss[];
  /** What the customer could change, by inputs that a customer can change. */
  ways(row: number): Way[];
  /** Log odds of no default after these moves. */
  logOddsAfter(row: number, moves: readonly Move[]): number;
}
