import type { Note } from "./cursor.svelte.ts";
import { type ChartOf, type Dataset, namesOf, numberOf, type Row, type Scalar } from "./data.ts";
import { type Group, groupRows } from "./groups.ts";

/** Where a reader goes from a mark: to the rows that its figure counts. */
export type Open = (row: Row, column: string) => void;

/** The row of the whole that stands for the same thing: the same values in the columns that name it. */
export function rowsOfWhole(
  whole: Dataset | undefined,
  names: readonly string[],
): (row: Row | undefined) => Row | undefined {
  const keyOf = (row: Row) => JSON.stringify(names.map((name) => row[name] ?? null));
  const rows = new Map(whole?.rows.map((row) => [keyOf(row), row]));
  return (row) => (row === undefined ? undefined : rows.get(keyOf(row)));
}

export interface GroupWhole {
  readonly total: number | null;
  /** By series of the selection. */
  readonly values: readonly (number | null)[];
}

/** What the groups of a bar or column chart are in the whole. */
export function groupsOfWhole(
  whole: Dataset | undefined,
  chart: ChartOf<"bar"> | ChartOf<"column">,
): (group: Group, series: readonly string[]) => GroupWhole | undefined {
  if (whole === undefined) return () => undefined;
  const grouped = groupRows(whole, chart);
  const byKey = new Map<Scalar, Group>(grouped.groups.map((group) => [group.key, group]));
  return (group, series) => {
    const found = byKey.get(group.key);
    if (found === undefined) return undefined;
    const at = series.map((name) => grouped.series.indexOf(name));
    return {
      total: found.total,
      values: series.length === 0 ? found.values : at.map((i) => found.values[i] ?? null),
    };
  };
}

/** The whole's value of a row, for charts with a mark per row. */
export function valuesOfWhole(
  whole: Dataset | undefined,
  chart: ChartOf<"interval">,
): (row: Row) => number | null {
  const find = rowsOfWhole(whole, namesOf(chart));
  return (row) => numberOf(find(row), chart.y);
}

/** A note that also says what the whole has. */
export const withWhole = (note: Note, text: string | undefined): Note =>
  text === undefined ? note : { ...note, lines: [...note.lines, { label: "of whole", value: text }] };
