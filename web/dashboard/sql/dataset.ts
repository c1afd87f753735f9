import type { QueryResult } from "../../../src/server/routes/sql.ts";
import type { Chart, Column, Dataset, Kind, Row, Scalar } from "../../kit/data.ts";

export type Cells = readonly Scalar[];

const fine = new Intl.NumberFormat("en-US", { maximumFractionDigits: 6 });
const small = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 6 });

/** A cell as it is shown: nothing is put into words, numbers have what they need to be told apart. */
export function cellText(value: Scalar, name: string): string | null {
  if (typeof value !== "number") return value === null ? null : String(value);
  if (isKey(name)) return String(value);
  return (Math.abs(value) < 1 ? small : fine).format(value);
}

/** Keys and years are numbers that are not grouped. */
const isKey = (name: string): boolean => /(^|_)(id|year)$/i.test(name);

/** Columns of the table: their kind decides the side on which they stand. */
export const tableColumns = ({ columns }: QueryResult): Column[] =>
  columns.map(({ name, kind, type }) => ({
    name,
    label: name,
    doc: type,
    kind: kind === "number" ? "number" : "id",
  }));

const collator = new Intl.Collator("en", { numeric: true });

/** In the order of a column; missing cells are last either way. */
export function ordered(rows: readonly Cells[], at: number, descending: boolean): readonly Cells[] {
  const compare = (a: Scalar, b: Scalar) =>
    typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));
  const has = (row: Cells) => (row[at] ?? null) !== null;
  const sign = descending ? -1 : 1;
  return [
    ...rows.filter(has).sort((a, b) => sign * compare(a[at] ?? null, b[at] ?? null)),
    ...rows.filter((row) => !has(row)),
  ];
}

export const named = ({ columns }: QueryResult, cells: Cells): Row =>
  Object.fromEntries(columns.map(({ name }, i) => [name, cells[i] ?? null]));

/** How a result is drawn. */
export interface Drawing {
  readonly mark: "bar" | "column";
  readonly x: string;
  readonly y: string;
  readonly color: string | undefined;
}

/** Rows that a chart shows; more cannot be told apart. */
export const DRAWN = 200;

export const measuresOf = ({ columns }: QueryResult): string[] =>
  columns.filter(({ name, kind }) => kind === "number" && !isKey(name)).map(({ name }) => name);

/** The first measure by the first column that names a row; undefined where there is nothing to measure. */
export function drawingOf(result: QueryResult): Drawing | undefined {
  const [y] = measuresOf(result);
  const x = result.columns.find(({ name, kind }) => kind !== "number" || isKey(name)) ?? result.columns[0];
  if (y === undefined || x === undefined || x.name === y || result.rows.length === 0) return undefined;
  const at = result.columns.indexOf(x);
  const isTime = result.rows.every((row) => /^\d{4}(-\d\d){0,2}$/.test(String(row[at])));
  const keys = new Set(result.rows.map((row) => row[at]));
  // names that come twice are told apart by the second column that names a row
  const second = result.columns.find((column) => column !== x && column.kind === "text");
  const series = second && new Set(result.rows.map((row) => row[result.columns.indexOf(second)])).size;
  const color =
    keys.size < result.rows.length && series !== undefined && series <= 7 ? second?.name : undefined;
  return { mark: isTime ? "column" : "bar", x: x.name, y, color };
}

export function drawn(result: QueryResult, drawing: Drawing): { data: Dataset; chart: Chart } {
  const used = [drawing.x, drawing.y, ...(drawing.color === undefined ? [] : [drawing.color])];
  const rows = result.rows.slice(0, DRAWN).map((cells) => named(result, cells));
  const isMonthly = rows.every((row) => /^\d{4}-\d\d-01$/.test(String(row[drawing.x])));
  const columns = used.map((name) => ({
    name,
    label: name,
    doc: "",
    kind: name === drawing.y ? kindOfMeasure(name, rows) : isMonthly && name === drawing.x ? "month" : "id",
  })) satisfies Column[];
  const { mark, x, y, color } = drawing;
  return {
    data: {
      columns,
      rows: rows.map((row) =>
        Object.fromEntries(
          used.map((name) => {
            const value = row[name] ?? null;
            if (name === y) return [name, typeof value === "number" ? value : null];
            return [name, isMonthly && name === x ? String(value).slice(0, 7) : value];
          }),
        ),
      ),
    },
    chart: { mark, x, y, ...(color !== undefined && { color }) },
  };
}

function kindOfMeasure(name: string, rows: readonly Row[]): Kind {
  if (/_usd$/i.test(name)) return "usd";
  return rows.every((row) => row[name] === null || Number.isInteger(row[name])) ? "count" : "number";
}
