import type { AnyAnalysis } from "../../analyses/analysis.ts";
import type { ResultRow } from "../../engines/engine.ts";
import { rowNames } from "../row-names.ts";

/** A row on two days; null where it was not there. */
export interface RowPair {
  readonly from: ResultRow | null;
  readonly to: ResultRow | null;
}

/** Rows of an analysis on two days, matched by what names them: in the order of the later day, then those that went. */
export function matchRows(
  analysis: AnyAnalysis,
  from: readonly ResultRow[],
  to: readonly ResultRow[],
): RowPair[] {
  const names = rowNames(analysis);
  const keyOf = (row: ResultRow) => JSON.stringify(names.map((name) => row[name] ?? null));
  const before = new Map(from.map((row) => [keyOf(row), row]));
  const now = new Set(to.map(keyOf));
  return [
    ...to.map((row) => ({ from: before.get(keyOf(row)) ?? null, to: row })),
    ...from.filter((row) => !now.has(keyOf(row))).map((row) => ({ from: row, to: null })),
  ];
}
