import { closest } from "fastest-levenshtein";
import type { AnyAnalysis } from "../analyses/analysis.ts";
import { analyses } from "../analyses/index.ts";
import type { Result } from "../analyses/run.ts";
import type { ResultRow, Scalar } from "../engines/engine.ts";
import { CardscopeError, usage } from "../errors.ts";
import type { View } from "../models/build.ts";
import { checkIds } from "../portfolio/options.ts";
import type { AnalysisId } from "../portfolio/portfolio.ts";
import type { Column, Kind } from "../schema/columns.ts";
import { whole } from "../schema/format.ts";
import { type Dialect, yearMonth } from "../sql/dialect.ts";
import { render } from "../sql/statement.ts";
import { columnsOf, keysOf, type Model, things } from "./row-columns.ts";

/** A figure of an analysis: a column of the row that has these values. */
export interface Figure {
  readonly analysis: string;
  readonly column: string;
  readonly key: Readonly<Record<string, Scalar>>;
}

/** The result of an analysis at the look that the rows are asked for. */
export type Find = (id: AnalysisId) => Promise<Result>;

export interface RowColumn {
  readonly name: string;
  readonly label: string;
  readonly doc: string;
  readonly kind: Kind;
}

/** Rows that can be asked for: where they come from, and what they are. */
export interface RowSource {
  readonly of: Model;
  readonly title: string;
  readonly columns: readonly (RowColumn & { readonly expression: string })[];
  /** What follows FROM, with the condition that all of the rows meet. */
  readonly from: string;
  readonly where?: string;
  /** Terms of the order where none is asked for; a list has its own. */
  readonly order: readonly string[];
  /** Terms that make any order total. */
  readonly ties: readonly string[];
  narrow(select: string): string;
}

/** The rows that a figure counts or is computed from. Throws USAGE, NOT_FOUND or NOT_COMPUTABLE. */
export async function sourceBehind(
  { analysis: id, column, key }: Figure,
  view: View,
  dialect: Dialect,
  find: Find,
): Promise<RowSource> {
  const analysis = analysisOf(id);
  checkColumn(analysis, column);
  for (const name of Object.keys(key)) checkColumn(analysis, name);
  const declared: Column = analysis.columns[column];
  const missing = declared.needs.flatMap((input) => view.inputs.missing(input));
  if (missing.length > 0)
    throw new CardscopeError(
      "NOT_COMPUTABLE",
      `${id}: ${column} is not computable: no ${missing.join(", no ")} in the files`,
    );
  const row = rowOf(await find(id as AnalysisId), key);
  const behind = analysis.behind?.(row, column, view);
  if (behind === undefined)
    throw new CardscopeError("NOT_FOUND", `${id}: ${column} has no rows of its own`, {
      hint:
        analysis.list === true
          ? "it is a list: its rows are what there is"
          : "ask for the rows of a count, a share or a mean",
    });
  const ties = keysOf[behind.of];
  return {
    of: behind.of,
    title: [
      `${analysis.title}: ${named(analysis, key)}${inWords(declared.label)}`,
      ...(declared.kind === "count" ? [] : [things[behind.of].toLowerCase()]),
    ].join(", "),
    columns: columnsOf(behind.of, view.inputs).map(({ name, label, doc, kind }) => ({
      name,
      label,
      doc,
      kind,
      expression: kind === "month" ? yearMonth(name).render(dialect) : name,
    })),
    from: behind.of,
    where: render(behind.where, dialect),
    order: ties,
    ties,
    narrow: (select) => view.narrow?.(select) ?? select,
  };
}

/** The rows of an analysis that lists customers or cards, in its order. Throws USAGE. */
export async function sourceOfList(id: string, view: View, find: Find): Promise<RowSource> {
  const analysis = analysisOf(id);
  if (analysis.list !== true)
    throw usage(`${id} lists no customers or cards`, "name a column and the row of one of its figures");
  const { sql } = await find(id as AnalysisId);
  const columns = Object.entries<Column>(analysis.columns)
    .filter(([, { needs }]) => needs.every((input) => view.inputs.has(input)))
    .map(([name, { label, doc, kind }]) => ({ name, label, doc, kind, expression: name }));
  const has = (name: string) => columns.some((column) => column.name === name);
  return {
    of: has("card_id") ? "card_profile" : has("offer") ? "offer_profile" : "customer_profile",
    title: analysis.title,
    columns,
    from: `(\n${sql}\n) as listed`,
    order: [],
    ties: columns.filter(({ kind }) => kind === "id" || kind === "label").map(({ name }) => name),
    // the analysis' own statement is narrowed already
    narrow: (select) => select,
  };
}

function analysisOf(id: string): AnyAnalysis {
  checkIds([id]);
  return analyses[id as AnalysisId];
}

export function checkColumn(analysis: { columns: Readonly<Record<string, unknown>> }, name: string): void {
  const names = Object.keys(analysis.columns);
  if (!names.includes(name)) throw usage(`unknown column: ${name}`, `did you mean ${closest(name, names)}?`);
}

/** The one row whose columns have these values; an address has them as text. */
function rowOf({ analysis, rows }: Result, key: Readonly<Record<string, Scalar>>): never {
  const text = (value: Scalar | undefined) => (value === null || value === undefined ? value : String(value));
  const found = (rows as unknown as readonly ResultRow[]).filter((row) =>
    Object.entries(key).every(([name, value]) => text(row[name]) === text(value)),
  );
  const said = JSON.stringify(key);
  if (found.length > 1)
    throw usage(`${analysis.id}: ${found.length} rows have ${said}`, "name more of the row's columns");
  if (found[0] === undefined)
    throw new CardscopeError("NOT_FOUND", `${analysis.id}: no row has ${said}`, {
      hint: "the row may be gone at this as-of date or under these filters",
    });
  // a list of analyses forgets each one's rows
  return found[0] as never;
}

/** "25-34, ", "3 cards, ": which row a figure is of. */
function named({ columns }: AnyAnalysis, key: Readonly<Record<string, Scalar>>): string {
  return Object.entries(key)
    .map(([name, value]) => {
      const { kind, label }: Column = columns[name];
      if (value === null) return `no ${inWords(label)}, `;
      return kind === "count" ? `${whole(Number(value))} ${inWords(label)}, ` : `${value}, `;
    })
    .join("");
}

/** A label within a sentence; "USD" stays what it is. */
const inWords = (label: string): string =>
  /^[A-Z][A-Z]/.test(label) ? label : `${label[0]?.toLowerCase() ?? ""}${label.slice(1)}`;

/** The columns of a result whose figures can be opened: those that have rows behind them in some row. */
export function columnsWithRows({ analysis, rows }: Result, view: View): readonly string[] {
  const any: AnyAnalysis = analysis;
  return Object.entries<Column>(any.columns)
    .filter(([, { needs }]) => needs.every((input) => view.inputs.has(input)))
    .map(([name]) => name)
    .filter((name) => rows.some((row) => any.behind?.(row as never, name, view) !== undefined));
}
