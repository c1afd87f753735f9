import { raw, render } from "../sql/statement.ts";
import { type DuckDBEngine, failureOf, relationOf } from "./duckdb.ts";
import type { Relation } from "./engine.ts";
import type { DataChunk, DuckDBPreparedStatement } from "./node-api.ts";

/** Those of a connection; beyond, all are forgotten. */
const MOST = 200;

/** Whole numbers as bigint, so that a parameter has the same type each time: another type would be planned anew. */
export type Parameter = bigint | string | null;

/**
 * Settings of an instance that has prepared statements. The engine would plan by what the tables hold at that moment (no
 * row is missing, none is above 100), and keep to it when that is no longer so: rows are then left out
 * (https://github.com/duckdb/duckdb/issues/23704). Versions that mend it leave out the same for prepared statements.
 */
export const preparable = { disabled_optimizers: "statistics_propagation" } as const;

/**
 * The statements that a connection runs again and again, each planned once: of a statement over few rows, planning is
 * most of the work. Where schemas or tables were made or dropped since, by whomever, the engine plans anew, and from then
 * on each time, until the statement is prepared again (`renew`). So tables are filled instead of made, and emptied in the
 * same transaction, which leaves nothing behind.
 */
export class Prepared implements Disposable {
  readonly #engine: DuckDBEngine;
  readonly #statements = new Map<string, DuckDBPreparedStatement>();
  /** What schemas there were when statements were planned. */
  #schemas = "";

  private constructor(engine: DuckDBEngine) {
    this.#engine = engine;
  }

  /** On an instance that is `preparable`. */
  static async on(engine: DuckDBEngine): Promise<Prepared> {
    const { rows } = await engine.query(raw("select current_setting('disabled_optimizers') as names"));
    if (!String(rows[0]?.["names"]).includes(preparable.disabled_optimizers))
      throw new TypeError("prepared statements on an instance that is not preparable");
    return new Prepared(engine);
  }

  /** Rows that changed. */
  async run(text: string, ...parameters: readonly Parameter[]): Promise<number> {
    return (await this.#run(text, parameters)).rowsChanged;
  }

  async chunks(text: string, ...parameters: readonly Parameter[]): Promise<DataChunk[]> {
    return (await this.#run(text, parameters)).fetchAllChunks();
  }

  /** The number in the only column of the only row. */
  async number(text: string, ...parameters: readonly Parameter[]): Promise<number> {
    return Number(await this.#only(text, parameters));
  }

  async relation(text: string): Promise<Relation> {
    return relationOf(await this.#run(text, []));
  }

  /** Has statements planned anew when they are next run, where schemas came or went since the last time. */
  async renew(): Promise<void> {
    const schemas = String(await this.#only("select count(*) + 1000 * max(oid) from duckdb_schemas()", []));
    if (schemas === this.#schemas) return;
    this.#forget();
    this.#schemas = schemas;
  }

  [Symbol.dispose](): void {
    this.#forget();
  }

  #forget(): void {
    for (const statement of this.#statements.values()) statement.destroySync();
    this.#statements.clear();
  }

  async #only(text: string, parameters: readonly Parameter[]): Promise<unknown> {
    const [chunk] = await (await this.#run(text, parameters)).fetchAllChunks();
    return chunk?.getColumnVector(0).getItem(0);
  }

  async #run(text: string, parameters: readonly Parameter[]) {
    if (this.#statements.size > MOST) this.#forget();
    try {
      const statement = this.#statements.get(text) ?? (await this.#engine.connection.prepare(text));
      this.#statements.set(text, statement);
      for (const [i, value] of parameters.entries())
        if (value === null) statement.bindNull(i + 1);
        else if (typeof value === "bigint") statement.bindBigInt(i + 1, value);
        else statement.bindVarchar(i + 1, value);
      return await statement.run();
    } catch (cause) {
      throw failureOf(text, cause);
    }
  }
}

/** The engine of a connection, whose queries are planned once. */
export const repeating = (engine: DuckDBEngine, prepared: Prepared): DuckDBEngine => ({
  ...engine,
  query: (statement) => prepared.relation(render(statement, engine.dialect)),
});
