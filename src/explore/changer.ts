import type { DuckDBEngine } from "../engines/duckdb.ts";
import type { DataChunk } from "../engines/node-api.ts";
import { type Parameter, Prepared } from "../engines/prepared.ts";
import { inputsOf } from "../ingest/ingest.ts";
import { buildModels, models, outcomesIn, renderModel, type View } from "../models/build.ts";
import { raw } from "../sql/statement.ts";
import { BALANCES, type Change, REACHED } from "./change.ts";
import type { OpenedPortfolio } from "./explorer.ts";

/** Rows that were replaced stay in the way of those that read, until they are cleared away: so many times the rows there are. */
const REPLACED = 2;
/** Of few rows, it is not worth it. */
const LEAST_REPLACED = 20_000;

/** A set of models, and how it looks at the portfolio. */
interface Models {
  readonly schema: string;
  readonly view: View;
}

/**
 * Changes a portfolio that readers look at: its tables, and every set of models. The models are built over the
 * customers that changed, with all of their cards, and those rows replace the ones there were: a model is a function
 * of one customer and their cards, so the SQL that makes the whole makes the part. Where the date or the inputs move,
 * all rows do, and the models of the portfolio are built anew.
 *
 * What changed is put into tables that are filled and emptied within the transaction: so the forty statements are
 * planned once, and nothing is left behind.
 */
export class Changer implements AsyncDisposable {
  readonly #engine: DuckDBEngine;
  readonly #prepared: Prepared;
  /** Schemas of sets that have tables for what changed. */
  readonly #sets = new Set<string>();
  #keys: Change["keys"] | undefined;
  /** Customers whose rows were replaced since that was done. */
  #replaced = 0;
  #tidyAt = LEAST_REPLACED;

  private constructor(engine: DuckDBEngine, prepared: Prepared) {
    this.#engine = engine;
    this.#prepared = prepared;
  }

  /** `engine` is a connection of its own, which is closed with it. */
  static async open(engine: DuckDBEngine): Promise<Changer> {
    const changer = new Changer(engine, await Prepared.on(engine));
    await changer.#makeTables();
    return changer;
  }

  /** In one transaction; returns the portfolio after it. `sets` are those of the portfolio and of looks, in that order. */
  async change(change: Change, before: OpenedPortfolio, sets: readonly Models[]): Promise<OpenedPortfolio> {
    const [main] = sets;
    await this.#prepare(sets);
    await this.#run("begin");
    try {
      const isWidened = await this.#widen(change.keys);
      await this.#changeTables(change);
      // a column that gets its first value, or loses its last, changes what can be computed
      const { inputs, outcomes } = change.checksInputs
        ? { inputs: await inputsOf(this.#engine), outcomes: await outcomesIn(this.#engine) }
        : before;
      const after = { ...before, inputs, outcomes };
      if (isWidened || main?.view.asOf !== after.asOf || !inputs.equals(main.view.inputs)) {
        await buildModels(this.#engine, after);
        for (const { schema } of sets.slice(1)) await this.#define(`drop schema ${schema} cascade`);
        await this.#dropSets(() => true);
      } else {
        this.#replaced += await this.#run(`insert into delta.users ${reread.users}`);
        await this.#run(`insert into delta.cards ${reread.cards}`);
        for (const set of sets) await this.#changeModels(set);
      }
      for (const table of Object.keys(tables)) await this.#run(`delete from delta.${table}`);
      await this.#run("commit");
      return after;
    } catch (error) {
      await this.#run("rollback").catch(() => {});
      // what was made in the transaction is gone, and what was dropped is there again
      this.#sets.clear();
      this.#keys = undefined;
      throw error;
    }
  }

  /** Clears away rows that were replaced, where there are many of them. */
  async tidy(): Promise<void> {
    if (this.#replaced < this.#tidyAt) return;
    try {
      await this.#define("checkpoint");
      this.#replaced = 0;
      const customers = await this.#prepared.number("select count(*) from main.users");
      this.#tidyAt = Math.max(LEAST_REPLACED, REPLACED * customers);
    } catch {
      // a set of models is being made: it is tried again after the next change
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#prepared[Symbol.dispose]();
    await this.#engine[Symbol.asyncDispose]();
  }

  async #makeTables(): Promise<void> {
    await this.#define("create schema if not exists delta");
    for (const [table, shape] of Object.entries(tables))
      await this.#define(`create or replace table delta.${table} as ${shape} limit 0`);
  }

  /** Ids that became text do so in the tables; whether any did. */
  async #widen(keys: Change["keys"]): Promise<boolean> {
    if (keys.user_id === this.#keys?.user_id && keys.card_id === this.#keys.card_id) return false;
    const { rows } = await this.#engine.query(raw("describe select user_id, card_id from main.cards"));
    const widened = rows.flatMap(({ column_name: column, column_type: type }) =>
      keys[column as keyof Change["keys"]] === "varchar" && type === "BIGINT" ? [String(column)] : [],
    );
    for (const column of widened)
      for (const table of column === "user_id" ? ["main.users", "main.cards"] : ["main.cards", BALANCES])
        await this.#define(`alter table ${table} alter ${column} type varchar`);
    if (widened.length > 0) await this.#makeTables();
    this.#keys = keys;
    return widened.length > 0;
  }

  async #changeTables({ users, cards, balances, reached: { position, latest } }: Change): Promise<void> {
    await this.#run(
      `update ${REACHED} set position = $1, latest = make_timestamp_ms($2)`,
      BigInt(position),
      latest === null ? null : BigInt(latest),
    );
    await this.#append("told_users", users);
    await this.#append("told_cards", cards);
    await this.#append("told_balances", balances);
    await this.#run(`insert into delta.moved
      select card_id from delta.told_cards union all select card_id from delta.told_balances`);
    await this.#run(`insert into delta.changed
      select user_id from delta.told_users
      union all
      select user_id from delta.told_cards where is_there
      union all
      select user_id from main.cards where card_id in (from delta.moved)`);
    await this.#run("delete from main.users where user_id in (select user_id from delta.told_users)");
    await this.#run(
      "insert into main.users select * exclude (is_there) from delta.told_users where is_there",
    );
    await this.#run(`merge into ${BALANCES} balances using delta.told_balances told on told.card_id = balances.card_id
      when matched then update set balance_usd = told.balance_usd
      when not matched then insert values (told.card_id, told.balance_usd)`);
    // in place: most of what is told are balances
    await this.#run(`update main.cards set balance_usd = told.balance_usd
      from delta.told_balances told where told.card_id = cards.card_id`);
    await this.#run("delete from main.cards where card_id in (select card_id from delta.told_cards)");
    await this.#run(`insert into main.cards
      select told.* exclude (is_there) replace (balances.balance_usd as balance_usd)
      from delta.told_cards told
      left join (from ${BALANCES} where card_id in (select card_id from delta.told_cards)) balances
        on balances.card_id = told.card_id
      where is_there`);
  }

  async #changeModels({ schema, view }: Models): Promise<void> {
    const hasNobodys =
      (await this.#prepared.number("select count(*) from delta.changed where user_id is null")) > 0;
    const own = `delta_${schema}`;
    await this.#run(`set search_path = '${own},delta,main'`);
    for (const model of models)
      await this.#run(`insert into ${own}.${model} ${renderModel(model, view, this.#engine.dialect)}`);
    await this.#run("set search_path = 'main'");
    for (const model of models) {
      await this.#run(`delete from ${schema}.${model} where user_id in (from delta.changed)`);
      if (model === "card_profile" && hasNobodys)
        await this.#run(`delete from ${schema}.${model}
          where user_id is null and card_id in (from delta.moved)`);
      await this.#run(`insert into ${schema}.${model} from ${own}.${model}`);
      await this.#run(`delete from ${own}.${model}`);
    }
  }

  /** Before the transaction: what is planned while tables are being made is planned again each time. */
  async #prepare(sets: readonly Models[]): Promise<void> {
    await this.#dropSets((known) => !sets.some(({ schema }) => schema === known));
    for (const { schema } of sets) {
      if (this.#sets.has(schema)) continue;
      await this.#define(`create schema if not exists delta_${schema}`);
      for (const model of models)
        await this.#define(
          `create or replace table delta_${schema}.${model} as from ${schema}.${model} limit 0`,
        );
      this.#sets.add(schema);
    }
    // looks, and what is frozen, have schemas of their own that come and go
    await this.#prepared.renew();
  }

  async #dropSets(isGone: (schema: string) => boolean): Promise<void> {
    for (const schema of this.#sets) {
      if (!isGone(schema)) continue;
      await this.#define(`drop schema if exists delta_${schema} cascade`);
      this.#sets.delete(schema);
    }
  }

  async #append(table: string, chunks: readonly DataChunk[]): Promise<void> {
    const appender = await this.#engine.connection.createAppender(table, "delta");
    for (const chunk of chunks) if (chunk.rowCount > 0) appender.appendDataChunk(chunk);
    appender.closeSync();
  }

  #define(text: string): Promise<void> {
    return this.#engine.execute(raw(text));
  }

  #run(text: string, ...parameters: Parameter[]): Promise<number> {
    return this.#prepared.run(text, ...parameters);
  }
}

/** What a change is made of, with the shape of each; empty between changes. */
const tables: Readonly<Record<string, string>> = {
  told_users: "select *, cast(null as boolean) as is_there from main.users",
  told_cards: "select *, cast(null as boolean) as is_there from main.cards",
  told_balances: `from ${BALANCES}`,
  // keys of cards that were told of, and of customers that have or had them, if any, or were told of; some twice
  moved: "select card_id from main.cards",
  changed: "select user_id from main.users",
  users: "from main.users",
  cards: "from main.cards",
};

/**
 * All rows of the customers that changed, and cards that are nobody's, under the names that the models read. They are
 * copied, since the engine would hand on a few rows at a time of those it picks out of a table, and take every
 * expression of the models up again for each few.
 */
const reread = {
  users: "from main.users where user_id in (from delta.changed)",
  cards: `from main.cards where user_id in (from delta.changed)
    union all
    from main.cards where user_id is null and card_id in (from delta.moved)`,
};
