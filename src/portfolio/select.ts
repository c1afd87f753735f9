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
  await refuseAllButSelect(engine, text);
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
const SIDE_EFFECTS = new Set(["write_log"]);

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

/**
 * The parser's own word on what the text is: it serialises SELECT statements and nothing else. A statement's
 * type is not enough, since EXPLAIN ANALYZE runs what it explains and PRAGMA passes for a SELECT.
 */
async function refuseAllButSelect(engine: DuckDBEngine, text: string): Promise<void> {
  if (text.includes("\0"))
    throw new CardscopeError("QUERY_REFUSED", "a zero byte in the query", { hint: "retype the query" });
  const { rows } = await engine.query(sql`select json_serialize_sql(${text}) as tree`);
  const tree: { error: boolean; error_type?: string; error_message?: string; statements?: unknown[] } =
    JSON.parse(String(rows[0]?.["tree"]));
  const hint = "write one SELECT over users, cards, card_profile, customer_profile or offer_profile";
  if (tree.error && tree.error_type !== "not implemented")
    throw new QueryError(text, "the parser", new Error(tree.error_message ?? "not SQL"));
  if (tree.error) throw new CardscopeError("QUERY_REFUSED", "only SELECT is allowed", { hint });
  const barred = functionsIn(tree).find(({ name, isTable }) =>
    isTable ? !TABLE_FUNCTIONS.has(name) : SIDE_EFFECTS.has(name),
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
