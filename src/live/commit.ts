import type { DuckDBEngine } from "../engines/duckdb.ts";
import { type Parameter, Prepared } from "../engines/prepared.ts";
import { appendTexts } from "../models/load-rows.ts";
import { literal, raw } from "../sql/statement.ts";
import type { Batch, BatchEvent, BatchLetter } from "./batch.ts";
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

interface Logged {
  /** New in the log. */
  readonly events: number;
  /** With a higher sequence than any before. */
  readonly applied: number;
}
const nothing: Logged = { events: 0, applied: 0 };

/** Writes batches: the log, the heads, dead letters, and how far streams are in. */
export class BatchWriter implements AsyncDisposable {
  readonly #engine: DuckDBEngine;
  readonly #prepared: Prepared;

  private constructor(engine: DuckDBEngine, prepared: Prepared) {
    this.#engine = engine;
    this.#prepared = prepared;
  }

  /** `engine` is closed with it. */
  static async open(engine: DuckDBEngine): Promise<BatchWriter> {
    // filled and emptied within a transaction: nothing stays in them
    await engine.execute(raw("create temp table texts (text varchar)"));
    await engine.execute(raw(`create temp table news as from (${news}) limit 0`));
    return new BatchWriter(engine, await Prepared.on(engine));
  }

  /** Writes a batch in one transaction; throws with nothing of it written, as a trial does in any case. */
  async write(
    batch: Batch,
    before: Totals,
    { arrived, isTrial = false }: { readonly arrived: number; readonly isTrial?: boolean },
  ): Promise<Totals> {
    await this.#run("begin");
    try {
      const logged =
        batch.events.length > 0 ? await this.#writeEvents(batch.events, before, arrived) : nothing;
      if (batch.letters.length > 0) await this.#writeLetters(batch.letters, before.letters, arrived);
      for (const [name, position] of batch.streams) await this.#writeStream(name, position);
      const totals: Totals = {
        position: before.position + logged.events,
        accepted: before.accepted + batch.accepted,
        superseded: before.superseded + batch.accepted - logged.applied,
        rejected: before.rejected + batch.letters.length,
        letters: before.letters + batch.letters.length,
        latest: batch.events.reduce<number | null>(
          (latest, { event: { time } }) => Math.max(latest ?? time, time),
          before.latest,
        ),
      };
      await this.#writeTotals(totals);
      await this.#run(isTrial ? "rollback" : "commit");
      return totals;
    } catch (error) {
      await this.#engine.execute(raw("rollback")).catch(() => {});
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#prepared[Symbol.dispose]();
    await this.#engine[Symbol.asyncDispose]();
  }

  async #writeEvents(events: readonly BatchEvent[], before: Totals, arrived: number): Promise<Logged> {
    await appendTexts(this.#engine, "texts", events.map(textOfEvent));
    await this.#run(`insert into news ${news}`);
    await this.#run("delete from texts");
    const logged = await this.#run(
      `insert into events
        select $1 + row_number() over (order by n), make_timestamp_ms($2), via, id,
          type, subject, source, sequence, time, op, data, is_newer
        from news`,
      BigInt(before.position),
      BigInt(arrived),
    );
    await this.#run(`merge into heads using (from news where is_newer and is_top) fresh
      on heads.key = fresh.key
      when matched then update set sequence = fresh.sequence, time = fresh.time, op = fresh.op, data = fresh.data
      when not matched then insert (key, type, subject, source, sequence, time, op, data) values (
        fresh.key, fresh.type, fresh.subject, fresh.source, fresh.sequence, fresh.time, fresh.op, fresh.data
      )`);
    await markStale(this.#engine, events, before);
    const applied = await this.#prepared.number("select count(*) from news where is_newer");
    await this.#run("delete from news");
    return { events: logged, applied };
  }

  async #writeLetters(letters: readonly BatchLetter[], before: number, arrived: number): Promise<void> {
    await appendTexts(
      this.#engine,
      "texts",
      letters.map((letter, n) => JSON.stringify({ ...letter, number: before + n + 1 })),
    );
    await this.#run(
      `insert into dead_letters
        select number, make_timestamp_ms($1), via, line, reason, body, length, sha256, 'open'
        from (${rowsOf(letterShape)})`,
      BigInt(arrived),
    );
    await this.#run("delete from texts");
  }

  async #writeStream(name: string, position: number): Promise<void> {
    const known = await this.#run("update streams set position = $1 where name = $2", BigInt(position), name);
    if (known === 0) await this.#run("insert into streams values ($1, $2)", name, BigInt(position));
  }

  async #writeTotals({ position, accepted, superseded, rejected, letters, latest }: Totals): Promise<void> {
    await this.#run(
      `update progress set position = $1, accepted = $2, superseded = $3, rejected = $4, letters = $5,
        latest = make_timestamp_ms($6)`,
      ...[position, accepted, superseded, rejected, letters].map(BigInt),
      latest === null ? null : BigInt(latest),
    );
  }

  #run(text: string, ...parameters: Parameter[]): Promise<number> {
    return this.#prepared.run(text, ...parameters);
  }
}

const eventShape = {
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

/** Rows enter as one JSON text each, which the engine reads faster than cells are handed over. */
const rowsOf = (shape: Readonly<Record<string, string>>): string =>
  `select unnest(from_json(text, ${literal(JSON.stringify(shape))})) from texts`;

const textOfEvent = ({ event, via, is_top, is_late }: BatchEvent, n: number): string => {
  const { id, type, subject, source, sequence, time, op, data } = event;
  const told = { id, type, subject, source, sequence, time, op, data: data ?? undefined };
  return JSON.stringify({ n, via, is_top, is_late, ...told });
};

// a repetition of the last event is known; an older one is not looked for in the log: it changes nothing there
const news = `select told.* exclude (time), make_timestamp_ms(told.time) as time,
    not told.is_late and (heads.sequence is null or told.sequence > heads.sequence) as is_newer
  from (
    select *, md5_number(concat_ws(chr(10), type, source, subject)) as key from (${rowsOf(eventShape)})
  ) told
  left join heads on heads.key = told.key
  where heads.sequence is null or heads.sequence <> told.sequence`;
