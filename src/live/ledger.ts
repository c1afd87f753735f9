import type { DuckDBEngine } from "../engines/duckdb.ts";
import type { Relation } from "../engines/engine.ts";
import { Slots } from "../explore/slots.ts";
import { raw } from "../sql/statement.ts";

/** A connection to the workspace for small tables beside the portfolio: what is written together is in together. */
export class Ledger implements AsyncDisposable {
  readonly #engine: DuckDBEngine;
  readonly #turns = new Slots(1);

  constructor(engine: DuckDBEngine) {
    this.#engine = engine;
  }

  async read(text: string): Promise<Relation["rows"]> {
    using _turn = await this.#turns.take();
    return (await this.#engine.query(raw(text))).rows;
  }

  /** All of the statements or none. */
  async write(...statements: readonly string[]): Promise<void> {
    using _turn = await this.#turns.take();
    const run = (text: string) => this.#engine.execute(raw(text));
    await run("begin");
    try {
      for (const statement of statements) await run(statement);
      await run("commit");
    } catch (error) {
      await run("rollback").catch(() => {});
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turns.close();
    await this.#engine[Symbol.asyncDispose]();
  }
}

/** A moment in milliseconds as SQL. */
export const moment = (ms: number | null): string =>
  ms === null ? "null" : `make_timestamp_ms(${Math.round(ms)})`;
