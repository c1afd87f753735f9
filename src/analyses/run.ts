import type { Engine, Relation, ResultRow } from "../engines/engine.ts";
import { JsonFile } from "../engines/json-file.ts";
import { CardscopeError } from "../errors.ts";
import type { View } from "../models/build.ts";
import type { Column, Columns, Kind, Row } from "../schema/columns.ts";
import type { Inputs } from "../schema/inputs.ts";
import type { MeasureName } from "../schema/measures.ts";
import { raw, render } from "../sql/statement.ts";
import type { Analysis, AnyAnalysis, Context } from "./analysis.ts";

/** Rows of a list that are kept in memory for its sentence and for screens. */
export const FIRST_ROWS = 10_000;

export interface Result<C extends Columns = Columns> {
  readonly analysis: Analysis<C>;
  readonly params: Readonly<Record<string, number>>;
  /** All rows, or the first 10,000 of a list; `total` counts them all. */
  readonly rows: readonly Row<C>[];
  readonly total: number;
  readonly insight: string;
  /** What ran; can be run again with `cardscope sql`. */
  readonly sql: string;
}

/** Why an analysis has nothing to say: the source columns that are missing, or what else it lacks. */
export function notComputable(analysis: AnyAnalysis, view: Omit<View, "narrow">): string | undefined {
  const missing = [...new Set(analysis.needs.flatMap((input) => view.inputs.missing(input)))];
  if (missing.length > 0) return `no ${missing.join(", no ")} in the files`;
  return analysis.lacks?.(contextOf(view));
}

/** Why nothing came of an analysis that was tried, where it cannot be computed; what else went wrong is thrown. */
export function reasonOf(error: unknown): string {
  if (error instanceof CardscopeError && error.code === "NOT_COMPUTABLE") return error.message;
  throw error;
}

/**
 * Runs one analysis over the models. Of a list the first rows are read, and the rest counted by the engine: whoever
 * writes all of them streams them. Throws RESULT_SHAPE when the SQL and the declared columns differ.
 */
export async function runAnalysis<C extends Columns, M extends MeasureName>(
  analysis: Analysis<C, M>,
  engine: Engine,
  view: View,
  firstRows = FIRST_ROWS,
): Promise<Result<C>> {
  const text = renderAnalysis(analysis, engine, view);
  // all rows at once, since they are kept: in batches, a result takes five calls of the engine instead of one
  const relation = await engine.query(raw(analysis.list ? `${text}\nlimit ${firstRows}` : text));
  const rows = shaped(analysis, view, relation) as unknown as readonly Row<C>[];
  let total = rows.length;
  if (analysis.list && total === firstRows) {
    const counted = await engine.query(raw(`select count(*) as n from (\n${text}\n) listed`));
    total = Number(counted.rows[0]?.["n"]);
  }
  return resultOf(analysis, engine, view, rows, total);
}

/**
 * Runs a list by writing all of its rows as JSON: they are counted on the way and the first are read back, while
 * `runAnalysis` would compute the list once for either.
 */
export async function runIntoFile<C extends Columns, M extends MeasureName>(
  analysis: Analysis<C, M>,
  engine: Engine,
  view: View,
  path: string,
): Promise<{ readonly result: Result<C>; readonly file: JsonFile }> {
  const file = await JsonFile.write(engine, jsonSelect(analysis, engine, view), path);
  const rows = (await file.first(FIRST_ROWS)) as unknown as Row<C>[];
  return { result: resultOf(analysis, engine, view, rows, file.rows), file };
}

function resultOf<C extends Columns, M extends MeasureName>(
  analysis: Analysis<C, M>,
  engine: Engine,
  view: View,
  rows: readonly Row<C>[],
  total: number,
): Result<C> {
  const broken = Object.entries(analysis.invariants(rows)).filter(([, holds]) => !holds);
  if (broken.length > 0)
    throw new CardscopeError(
      "RESULT_SHAPE",
      `${analysis.id}: does not hold: ${broken.map(([name]) => name).join("; ")}`,
    );
  const context = contextOf(view);
  return {
    analysis: analysis as unknown as Analysis<C>,
    params: paramsOf(analysis, view),
    rows,
    total,
    insight: analysis.insight(rows, { ...context, total }),
    sql: renderAnalysis(analysis, engine, view),
  };
}

/** Every row of an analysis in batches: lists can be longer than memory. */
export async function* streamRows(
  analysis: AnyAnalysis,
  engine: Engine,
  view: View,
): AsyncGenerator<readonly ResultRow[]> {
  for await (const batch of engine.stream(raw(renderAnalysis(analysis, engine, view))))
    yield shaped(analysis, view, batch);
}

/** Kinds that are never no number. */
const TEXTS: ReadonlySet<Kind> = new Set(["id", "label", "month", "date", "flag"]);

/**
 * SQL for every row of an analysis as JSON has them: columns whose inputs are missing are null, and so is what is no
 * number.
 */
export function jsonSelect(analysis: AnyAnalysis, engine: Engine, view: View): string {
  const shown = Object.entries<Column>(analysis.columns).map(([name, column]) => {
    if (!has(column, view.inputs)) return `null as ${name}`;
    return TEXTS.has(column.kind)
      ? name
      : `case when isfinite(cast(${name} as double)) then ${name} end as ${name}`;
  });
  return `select ${shown.join(", ")} from (\n${renderAnalysis(analysis, engine, view)}\n) listed`;
}

/** The rows of a statement in the shape that the analysis declares. */
function shaped(analysis: AnyAnalysis, view: View, { columns, rows }: Relation): readonly ResultRow[] {
  const names = Object.keys(analysis.columns);
  const absent = names.filter((name) => !has(analysis.columns[name], view.inputs));
  if (columns.join() !== names.join())
    throw new CardscopeError(
      "RESULT_SHAPE",
      `${analysis.id}: expected columns ${names.join(", ")}, got ${columns.join(", ")}`,
    );
  return absent.length === 0 ? rows : rows.map((row) => ({ ...row, ...nulls(absent) }));
}

function renderAnalysis(analysis: AnyAnalysis, engine: Engine, view: View): string {
  const text = dedent(render(analysis.sql(contextOf(view)), engine.dialect));
  return view.narrow?.(text) ?? text;
}

const contextOf = ({ asOf, inputs, outcomes, values }: Omit<View, "narrow">): Context => ({
  asOf,
  inputs,
  outcomes,
  values,
});

const paramsOf = (analysis: AnyAnalysis, { values }: View): Record<string, number> =>
  Object.fromEntries(
    analysis.measures.flatMap((m: MeasureName) =>
      Object.entries<number | null>(values[m]).flatMap(([p, value]) =>
        value === null ? [] : [[`${m}.${p}`, value]],
      ),
    ),
  );

const has = (column: Column | undefined, inputs: Inputs): boolean =>
  column?.needs.every((input) => inputs.has(input)) ?? true;

const nulls = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, null]));

function dedent(text: string): string {
  const lines = text.replace(/^\s*\n|\s+$/g, "").split("\n");
  const indent = Math.min(...lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent)).join("\n");
}
