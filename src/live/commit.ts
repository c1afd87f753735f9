import type { DuckDBEngine } from "../engines/duckdb.ts";
import { loadTexts } from "../models/load-rows.ts";
import { literal, raw } from "../sql/statement.ts";
import type { Batch, BatchLetter } from "./batch.ts";
import { balanceOf, cardRows, type KeyTypes, userRows } from "./columns.ts";
import { markStale } from "./history/stale-days.ts";

/** Totals since the workspace was made. */
export interface Totals {
  /** Events in the log. */
  readonly position: number;
  readonly accepted: number;
  /** Of those accepted: known already, or older than what was known. */
  readonly superseded: number;
  readonly rejected: number;
  /** Dead letters so far, which is the number of the last. */
  readonly letters: number;
  /** The newest time of an event, in milliseconds; null before the first. */
  readonly latest: number | null;
}

/** What moved, as text: customers whose figures may have, and cards. */
export interface Moved {
  readonly customers: readonly string[];
  readonly cards: readonly string[];
}

export interface Committed extends Moved {
  readonly totals: Totals;
}

/** Writes a batch in one transaction; throws with nothing of it written, as a trial does in any case. */
export async function writeBatch(
  engine: DuckDBEngine,
  batch: Batch,
  before: Totals,
  keys: KeyTypes,
  how: { readonly arrived: number; readonly sources: Sources; readonly isTrial?: boolean },
): Promise<Committed> {
  const { arrived, sources, isTrial = false } = how;
  const run = (text: string) => engine.execute(raw(text));
  await run("begin");
  try {
    const logged =
      batch.events.length > 0 ? await writeEvents(engine, batch, before, keys, arrived, sources) : nothing;
    if (batch.letters.length > 0) await writeLetters(engine, batch.letters, before.letters, arrived);
    for (const [name, position] of batch.streams) {
      await run(`delete from streams where name = ${literal(name)}`);
      await run(`insert into streams values (${literal(name)}, ${position})`);
    }
    const totals: Totals = {
      position: before.position + logged.events,
      accepted: before.accepted + batch.accepted,
      superseded: before.superseded + batch.accepted - logged.applied,
      rejected: before.rejected + batch.letters.length,
      letters: before.letters + batch.letters.length,
      latest: batch.events.reduce<number | null>(
        (latest, { time }) => Math.max(latest ?? time, time),
        before.latest,
      ),
    };
    await run(
      `update progress set position = ${totals.position}, accepted = ${totals.accepted},
        superseded = ${totals.superseded}, rejected = ${totals.rejected}, letters = ${totals.letters},
        latest = ${totals.latest === null ? "null" : `make_timestamp_ms(${totals.latest})`}`,
    );
    await run(isTrial ? "rollback" : "commit");
    return { totals, customers: logged.customers, cards: logged.cards };
  } catch (error) {
    await run("rollback").catch(() => {});
    throw error;
  }
}

/** Who told of what, by type of subject: where it is one alone, what comes last is the state. */
export type Sources = ReadonlyMap<string, ReadonlySet<string>>;

interface Logged extends Moved {
  /** New in the log. */
  readonly events: number;
  /** With a higher sequence than any before. */
  readonly applied: number;
}
const nothing: Logged = { events: 0, applied: 0, customers: [], cards: [] };

async function writeEvents(
  engine: DuckDBEngine,
  { events }: Batch,
  before: Totals,
  keys: KeyTypes,
  arrived: number,
  sources: Sources,
): Promise<Logged> {
  const run = (text: string) => engine.execute(raw(text));
  await stage(
    engine,
    "stage",
    stageShape,
    events.map(({ data, ...event }, n) => ({ ...event, n, ...(data !== null && { data }) })),
  );
  // a repetition of the last event is known; an older one is not looked for in the log: it changes nothing there
  await run(`create or replace temp table news as
    select stage.* exclude (time), make_timestamp_ms(stage.time) as time,
      stage.is_top and (heads.sequence is null or stage.sequence > heads.sequence) as is_applied,
      not stage.is_late and (heads.sequence is null or stage.sequence > heads.sequence) as is_newer
    from (select *, md5_number(concat_ws(chr(10), type, source, subject)) as key from stage) stage
    left join heads on heads.key = stage.key
    where heads.sequence is null or heads.sequence <> stage.sequence`);
  await run(`insert into events
    select ${before.position} + row_number() over (partition by 1 order by n), make_timestamp_ms(${arrived}), via, id,
      type, subject, source, sequence, time, op, data, is_newer
    from news`);
  await run(`merge into heads using (select * from news where is_applied) fresh
    on heads.key = fresh.key
    when matched then update set sequence = fresh.sequence, time = fresh.time, op = fresh.op, data = fresh.data
    when not matched then insert (key, type, subject, source, sequence, time, op, data) values (
      fresh.key, fresh.type, fresh.subject, fresh.source, fresh.sequence, fresh.time, fresh.op, fresh.data
    )`);
  await markStale(engine, events, before);
  const counted = await engine.query(
    raw("select count(*) as events, count(*) filter (where is_newer) as applied from news"),
  );
  const moved = await moveState(engine, keys, sources);
  return {
    events: Number(counted.rows[0]?.["events"]),
    applied: Number(counted.rows[0]?.["applied"]),
    ...moved,
  };
}

/**
 * Brings `users` and `cards` to what the heads say of the subjects that moved, and tells whose figures may move. Where
 * several sources tell of a subject, the later time counts, and of equal times the source that comes last in the
 * alphabet: so the state follows from the events, not from the order in which they came.
 */
async function moveState(engine: DuckDBEngine, keys: KeyTypes, sources: Sources): Promise<Moved> {
  const run = (text: string) => engine.execute(raw(text));
  const isOfOne = [...sources.values()].every((names) => names.size < 2);
  await run(
    isOfOne
      ? "create or replace temp table moved as select type, subject, op, data from news where is_applied"
      : `create or replace temp table moved as
    select type, subject, last.op as op, last.data as data
    from (
      -- of a struct, since an aggregate passes over what is null
      select heads.type, heads.subject, max_by(struct_pack(op := op, data := data), (time, source)) as last
      from heads
      join (select distinct type, subject from news where is_applied) news
        on news.type = heads.type and news.subject = heads.subject
      group by heads.type, heads.subject
    ) told`,
  );
  const of = (type: string, op?: string) =>
    `(select subject, data from moved where type = '${type}'${op === undefined ? "" : ` and op = '${op}'`})`;
  const cardKey = `cast(subject as ${keys.card_id})`;
  await run(`create or replace temp table owners as
    select cast(user_id as varchar) as user_id from cards
      where card_id in (select ${cardKey} from moved where type in ('card', 'balance'))
    union
    select subject from moved where type = 'customer'`);
  await run(
    `delete from users where user_id in (select cast(subject as ${keys.user_id}) from ${of("customer")})`,
  );
  await run(`insert into users by name ${userRows(of("customer", "upsert"), keys)}`);
  await run(`update cards set balance_usd = moved.balance_usd
    from (
      select ${cardKey} as card_id, case when op = 'upsert' then ${balanceOf("data")} end as balance_usd
      from moved where type = 'balance'
    ) moved
    where moved.card_id = cards.card_id`);
  await run(`create or replace temp table told as
    select told.*, cards.card_id is not null as is_held, cards.balance_usd
    from (${cardRows(of("card", "upsert"), keys)}) told
    left join cards on cards.card_id = told.card_id`);
  await run(`delete from cards where card_id in (select ${cardKey} from ${of("card")})`);
  await run("insert into cards by name select * exclude (is_held) from told where is_held");
  // a card that was not there has the balance that was told of it before, else that of the files
  const { rows: opened } = await engine.query(raw("select count(*) as n from told where not is_held"));
  if (opened[0]?.["n"] !== 0)
    await run(`insert into cards by name
    with balances as (
      select ${cardKey} as card_id, max_by(struct_pack(op := op, data := data), (time, source)) as last
      from heads
      where type = 'balance' and subject in (select cast(card_id as varchar) from told where not is_held)
      group by subject
    )
    select told.* exclude (is_held, balance_usd),
      case
        when balances.card_id is null then base_cards.balance_usd
        when balances.last.op = 'upsert' then ${balanceOf("balances.last.data")}
      end as balance_usd
    from told
    left join balances on balances.card_id = told.card_id
    left join base_cards on base_cards.card_id = told.card_id
    where not is_held`);
  const { rows } = await engine.query(
    raw("select user_id from owners union select cast(user_id as varchar) from told"),
  );
  const touched = await engine.query(
    raw("select distinct subject from moved where type in ('card', 'balance')"),
  );
  return {
    customers: rows.flatMap((row) => (row["user_id"] === null ? [] : [String(row["user_id"])])),
    cards: touched.rows.map((row) => String(row["subject"])),
  };
}

async function writeLetters(
  engine: DuckDBEngine,
  letters: readonly BatchLetter[],
  before: number,
  arrived: number,
): Promise<void> {
  await stage(
    engine,
    "staged_letters",
    letterShape,
    letters.map((letter, n) => ({ ...letter, number: before + n + 1 })),
  );
  await engine.execute(
    raw(`insert into dead_letters
      select number, make_timestamp_ms(${arrived}), via, line, reason, body, length, sha256, 'open'
      from staged_letters`),
  );
}

const stageShape = {
  ...{ n: "BIGINT", via: "VARCHAR", id: "VARCHAR", type: "VARCHAR", subject: "VARCHAR", source: "VARCHAR" },
  ...{
    sequence: "BIGINT",
    time: "BIGINT",
    op: "VARCHAR",
    data: "JSON",
    is_top: "BOOLEAN",
    is_late: "BOOLEAN",
  },
};
const letterShape = {
  ...{ number: "BIGINT", via: "VARCHAR", line: "INTEGER", reason: "VARCHAR", body: "VARCHAR" },
  ...{ length: "BIGINT", sha256: "VARCHAR" },
};

/** Rows as a temporary table. Each goes in as one JSON text, which the engine reads faster than cells are handed over. */
async function stage(
  engine: DuckDBEngine,
  table: string,
  shape: Readonly<Record<string, string>>,
  rows: readonly object[],
): Promise<void> {
  await loadTexts(
    engine,
    `${table}_texts`,
    rows.map((row) => JSON.stringify(row)),
  );
  await engine.execute(
    raw(`create or replace temp table ${table} as
      select unnest(from_json(text, ${literal(JSON.stringify(shape))})) from ${table}_texts`),
  );
}
