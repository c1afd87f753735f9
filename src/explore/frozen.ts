import type { DuckDBEngine } from "../engines/duckdb.ts";
import { models } from "../models/build.ts";
import { raw } from "../sql/statement.ts";

/**
 * A copy of a changing portfolio, made when it is first asked for: what takes a while, such as learning, reads one
 * state from its beginning to its end, and what it finds stands beside that state.
 */
export class Frozen {
  readonly #engine: DuckDBEngine;
  readonly #name: string;
  readonly #schema: string;
  #made: Promise<void> | undefined;

  /** `schema` holds the models that are copied. */
  constructor(engine: DuckDBEngine, name: string, schema: string) {
    this.#engine = engine;
    this.#name = name;
    this.#schema = schema;
  }

  /** A connection that sees the copy. */
  async connect(): Promise<DuckDBEngine> {
    this.#made ??= this.#make();
    await this.#made;
    const engine = await this.#engine.connect();
    const behind = this.#schema === "main" ? "main" : `${this.#schema},main`;
    await engine.execute(raw(`set search_path = '${this.#name},${behind}'`));
    return engine;
  }

  /** Readers who still see it go on to the end of their statements. */
  async drop(): Promise<void> {
    await this.#made?.catch(() => {});
    if (this.#made !== undefined)
      await this.#engine.execute(raw(`drop schema if exists ${this.#name} cascade`));
  }

  async #make(): Promise<void> {
    await using engine = await this.#engine.connect();
    const run = (text: string) => engine.execute(raw(text));
    await run("begin");
    try {
      await run(`create schema ${this.#name}`);
      for (const name of ["users", "cards", ...models]) {
        const schema = name === "users" || name === "cards" ? "main" : this.#schema;
        const key = name === "cards" || name === "card_profile" ? "card_id" : "user_id";
        // in order of the keys: what is learnt does not follow the order in which rows changed
        await run(`create table ${this.#name}.${name} as
          select * from ${schema}.${name} order by ${key} nulls last`);
      }
      await run("commit");
    } catch (error) {
      await run("rollback").catch(() => {});
      this.#made = undefined;
      throw error;
    }
  }
}
