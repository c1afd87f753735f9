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

/** SQL for rows of `users`, from a relation of upserted customers with `subject` and `data`. */
export const userRows = (from: string, keys: KeyTypes): string =>
  `select cast(subject as ${keys.user_id}) as user_id, ${stated(users)
    .map(([name]) => `state.${name}`)
    .join(", ")}
  from (select subject, from_json(data, '${shape(users)}') as state from ${from}) stated`;

/** SQL for rows of `cards` without a balance, from a relation of upserted cards with `subject` and `data`. */
export const cardRows = (from: string, keys: KeyTypes): string =>
  `select cast(subject as ${keys.card_id}) as card_id, ${stated(cards)
    .map(([name]) =>
      name === "user_id" ? `cast(state.user_id as ${keys.user_id}) as user_id` : `state.${name}`,
    )
    .join(", ")}
  from (select subject, from_json(data, '${shape(cards)}') as state from ${from}) stated`;

/** SQL for the balance that an event leaves; a deleted one is missing. */
export const balanceOf = (data: string): string => `cast(json_extract(${data}, '$.balance_usd') as double)`;
