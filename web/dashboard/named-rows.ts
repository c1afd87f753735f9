import { type Chart, type Kind, namesOf, type Row, type Scalar } from "../kit/data.ts";
import { formatName } from "../kit/format.ts";

interface Named {
  readonly name: string;
  readonly label: string;
  readonly kind: Kind;
}

const NAMES: ReadonlySet<Kind> = new Set(["id", "label", "month", "year", "date"]);
const FIGURES: ReadonlySet<Kind> = new Set(["count", "number", "share", "ratio", "statistic", "usd"]);

/** The columns that tell rows apart, as the server has it: those before the first figure, and what bars stand for. */
export function rowNames(columns: readonly Named[], chart?: Chart): readonly string[] {
  const first = columns.findIndex(({ kind }) => !NAMES.has(kind));
  const leading = columns.slice(0, first < 0 ? columns.length : first).map(({ name }) => name);
  const bars = chart?.mark === "bar" || chart?.mark === "column" ? namesOf(chart).slice(0, 1) : [];
  return [...new Set([...leading, ...bars])];
}

/** Columns that hold figures, without those that name rows. */
export const figuresOf = <C extends Named>(columns: readonly C[], names: readonly string[]): readonly C[] =>
  columns.filter(({ name, kind }) => FIGURES.has(kind) && !names.includes(name));

/** What a row is known by: a key to find it again, and words. */
export function nameOfRow(
  columns: readonly Named[],
  names: readonly string[],
  row: Row,
): { readonly key: string; readonly text: string; readonly where: Readonly<Record<string, Scalar>> } {
  const where = Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
  const text = names
    .map((name) => {
      const column = columns.find((known) => known.name === name);
      const shown = column === undefined ? "" : formatName({ doc: "", ...column }, row[name]);
      // a number alone names nothing
      return column !== undefined && !NAMES.has(column.kind) ? `${column.label} ${shown}` : shown;
    })
    .join(", ");
  return { key: JSON.stringify(names.map((name) => row[name] ?? null)), text, where };
}
