import type { AnyAnalysis } from "../analyses/analysis.ts";
import type { Column, Kind } from "../schema/columns.ts";

const NAMES: ReadonlySet<Kind> = new Set(["id", "label", "month", "date", "year"]);

/**
 * The columns that tell the rows of an analysis apart, so that a row is found again on another day: those before the
 * first figure, and what the bars stand for where that is a number. None where there is one row.
 */
export function rowNames({ columns, chart }: AnyAnalysis): readonly string[] {
  const entries = Object.entries<Column>(columns);
  const first = entries.findIndex(([, { kind }]) => !NAMES.has(kind));
  const leading = entries.slice(0, first < 0 ? entries.length : first).map(([name]) => name);
  const bars = chart.mark === "bar" || chart.mark === "column" ? [chart.x] : [];
  return [...new Set([...leading, ...bars])];
}
