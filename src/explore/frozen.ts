import type { DuckDBEngine } from "../engines/duckdb.ts";
import { models } from "../models/build.ts";
import { raw } from "../sql/statement.ts";
import { REACHED } from "./change.ts";

/**
 * A copy of a changing portfolio, made when it is first asked for: what takes a while, such as learning, reads one
 * state from its beginning to its end, and what it finds stands beside that state. It goes when it is dropped and
 * nobody uses it any more.
 */
export class Frozen<View> {
  readonly #engine: DuckDBEngine;
  readonly #name: string;
  readonly #schema: string;
  readonly #see: () => Promise<Disposable & { readonly view: View }>;
  #made: Promise<{ readonly view: View; readonly position: number }> | undefined;
  #position: number | undefined;
  #users = 0;
  #isDropped = false;
  #isClosed = false;
  #going: Promise<void> | undefined;

  /** `schema` holds the models that are copied; no change begins or ends until what `see` resolves to is disposed of. */
  constructor(
    engine: DuckDBEngine,
    name: string,
    schema: string,
    see: () => Promise<Disposable & { readonly view: View }>,
  ) {
    this.#engine = engine;
    this.#name = name;
    this.#schema = schema;
    this.#see = see;
  }

  /** How many events it is of; undefined before it is made. */
  get position(): number | undefined {
    return this.#position;
  }

  /** How the portfolio was looked at when it was copied. */
  async view(): Promise<View> {
    using _held = this.hold();
    return (await this.#copied()).view;
  }

  /** Keeps it until that is disposed of. */
  hold(): Disposable {
    this.#users++;
    return {
      [Symbol.dispose]: () => {
        this.#users--;
        this.#leave();
      },
    };
  }

  /** A connection that sees the copy. */
  async connect(): Promise<DuckDBEngine> {
    const held = this.hold();
    try {
      await this.#copied();
      const engine = await this.#engine.connect();
      const behind = this.#schema === "main" ? "main" : `${this.#schema},main`;
      await engine.execute(raw(`set search_path = '${this.#name},${behind}'`));
      return {
        ...engine,
        [Symbol.asyncDispose]: async () => {
          await engine[Symbol.asyncDispose]();
          held[Symbol.dispose]();
        },
      };
    } catch (error) {
      held[Symbol.dispose]();
      throw error;
    }
  }

  /** At once, or when the last who uses it is done. */
  async drop(): Promise<void> {
    this.#isDropped = true;
    this.#leave();
    await this.#going;
  }

  /** Whether nothing is left of it. */
  get isGone(): boolean {
    return this.#isDropped && this.#users === 0 && this.#made === undefined;
  }

  /** It goes with the database, which is about to be closed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#going;
  }

  #leave(): void {
    const made = this.#made;
    if (this.#isClosed || !this.#isDropped || this.#users > 0 || made === undefined) return;
    this.#made = undefined;
    this.#going = made
      .then(() => this.#engine.execute(raw(`drop schema if exists ${this.#name} cascade`)))
      .catch(() => {});
  }

  #copied() {
    this.#made ??= this.#make();
    return this.#made;
  }

  async #make() {
    try {
      await using engine = await this.#engine.connect();
      const run = (text: string) => engine.execute(raw(text));
      const { view, position } = await this.#begin(engine);
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
        this.#position = position;
        return { view, position };
      } catch (error) {
        await run("rollback").catch(() => {});
        throw error;
      }
    } catch (error) {
      this.#made = undefined;
      throw error;
    }
  }

  /** From the first statement on, a transaction sees one state: changes wait for that, and not for the copy. */
  async #begin(engine: DuckDBEngine) {
    using seen = await this.#see();
    await engine.execute(raw("begin"));
    const { rows } = await engine.query(raw(`select position from ${REACHED}`));
    return { view: seen.view, position: Number(rows[0]?.["position"]) };
  }
}
