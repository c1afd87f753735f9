import type { AlertAnswer } from "../../../src/server/routes/alerts.ts";
import type { Kind } from "../../kit/data.ts";
import { formatValue } from "../../kit/format.ts";

export type Rule = AlertAnswer;
export type Comparison = Rule["comparison"];

export const comparisons: Readonly<Record<Comparison, string>> = {
  above: "above",
  at_least: "at least",
  below: "below",
  at_most: "at most",
  changes: "changes",
};

/** Instead of a column: how many rows there are. */
export const ROWS = "rows";

/** "above 40%" */
export const conditionWords = (comparison: Comparison, threshold: number | null, kind: Kind): string =>
  comparison === "changes"
    ? "changes"
    : `${comparisons[comparison]} ${threshold === null ? "…" : formatValue(kind, threshold)}`;

/** Shares are typed in percent. */
export const scaleOf = (kind: Kind): number => (kind === "share" ? 100 : 1);
export const unitOf = (kind: Kind): string => (kind === "share" ? "%" : kind === "usd" ? "$" : "");
