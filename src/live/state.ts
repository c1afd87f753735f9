import type { DuckDBEngine } from "../engines/duckdb.ts";
import { type EventType, eventTypes } from "../schema/event.ts";
import { literal, raw } from "../sql/statement.ts";
import { balanceOf, cardRows, type KeyTypes, userRows } from "./columns.ts";
import { addDays } from "./history/calendar.ts";

/** Whose events decide: those of the heads as they are now, or of the log up to the end of a day. */
export type Moment = { readonly until: string } | "now";

/**
 * Makes `users`, `cards` and `balances` of an attached database as they were at a moment, from what the workspace began
 * with and what it was told: of each subject and source the highest sequence, of equal ones the first that came; of
 * several sources the later time, and of equal times the source that comes last in the alphabet. What happened, not
 * when it was told, decides: so an event that comes late corrects the past, and the state does not follow from the
 * order in which events came. `balances` is of every card that a file or an event tells of, whether it is held or not:
 * a card and its balance are subjects of their own. `workspace` and `target` name databases.
 */
export async function makeState(
  engine: DuckDBEngine,
  { workspace, target }: { readonly workspace: string; readonly target: string },
  keys: KeyTypes,
  moment: Moment,
): Promise<void> {
  const of = (name: string) => `${workspace}.main.${name}`;
  const make = (name: string, select: string, by = engine) =>
    by.execute(raw(`create or replace table ${target}.main.${name} as ${select}`));
  const words = (heads: string) =>
    `select type, subject, word.op as op, word.data as data from (${lastWords(heads)})`;
  // the heads of a type that one source tells of are its last words: only others must be found out, and are kept for a while
  const kept = moment === "now" ? await sharedTypes(engine, of("heads")) : eventTypes;
  const heads =
    moment === "now"
      ? `(from ${of("heads")} where type in (${kept.map((type) => literal(type)).join(", ")}))`
      : `(${headsUntil(of, moment.until)})`;
  if (kept.length > 0) await make("told", words(heads));
  const told = (type: EventType) =>
    `(select subject, op, data from ${kept.includes(type) ? `${target}.main.told` : of("heads")} where type = '${type}')`;
  /** What the files have, of what was never told of. */
  const untold = (table: string, key: "user_id" | "card_id", type: EventType) =>
    `from ${of(table)} anti join (select cast(subject as ${keys[key]}) as ${key} from ${told(type)} told) told using (${key})`;
  // in order of the keys: figures do not follow the order in which rows changed
  const makeUsers = (by: DuckDBEngine) =>
    make(
      "users",
      `from (
        (${untold("base_users", "user_id", "customer")})
        union all by name (select * exclude (is_there) from (${userRows(told("customer"), keys)}) where is_there)
      )
      order by user_id nulls last`,
      by,
    );
  const makeCards = async () => {
    await make(
      "balances",
      `select card_id, balance_usd from (${untold("base_cards", "card_id", "balance")})
      union all
      ${balanceRows(told("balance"), keys)}`,
    );
    await make(
      "cards",
      `-- columns as the canonical table has them
      select * from ${of("base_cards")} where false
      union all by name
      select held.*, balances.balance_usd
      from (
        select * exclude (balance_usd) from (${untold("base_cards", "card_id", "card")})
        union all by name (select * exclude (is_there) from (${cardRows(told("card"), keys)}) where is_there)
      ) held
      left join ${target}.main.balances on balances.card_id = held.card_id
      order by card_id nulls last`,
    );
  };
  if (moment === "now") {
    // side by side: somebody waits for the start
    await using other = await engine.connect();
    const users = makeUsers(other);
    users.catch(() => {});
    try {
      await makeCards();
    } finally {
      await users;
    }
  } else {
    // the past is read in one transaction, which a connection has
    await makeUsers(engine);
    await makeCards();
  }
  await engine.execute(raw(`drop table if exists ${target}.main.told`));
}

/** Types that several sources tell of. */
async function sharedTypes(engine: DuckDBEngine, heads: string): Promise<readonly EventType[]> {
  const { rows } = await engine.query(
    raw(`select type from ${heads} group by type having count(distinct source) > 1`),
  );
  return eventTypes.filter((type) => rows.some((row) => row["type"] === type));
}

/** SQL for the last word of a relation of heads on each subject: `type`, `subject`, and `word` with `op` and `data`. */
export const lastWords = (heads: string): string =>
  `select type, subject,
    -- of a struct, since an aggregate passes over what is null
    max_by(struct_pack(op := op, data := data), (time, source)) as word
  from ${heads} heads
  group by type, subject`;

/** SQL for rows of `balances`, from a relation of what was told of balances: `subject`, `op`, `data`. */
export const balanceRows = (from: string, keys: KeyTypes): string =>
  `select cast(subject as ${keys.card_id}) as card_id,
    case when op = 'upsert' then ${balanceOf("data")} end as balance_usd
  from ${from} told`;

/** SQL for the event with the highest sequence of each subject and source, up to the end of a day. */
export const headsUntil = (of: (name: string) => string, day: string): string =>
  `select type, subject, source, last.sequence as sequence, last.time as time, last.op as op, last.data as data
  from (
    select type, subject, source,
      max_by({'sequence': sequence, 'time': time, 'op': op, 'data': data}, (sequence, -position)) as last
    from (
      select type, subject, source, sequence, time, op, data, 0 as position from ${of("base_heads")}
      union all
      select type, subject, source, sequence, time, op, data, position from ${of("events")}
      where time < cast(${literal(addDays(day, 1))} as timestamp)
    ) logged
    group by type, subject, source
  ) latest`;
