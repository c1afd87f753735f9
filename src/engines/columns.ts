import { QueryError } from "../errors.ts";
import type { DuckDBEngine } from "./duckdb.ts";

/** A table as columns: typed arrays, since a row object per customer costs ten times as much. */
export interface Columns {
  readonly keys: readonly string[];
  /** NaN where the value is missing. */
  readonly numbers: readonly Float64Array[];
}

/** Reads a key as text and expressions as numbers. `from` is what follows FROM, with the order of the rows. */
export async function readColumns(
  engine: DuckDBEngine,
  key: string,
  numbers: readonly string[],
  from: string,
): Promise<Columns> {
  // without nulls no cell is asked whether it is one
  const columns = numbers.map((x, i) => `coalesce(cast(${x} as double), cast('NaN' as double)) as n${i}`);
  const text = `select ${[`cast(${key} as varchar) as key`, ...columns].join(", ")} from ${from}`;
  const keys: string[] = [];
  const parts: Float64Array[][] = numbers.map(() => []);
  try {
    const result = await engine.connection.stream(text);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      for (const value of chunk.getColumnValues(0)) keys.push(String(value));
      numbers.forEach((_, i) => {
        const vector = chunk.getColumnVector(i + 1);
        const part = new Float64Array(chunk.rowCount);
        for (let row = 0; row < part.length; row++) part[row] = vector.getItem(row) as number;
        parts[i]?.push(part);
      });
    }
  } catch (cause) {
    throw new QueryError(text, engine.dialect.name, cause);
  }
  return { keys, numbers: parts.map((chunks) => joined(chunks, keys.length)) };
}

function joined(parts: readonly Float64Array[], length: number): Float64Array {
  const all = new Float64Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
