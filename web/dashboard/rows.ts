import { type Kind, namesOf, type Row, type Scalar } from "../kit/data.ts";
import type { Address } from "./address.svelte.ts";
import type { FigureData } from "./figures.ts";

/** Which rows are open, as the address has it: an analysis, and of one that is no list, a column of one of its rows. */
export interface OpenRows {
  readonly analysis: string;
  readonly column?: string;
  readonly key?: Readonly<Record<string, Scalar>>;
}

const PARAMETER = "rows";

/** Opens the rows behind a figure, or all rows of a list. */
export function openRows(address: Address, analysis: FigureData, row?: Row, column?: string): void {
  const open: OpenRows =
    row === undefined || column === undefined
      ? { analysis: analysis.id }
      : { analysis: analysis.id, column, key: keyOf(analysis, row) };
  address.setPage(PARAMETER, JSON.stringify(open));
}

export function openedRows(address: Address): OpenRows | undefined {
  const text = address.params.get(PARAMETER);
  if (text === null) return undefined;
  try {
    const open = JSON.parse(text) as OpenRows;
    return typeof open.analysis === "string" ? open : undefined;
  } catch {
    return undefined;
  }
}

export const closeRows = (address: Address): void => address.setPage(PARAMETER, undefined);

/** What tells a row from the others: what names its mark, and the names that stand before its first figure. */
function keyOf(analysis: FigureData, row: Row): Record<string, Scalar> {
  const first = analysis.columns.findIndex(({ kind }) => !NAMES.has(kind));
  const leading = analysis.columns
    .slice(0, first < 0 ? analysis.columns.length : first)
    .map(({ name }) => name);
  const names = new Set([...namesOf(analysis.chart), ...leading]);
  return Object.fromEntries([...names].map((name) => [name, row[name] ?? null]));
}

const NAMES: ReadonlySet<Kind> = new Set(["id", "label", "month", "year", "date"]);

/** The customers or the cards that are selected, as rows. */
export const openSelection = (address: Address): void =>
  address.setPage(
    PARAMETER,
    JSON.stringify({ analysis: "portfolio-summary", column: address.grain, key: {} }),
  );
