import type { DuckDBEngine } from "../engines/duckdb.ts";
import type { DataChunk } from "../engines/node-api.ts";
import { inputsOf } from "../ingest/ingest.ts";
import { buildModels, models, outcomesIn, type View } from "../models/build.ts";
import { loadTexts } from "../models/load-rows.ts";
import { raw } from "../sql/statement.ts";
import type { OpenedPortfolio } from "./explorer.ts";

/** Customers that changed, with all of their cards: the rows there are now replace those there were. */
export interface Change {
  /** Keys as text; those without a row below are gone, and so are their cards. */
  readonly customers: readonly string[];
  /** Keys of cards that changed, whoever has them. */
  readonly cardKeys: readonly string[];
  /** Rows of the canonical tables, in the order of their columns. */
  readonly users: readonly DataChunk[];
  readonly cards: readonly DataChunk[];
  /** How ids are held from now on. */
  readonly keys: Readonly<Record<"user_id" | "card_id", "bigint" | "varchar">>;
  /** Whether to look which columns hold a value, which takes a look at all rows. */
  readonly checksInputs: boolean;
  /** YYYY-MM-DD, where it moved. */
  readonly asOf?: string;
}

/** A set of models, and how it looks at the portfolio. */
interface Models {
  readonly schema: string;
  readonly view: View;
}

const DELTA = "delta";

/**
 * Replaces the rows of the changed customers in one transaction: in the tables, and in every set of models. The models
 * are built over the changed rows alone, in a schema of their own: each is a function of one customer and their
 * cards, so the SQL that makes the whole makes the part. Where the date or the inputs move, all rows do, and the
 * models of the portfolio are built anew. Returns the portfolio after it.
 */
export async function changeTables(
  engine: DuckDBEngine,
  change: Change,
  before: OpenedPortfolio,
  sets: readonly Models[],
): Promise<OpenedPortfolio> {
  const run = (text: string) => engine.execute(raw(text));
  const [main] = sets;
  await run("begin");
  try {
    const isWidened = await widen(engine, change.keys);
    await fill(engine, change);
    for (const table of ["users", "cards"]) await replace(engine, table, DELTA, "main");
    // a column that gets its first value, or loses its last, changes what can be computed
    const inputs = change.checksInputs ? await inputsOf(engine) : before.inputs;
    const after = { ...before, inputs, outcomes: await outcomesIn(engine) };
    if (isWidened || main?.view.asOf !== after.asOf || !inputs.equals(main.view.inputs)) {
      await buildModels(engine, after);
      for (const { schema } of sets.slice(1)) await run(`drop schema ${schema} cascade`);
    } else
      for (const { schema, view } of sets) {
        const own = `${DELTA}_${schema}`;
        await run(`create schema if not exists ${own}`);
        await run(`set search_path = '${own},${DELTA},main'`);
        await buildModels(engine, view);
        await run("set search_path = 'main'");
        for (const model of models) await replace(engine, model, own, schema);
      }
    await run("commit");
    return after;
  } catch (error) {
    await run("rollback").catch(() => {});
    throw error;
  }
}

/** Ids that became text do so in the tables; whether any did. */
async function widen(engine: DuckDBEngine, keys: Change["keys"]): Promise<boolean> {
  const { rows } = await engine.query(raw("describe select user_id, card_id from main.cards"));
  const widened = rows.flatMap(({ column_name: column, column_type: type }) =>
    keys[column as keyof Change["keys"]] === "varchar" && type === "BIGINT" ? [String(column)] : [],
  );
  for (const column of widened)
    for (const table of column === "user_id" ? ["users", "cards"] : ["cards"])
      await engine.execute(raw(`alter table main.${table} alter ${column} type varchar`));
  return widened.length > 0;
}

async function fill(
  engine: DuckDBEngine,
  { customers, cardKeys, users, cards, keys }: Change,
): Promise<void> {
  // replaced, not dropped: a table cannot go in the transaction that filled it
  await engine.execute(raw(`create schema if not exists ${DELTA}`));
  for (const table of ["users", "cards"])
    await engine.execute(raw(`create or replace table ${DELTA}.${table} as from main.${table} limit 0`));
  for (const [table, chunks] of [
    ["users", users],
    ["cards", cards],
  ] as const) {
    const appender = await engine.connection.createAppender(table, DELTA);
    for (const chunk of chunks) if (chunk.rowCount > 0) appender.appendDataChunk(chunk);
    appender.closeSync();
  }
  await listKeys(engine, "changed", "user_id", keys.user_id, customers);
  await listKeys(engine, "changed_cards", "card_id", keys.card_id, cardKeys);
}

async function listKeys(
  engine: DuckDBEngine,
  name: string,
  column: string,
  type: string,
  keys: readonly string[],
): Promise<void> {
  await loadTexts(engine, `${name}_texts`, keys);
  await engine.execute(
    raw(
      `create or replace table ${DELTA}.${name} as select cast(text as ${type}) as ${column} from ${name}_texts`,
    ),
  );
}

async function replace(engine: DuckDBEngine, table: string, from: string, to: string): Promise<void> {
  const run = (text: string) => engine.execute(raw(text));
  await run(`delete from ${to}.${table} where user_id in (select user_id from ${DELTA}.changed)`);
  // whoever has a card that changed is among the customers, but for cards that are nobody's
  if (table === "cards" || table === "card_profile")
    await run(`delete from ${to}.${table}
      where user_id is null and card_id in (select card_id from ${DELTA}.changed_cards)`);
  await run(`insert into ${to}.${table} select * from ${from}.${table}`);
}
