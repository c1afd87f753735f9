import type { DuckDBEngine } from "../engines/duckdb.ts";
import { raw } from "../sql/statement.ts";
import type { BatchEvent } from "./batch.ts";
import type { KeyTypes } from "./columns.ts";

/** Ids are whole numbers as long as every one is written as one; 007 is not 7. */
const isWhole = (id: string): boolean => /^(0|[1-9]\d{0,14})$/.test(id);

export async function keyTypes(engine: DuckDBEngine): Promise<KeyTypes> {
  const { rows } = await engine.query(
    raw(`select column_name, data_type from duckdb_columns()
      where database_name = current_database() and schema_name = 'main'
        and table_name = 'base_cards' and column_name in ('user_id', 'card_id')`),
  );
  const typeOf = (name: string) =>
    rows.find(({ column_name: column }) => column === name)?.["data_type"] === "BIGINT"
      ? "bigint"
      : "varchar";
  return { user_id: typeOf("user_id"), card_id: typeOf("card_id") };
}

/** Makes ids text for good when an event brings one that is no whole number. */
export async function widenKeys(
  engine: DuckDBEngine,
  keys: KeyTypes,
  events: readonly BatchEvent[],
): Promise<KeyTypes> {
  const isText = (id: string | null) => id !== null && !isWhole(id);
  const widens = {
    user_id:
      keys.user_id === "bigint" &&
      events.some(({ event }) => isText(event.type === "customer" ? event.subject : event.owner)),
    card_id:
      keys.card_id === "bigint" &&
      events.some(({ event }) => event.type !== "customer" && isText(event.subject)),
  };
  for (const [column, tables] of [
    ["user_id", ["base_users", "base_cards"]],
    ["card_id", ["base_cards"]],
  ] as const)
    if (widens[column])
      for (const table of tables)
        await engine.execute(raw(`alter table ${table} alter ${column} type varchar`));
  return {
    user_id: widens.user_id ? "varchar" : keys.user_id,
    card_id: widens.card_id ? "varchar" : keys.card_id,
  };
}
