import { sqlType } from "../ingest/read-table.ts";
import { cards } from "../schema/cards.ts";
import type { Field, Table } from "../schema/tables.ts";
import { users } from "../schema/users.ts";

const stated = (table: Table): [string, Field][] =>
  Object.entries(table.fields).filter(
    ([name, { derived }]) => name !== table.key && name !== "balance_usd" && derived !== true,
  );

/** What `from_json` makes of an event's data. */
const shape = (table: Table): string =>
  `{${stated(table)
    .map(([name, field]) => `"${name}":"${sqlType(field).toUpperCase()}"`)
    .join(",")}}`;

export type KeyTypes = Readonly<Record<"user_id" | "card_id", "bigint" | "varchar">>;

/**
 * SQL for rows of `users`, and `is_there`, from a relation of what was told of customers: `subject`, `op`, `data`. Of
 * those that were deleted, there is the key.
 */
export const userRows = (from: string, keys: KeyTypes): string => rows(users, from, keys);

/** SQL for rows of `cards` without a balance, and `is_there`, from a relation of what was told of cards. */
export const cardRows = (from: string, keys: KeyTypes): string => rows(cards, from, keys);

function rows(table: Table, from: string, keys: KeyTypes): string {
  const key = table.key as keyof KeyTypes;
  const columns = stated(table).map(([name]) =>
    name === "user_id" ? `cast(state.user_id as ${keys.user_id}) as user_id` : `state.${name}`,
  );
  return `select cast(subject as ${keys[key]}) as ${key}, ${columns.join(", ")}, op = 'upsert' as is_there
  from (select subject, op, from_json(data, '${shape(table)}') as state from ${from}) stated`;
}

/** SQL for the balance that an event leaves; a deleted one is missing. */
export const balanceOf = (data: string): string =>
  `try_cast(json_extract(${data}, '$.balance_usd') as double)`;
