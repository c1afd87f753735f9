import type { DuckDBEngine } from "../engines/duckdb.ts";
import { DOUBLE, type DuckDBAppender, DuckDBDataChunk, INTEGER, VARCHAR } from "../engines/node-api.ts";
import { raw } from "../sql/statement.ts";

/** What a column is made of: numbers without a missing one, or texts. */
export type Cells = Float64Array | Int32Array | Uint8Array | readonly (string | null)[];

const types = { double: DOUBLE, integer: INTEGER, varchar: VARCHAR } as const;
type Type = keyof typeof types;

/** Rows of a chunk of the engine. */
const CHUNK = 2048;

/** Fills a temporary table of a connection, column by column and some rows at a time. Close it with `using`. */
export class TableLoader implements Disposable {
  readonly #appender: DuckDBAppender;
  readonly #types: readonly Type[];

  private constructor(appender: DuckDBAppender, columns: readonly Type[]) {
    this.#appender = appender;
    this.#types = columns;
  }

  static async create(
    engine: DuckDBEngine,
    name: string,
    columns: Readonly<Record<string, Type>>,
  ): Promise<TableLoader> {
    const declared = Object.entries(columns).map(([column, type]) => `${column} ${type}`);
    await engine.execute(raw(`create or replace temp table ${name} (${declared.join(", ")})`));
    return TableLoader.onto(engine, name, columns);
  }

  /** Onto the rows of a table that is there. */
  static async onto(
    { connection }: DuckDBEngine,
    name: string,
    columns: Readonly<Record<string, Type>>,
  ): Promise<TableLoader> {
    return new TableLoader(await connection.createAppender(name), Object.values(columns));
  }

  /** The same number of cells for each column, in their order. */
  append(columns: readonly Cells[]): void {
    const rows = columns[0]?.length ?? 0;
    for (let from = 0; from < rows; from += CHUNK) {
      const size = Math.min(CHUNK, rows - from);
      const chunk = DuckDBDataChunk.create(
        this.#types.map((type) => types[type]),
        size,
      );
      columns.forEach((cells, i) => {
        const vector = chunk.getColumnVector(i);
        for (let k = 0; k < size; k++) vector.setItem(k, cells[from + k] ?? null);
        vector.flush();
      });
      this.#appender.appendDataChunk(chunk);
    }
  }

  [Symbol.dispose](): void {
    this.#appender.closeSync();
  }
}

/**
 * Texts as a temporary table of the connection with the column `text`. In a statement they would be one constant, or
 * many, which the engine keeps as values of their own: that takes many times as long.
 */
export async function loadTexts(engine: DuckDBEngine, name: string, texts: readonly string[]): Promise<void> {
  using loader = await TableLoader.create(engine, name, { text: "varchar" });
  loader.append([texts]);
}

/** The same into such a table that is there. */
export async function appendTexts(
  engine: DuckDBEngine,
  name: string,
  texts: readonly string[],
): Promise<void> {
  using loader = await TableLoader.onto(engine, name, { text: "varchar" });
  loader.append([texts]);
}
