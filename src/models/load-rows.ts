import type { DuckDBEngine } from "../engines/duckdb.ts";
import { raw } from "../sql/statement.ts";

type Type = "varchar" | "double" | "bigint";

/** The cells of one row, in the order of the columns; missing is null. */
export interface RowAppender {
  text(value: string | null): void;
  number(value: number | null): void;
  whole(value: number | null): void;
}

/** After so long others may run, as long as a server has to answer beside; the clock is asked every few rows. */
const SLICE_MS = 40;
const FEW = 16;

/** Makes a temporary table of this connection, row by row. Others can run between. */
export async function loadRows(
  { execute, connection }: DuckDBEngine,
  name: string,
  columns: Readonly<Record<string, Type>>,
  rows: number,
  put: (append: RowAppender, row: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const declared = Object.entries(columns).map(([column, type]) => `${column} ${type}`);
  await execute(raw(`create or replace temp table ${name} (${declared.join(", ")})`));
  const appender = await connection.createAppender(name);
  const append: RowAppender = {
    text: (value) => (value === null ? appender.appendNull() : appender.appendVarchar(value)),
    number: (value) =>
      value === null || Number.isNaN(value) ? appender.appendNull() : appender.appendDouble(value),
    whole: (value) => (value === null ? appender.appendNull() : appender.appendBigInt(BigInt(value))),
  };
  let since = performance.now();
  try {
    for (let row = 0; row < rows; row++) {
      put(append, row);
      appender.endRow();
      if (row % FEW !== FEW - 1 || performance.now() - since < SLICE_MS) continue;
      signal?.throwIfAborted();
      await new Promise((done) => setImmediate(done));
      since = performance.now();
    }
  } finally {
    appender.closeSync();
  }
}
