import type { DuckDBEngine } from "../../engines/duckdb.ts";
import { literal, raw } from "../../sql/statement.ts";
import { balanceOf, cardRows, type KeyTypes, userRows } from "../columns.ts";
import { addDays } from "./calendar.ts";

/**
 * Makes `users` and `cards` of an attached database as they were at the end of a day, from what the workspace began
 * with and its log: of each subject and source the highest sequence among the events up to then, of equal ones the
 * first that came; among sources as `moveState` in commit.ts has it. What happened, not when it was told, decides: so
 * an event that comes late corrects the past. `workspace` and `target` name databases; without a day all events count.
 */
export async function stateAt(
  engine: DuckDBEngine,
  { workspace, target }: { readonly workspace: string; readonly target: string },
  keys: KeyTypes,
  day?: string,
): Promise<void> {
  const run = (text: string) => engine.execute(raw(text));
  const of = (name: string) => `${workspace}.main.${name}`;
  const make = (name: string, select: string) =>
    run(`create or replace table ${target}.main.${name} as ${select}`);
  await make("told", toldUntil(of, day));
  const told = `${target}.main.told`;
  const upserted = (type: string) =>
    `(select subject, data from ${told} where type = '${type}' and op = 'upsert')`;
  const untold = (type: string, key: "user_id" | "card_id") =>
    `(select * from ${of(type === "customer" ? "base_users" : "base_cards")}
      where ${key} not in (select cast(subject as ${keys[key]}) from ${told} where type = '${type}'))`;
  // in order of the keys: figures do not follow the order in which rows changed
  await make(
    "users",
    `select * from ${untold("customer", "user_id")} kept
    union all by name ${userRows(upserted("customer"), keys)}
    order by user_id nulls last`,
  );
  await make(
    "cards",
    `with now as (
      select * exclude (balance_usd) from ${untold("card", "card_id")} kept
      union all by name ${cardRows(upserted("card"), keys)}
    ),
    balances as (
      select cast(subject as ${keys.card_id}) as card_id, op, data from ${told} where type = 'balance'
    ),
    placed as (
      select now.*,
        case
          when balances.card_id is null then base.balance_usd
          when balances.op = 'upsert' then ${balanceOf("balances.data")}
        end as balance_usd
      from now
      left join balances on balances.card_id = now.card_id
      left join ${of("base_cards")} base on base.card_id = now.card_id
    )
    -- columns as the canonical table has them
    select * from ${of("base_cards")} where false
    union all by name
    select * from placed
    order by card_id nulls last`,
  );
}

/** SQL for the last word on each subject: `type`, `subject`, `op`, `data`. */
const toldUntil = (of: (name: string) => string, day: string | undefined): string =>
  `select type, subject, last.op as op, last.data as data
  from (
    select type, subject, max_by(struct_pack(op := last.op, data := last.data), (last.time, source)) as last
    from (${headsUntil(of, day)}) heads
    group by type, subject
  ) said`;

/** SQL for the event with the highest sequence of each subject and source: `type`, `subject`, `source`, `last`. */
export const headsUntil = (of: (name: string) => string, day: string | undefined): string =>
  `select type, subject, source,
    -- of a struct, since an aggregate passes over what is null
    max_by({'sequence': sequence, 'time': time, 'op': op, 'data': data}, (sequence, -position)) as last
  from (
    select type, subject, source, sequence, time, op, data, 0 as position from ${of("base_heads")}
    union all
    select type, subject, source, sequence, time, op, data, position from ${of("events")}
    ${day === undefined ? "" : `where time < cast(${literal(addDays(day, 1))} as timestamp)`}
  ) logged
  group by type, subject, source`;
