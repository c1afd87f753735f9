import type { Kind, Scalar } from "../../kit/data.ts";
import { formatValue } from "../../kit/format.ts";

export const comparisons = {
  above: "above",
  at_least: "at least",
  below: "below",
  at_most: "at most",
  changes: "changes",
} as const;
export type Comparison = keyof typeof comparisons;

/** A rule as /api/alerts has it. */
export interface Rule {
  readonly id: string;
  readonly name: string;
  readonly analysis: string;
  /** A figure, or `rows`: how many rows there are. */
  readonly column: string;
  readonly where: Readonly<Record<string, Scalar>> | null;
  readonly comparison: Comparison;
  readonly threshold: number | null;
  readonly state: "firing" | "quiet" | "not_computable";
  readonly value: number | null;
  readonly because: string | null;
  readonly since: string | null;
}

export interface AlertsAnswer {
  readonly rules: readonly Rule[];
  readonly webhook: { readonly configured: boolean; readonly waiting: number; readonly failed: number };
}

export const ROWS = "rows";

/** "above 40%" */
export const conditionWords = (comparison: Comparison, threshold: number | null, kind: Kind): string =>
  comparison === "changes"
    ? "changes"
    : `${comparisons[comparison]} ${threshold === null ? "…" : formatValue(kind, threshold)}`;

/** Shares are typed in percent. */
export const scaleOf = (kind: Kind): number => (kind === "share" ? 100 : 1);
export const unitOf = (kind: Kind): string => (kind === "share" ? "%" : kind === "usd" ? "$" : "");
