import { raw } from "../sql/statement.ts";
import type { DuckDBEngine } from "./duckdb.ts";
import { DuckDBDataChunk, VARCHAR } from "./node-api.ts";

/** Rows of a chunk of the engine. */
const CHUNK = 2048;

/**
 * Texts as a temporary table of this connection with the column `text`. In a statement they would be one constant, or
 * many, which the engine keeps as values of their own: that takes many times as long.
 */
export async function loadTexts(
  engine: DuckDBEngine,
  table: string,
  texts: readonly string[],
): Promise<void> {
  await engine.execute(raw(`create or replace temp table ${table} (text varchar)`));
  const appender = await engine.connection.createAppender(table, "main", "temp");
  for (let from = 0; from < texts.length; from += CHUNK) {
    const part = texts.slice(from, from + CHUNK);
    const chunk = DuckDBDataChunk.create([VARCHAR], part.length);
    chunk.setColumnValues(0, part);
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}
