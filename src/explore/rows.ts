import type { Engine, ResultRow } from "../engines/engine.ts";
import { usage } from "../errors.ts";
import type { View } from "../models/build.ts";
import { literal, raw } from "../sql/statement.ts";
import type { Model } from "./row-columns.ts";
import {
  checkColumn,
  type Figure,
  type Find,
  type RowColumn,
  type RowSource,
  sourceBehind,
  sourceOfList,
} from "./row-source.ts";

export { columnsWithRows, type Figure, type Find, type RowColumn } from "./row-source.ts";

/** Where rows are read: the part of a sight that they need. */
export interface RowSight {
  readonly engine: Engine;
  readonly view: View;
}

/** Which of the rows, and in which order. */
export interface Choice {
  /** Missing values come last either way. */
  readonly sort?: { readonly column: string; readonly descending: boolean };
  /** What an id starts with, or what a text holds; upper and lower case are one. */
  readonly search?: string;
}

export interface Page {
  readonly offset: number;
  readonly limit: number;
}

/** Rows behind a figure, or of a list where there is no column. */
export type RowRequest = Choice & (Figure | { readonly analysis: string });

export interface RowPage {
  /** What the rows are of. */
  readonly of: Model;
  readonly title: string;
  readonly columns: readonly RowColumn[];
  /** All that match; `rows` are a page of them. */
  readonly total: number;
  readonly rows: readonly ResultRow[];
  /** What ran. */
  readonly sql: string;
}

export interface AllRows extends Omit<RowPage, "rows"> {
  /** Every row that matches, in batches; to be read while the sight is open. */
  batches(): AsyncIterable<readonly ResultRow[]>;
}

/** A page of the rows that a figure counts or is computed from. */
export const rowsBehind = async (
  sight: RowSight,
  request: Figure & Choice & Page,
  find: Find,
): Promise<RowPage> =>
  pageOf(sight, request, await sourceBehind(request, sight.view, sight.engine.dialect, find));

/** A page of an analysis that lists customers or cards. */
export const rowsOf = async (
  sight: RowSight,
  request: { readonly analysis: string } & Choice & Page,
  find: Find,
): Promise<RowPage> => pageOf(sight, request, await sourceOfList(request.analysis, sight.view, find));

/** All rows behind a figure or of a list, in the order in which their pages show them. */
export async function allRows(sight: RowSight, request: RowRequest, find: Find): Promise<AllRows> {
  const { engine, view } = sight;
  const source =
    "column" in request
      ? await sourceBehind(request, view, engine.dialect, find)
      : await sourceOfList(request.analysis, view, find);
  const sql = selectOf(source, request);
  return {
    ...described(source),
    total: await countOf(engine, source, request),
    sql,
    async *batches() {
      for await (const { rows } of engine.stream(raw(sql))) yield rows;
    },
  };
}

async function pageOf({ engine }: RowSight, request: Choice & Page, source: RowSource): Promise<RowPage> {
  const { offset, limit } = request;
  for (const [name, value] of Object.entries({ offset, limit }))
    if (!Number.isSafeInteger(value) || value < 0)
      throw usage(`${name} is no whole number: ${value}`, "write 0 or more");
  const sql = `${selectOf(source, request)}\nlimit ${limit} offset ${offset}`;
  const total = await countOf(engine, source, request);
  const { rows } = await engine.query(raw(sql));
  return { ...described(source), total, rows, sql };
}

const described = ({ of, title, columns }: RowSource) => ({
  of,
  title,
  columns: columns.map(({ name, label, doc, kind }) => ({ name, label, doc, kind })),
});

async function countOf(engine: Engine, source: RowSource, { search }: Choice): Promise<number> {
  const counted = await engine.query(
    raw(source.narrow(`select count(*) as n\nfrom ${source.from}${filter(source, search)}`)),
  );
  return Number(counted.rows[0]?.["n"]);
}

function selectOf(source: RowSource, { sort, search }: Choice): string {
  const { columns, from, ties } = source;
  if (sort !== undefined)
    checkColumn({ columns: Object.fromEntries(columns.map((column) => [column.name, column])) }, sort.column);
  const order =
    sort === undefined
      ? source.order
      : [`${sort.column}${sort.descending ? " desc" : ""}`, ...ties.filter((name) => name !== sort.column)];
  const shown = columns.map(({ name, expression }) =>
    name === expression ? name : `${expression} as ${name}`,
  );
  const ordered =
    order.length === 0 ? "" : `\norder by ${order.map((term) => `${term} nulls last`).join(", ")}`;
  return source.narrow(`select\n  ${shown.join(",\n  ")}\nfrom ${from}${filter(source, search)}${ordered}`);
}

/** The rows' own condition and the search, as a clause. */
function filter({ where, columns }: RowSource, search = ""): string {
  const conditions = [...(where === undefined ? [] : [where]), ...matching(columns, search.trim())];
  return conditions.length === 0 ? "" : `\nwhere ${conditions.join("\n  and ")}`;
}

/** Longer than any name. */
const LONGEST = 200;

function matching(columns: RowSource["columns"], search: string): readonly string[] {
  if (search === "") return [];
  if (search.length > LONGEST) throw usage(`the search is longer than ${LONGEST} characters`);
  if (search.includes("\0")) throw usage("the search holds a character that no text has");
  const pattern = search.replaceAll(/[!%_]/g, "!$&");
  const like = (text: string, wanted: string) => `lower(${text}) like lower(${literal(wanted)}) escape '!'`;
  const tests = columns.flatMap(({ kind, expression }) => {
    if (kind === "id") return [like(`cast(${expression} as varchar)`, `${pattern}%`)];
    if (kind === "month") return [like(expression, `${pattern}%`)];
    return kind === "label" ? [like(expression, `%${pattern}%`)] : [];
  });
  return [`(${tests.join("\n    or ")})`];
}
