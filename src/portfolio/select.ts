import type { DuckDBEngine } from "../engines/duckdb.ts";
import type { Relation, ResultRow } from "../engines/engine.ts";
import { CardscopeError, QueryError } from "../errors.ts";
import { raw, sql } from "../sql/statement.ts";

export interface SelectLimits {
  /** Further rows are not read. */
  readonly maxRows?: number;
  readonly seconds?: number;
}

const DEFAULTS = { maxRows: 1_000_000, seconds: 60 };

/** Runs exactly one SELECT of a user's, within limits. Throws QUERY_REFUSED for anything else. */
export async function query(
  engine: DuckDBEngine,
  text: string,
  limits: SelectLimits = {},
): Promise<Relation> {
  await checkSelect(engine, text);
  const { maxRows, seconds } = { ...DEFAULTS, ...limits };
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    engine.interrupt();
  }, seconds * 1000);
  const rows: ResultRow[] = [];
  let columns: readonly string[] | undefined;
  try {
    for await (const batch of engine.stream(raw(text))) {
      columns = batch.columns;
      rows.push(...batch.rows);
      if (rows.length >= maxRows) break;
    }
    // a result without rows has columns all the same
    columns ??= (await engine.query(raw(`select * from (${text.replace(/;\s*$/, "")}\n) result limit 0`)))
      .columns;
  } catch (cause) {
    if (isLate)
      throw new CardscopeError(
        "QUERY_REFUSED",
        `the query took more than ${seconds} seconds and was stopped`,
        {
          hint: "ask for less, or aggregate first",
          cause,
        },
      );
    throw cause;
  } finally {
    clearTimeout(timer);
  }
  return { columns, rows: rows.slice(0, maxRows) };
}

/** Other table functions read files, run text as SQL, or change the instance: enable_logging() breaks it for good. */
const TABLE_FUNCTIONS = new Set([
  "range",
  "generate_series",
  "unnest",
  "json_each",
  "json_tree",
  "duckdb_tables",
  "duckdb_columns",
]);
/** Functions that change something, only wait, or tell about the machine. */
const SCALARS = new Set([
  "write_log",
  "nextval",
  "setseed",
  "sleep_ms",
  "pg_sleep",
  "current_setting",
  "json_serialize_plan",
]);

interface Call {
  readonly name: string;
  readonly isTable: boolean;
}

/** Every function that a parsed statement calls. */
function functionsIn(node: unknown): Call[] {
  if (typeof node !== "object" || node === null) return [];
  const { type, function: called, function_name: name } = node as Record<string, unknown>;
  const inside = Object.values(node).flatMap(functionsIn);
  if (type !== "TABLE_FUNCTION")
    return typeof name === "string" ? [{ name: name.toLowerCase(), isTable: false }, ...inside] : inside;
  const { function_name: table } = called as Record<string, unknown>;
  return [{ name: String(table).toLowerCase(), isTable: true }, ...inside];
}

interface Parsed {
  readonly error: boolean;
  readonly error_type?: string;
  readonly error_message?: string;
  /** Letters before the place of the error. */
  readonly position?: string;
  readonly statements?: readonly unknown[];
}

/**
 * Throws QUERY_REFUSED for all but one SELECT, by the parser's own word on what the text is: it serialises SELECT
 * statements and nothing else. A statement's type is not enough, since EXPLAIN ANALYZE runs what it explains and
 * PRAGMA passes for a SELECT.
 */
export async function checkSelect(engine: DuckDBEngine, text: string): Promise<void> {
  if (text.includes("\0"))
    throw new CardscopeError("QUERY_REFUSED", "a zero byte in the query", { hint: "retype the query" });
  const { rows } = await engine.query(sql`select json_serialize_sql(${text}) as tree`);
  const tree = JSON.parse(String(rows[0]?.["tree"])) as Parsed;
  const hint = "write one SELECT over users, cards, card_profile, customer_profile or offer_profile";
  if (tree.error && tree.error_type !== "not implemented")
    throw new QueryError(text, "the parser", new Error(pointed(text, tree)));
  if (tree.error) throw new CardscopeError("QUERY_REFUSED", "only SELECT is allowed", { hint });
  const barred = functionsIn(tree).find(({ name, isTable }) =>
    isTable ? !TABLE_FUNCTIONS.has(name) : SCALARS.has(name),
  );
  if (barred !== undefined)
    throw new CardscopeError("QUERY_REFUSED", `the function ${barred.name} is not allowed`, { hint });
  if (tree.statements?.length !== 1)
    throw new CardscopeError(
      "QUERY_REFUSED",
      `${tree.statements?.length ?? 0} statements where one is allowed`,
      { hint },
    );
}

/** The parser's message with the line that it means and a mark below the place, as the engine's own messages have. */
function pointed(text: string, { error_message: message = "not SQL", position }: Parsed): string {
  if (position === undefined) return message;
  const before = [...text].slice(0, Number(position)).join("").split("\n");
  const line = text.split("\n")[before.length - 1] ?? "";
  const start = `LINE ${before.length}: `;
  return `${message}\n\n${start}${line}\n${" ".repeat(start.length + (before.at(-1)?.length ?? 0))}^`;
}
