import type { DuckDBEngine } from "../engines/duckdb.ts";
import { Prepared } from "../engines/prepared.ts";
import type { Change } from "../explore/change.ts";
import { raw } from "../sql/statement.ts";
import type { Commit } from "./applier.ts";
import { cardRows, type KeyTypes, userRows } from "./columns.ts";
import { balanceRows, lastWords } from "./state.ts";

/** Reads from a workspace what its events changed. */
export class ChangeReader implements AsyncDisposable {
  readonly #engine: DuckDBEngine;
  readonly #prepared: Prepared;

  private constructor(engine: DuckDBEngine, prepared: Prepared) {
    this.#engine = engine;
    this.#prepared = prepared;
  }

  /** `engine` is closed with it. */
  static async open(engine: DuckDBEngine): Promise<ChangeReader> {
    await engine.execute(
      raw("create temp table told (type varchar, subject varchar, op varchar, data varchar)"),
    );
    await engine.execute(raw("create temp table contested (type varchar, subject varchar)"));
    return new ChangeReader(engine, await Prepared.on(engine));
  }

  /**
   * What the events after a position say of their subjects, up to a commit. The last event is the state of its subject,
   * but where several sources told of it: then the heads of all are asked. Undefined where those are ahead of the commit:
   * what is known of keys and sources may not hold for them, and the next commit is about to be told.
   */
  async since(
    position: number,
    { keys, shared, totals }: Pick<Commit, "keys" | "shared" | "totals">,
  ): Promise<Omit<Change, "checksInputs"> | undefined> {
    // one snapshot, whatever is committed meanwhile
    await this.#prepared.run("begin");
    try {
      const until = totals.position;
      if (shared.length > 0 && (await this.#prepared.number("select position from progress")) !== until)
        return undefined;
      await this.#prepared.run(told, BigInt(position), BigInt(until));
      let contested = 0;
      for (const type of shared) contested += await this.#prepared.run(contest, type);
      if (contested > 0) {
        await this.#prepared.run("delete from told where (type, subject) in (from contested)");
        await this.#prepared.run(toldByAll);
      }
      const users = await this.#prepared.chunks(toldUsers(keys));
      const cards = await this.#prepared.chunks(toldCards(keys));
      const balances = await this.#prepared.chunks(balanceRows(of("balance"), keys));
      return { users, cards, balances, keys, reached: { position: until, latest: totals.latest } };
    } finally {
      // takes back what was told
      await this.#prepared.run("rollback");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#prepared[Symbol.dispose]();
    await this.#engine[Symbol.asyncDispose]();
  }
}

const told = `insert into told
  select type, subject, word.op, word.data
  from (
    select type, subject, max_by(struct_pack(op := op, data := data), position) as word
    from events
    where position > $1 and position <= $2 and is_applied
    group by type, subject
  ) said`;

/** Subjects of a type that several sources told of. */
const contest = `insert into contested
  select $1, subject
  from heads
  where type = $1 and subject in (select subject from told where type = $1)
  group by subject
  having count(*) > 1`;

const toldByAll = `insert into told
  select type, subject, word.op, word.data
  from (${lastWords("(from heads semi join contested using (type, subject))")})`;

const of = (type: string): string => `(from told where type = '${type}')`;

// columns as the canonical tables have them, and last whether the subject is there
const rowsIn = (table: string, rows: string): string =>
  `select *, cast(null as boolean) as is_there from ${table} where false union all by name ${rows}`;
const toldUsers = (keys: KeyTypes): string => rowsIn("base_users", userRows(of("customer"), keys));
const toldCards = (keys: KeyTypes): string => rowsIn("base_cards", cardRows(of("card"), keys));
