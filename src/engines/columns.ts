import { QueryError } from "../errors.ts";
import type { DuckDBEngine } from "./duckdb.ts";
import type { DataChunk } from "./node-api.ts";

/** A table as columns: typed arrays, since a row object per customer costs ten times as much. */
export interface Columns {
  readonly keys: readonly string[];
  /** NaN where the value is missing. */
  readonly numbers: readonly Float64Array[];
}

/** Some rows of a table, in the order of the statement. */
export interface Batch extends Columns {
  readonly rows: number;
}

export interface BatchRequest {
  /** Read as text; no keys where there is none. */
  readonly key?: string | undefined;
  /** Expressions that are read as numbers. */
  readonly numbers: readonly string[];
  /** What follows FROM, with the order of the rows. */
  readonly from: string;
  /** Rows at a time at least, unless they are the last. */
  readonly least?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads in batches, so that memory does not grow with the table. Others can run between them, but no statement of the
 * same connection.
 */
export async function* readBatches(engine: DuckDBEngine, request: BatchRequest): AsyncGenerator<Batch> {
  const text = select(request);
  yield* batchesOf(engine, text, request, () => engine.connection.stream(text));
}

/** As many rows as a table is stored in together: ranges of them are found without looking at others. */
const RANGE = 122_880;

/**
 * Reads a table in batches, range by range of its row ids, so that statements of the same connection can run between
 * two batches. `from` is the table with its joins, but no order; `rowid` is that of which ranges are taken.
 */
export async function* readRanges(
  engine: DuckDBEngine,
  { rowid, rows, ...request }: BatchRequest & { readonly rowid: string; readonly rows: number },
): AsyncGenerator<Batch> {
  for (let low = 0; low < rows; low += RANGE) {
    const from = `${request.from} where ${rowid} >= ${low} and ${rowid} < ${low + RANGE}`;
    const text = select({ ...request, from });
    yield* batchesOf(engine, text, request, () => engine.connection.run(text));
  }
}

function select({ key, numbers, from }: BatchRequest): string {
  // without nulls no cell is asked whether it is one
  const columns = numbers.map((x, i) => `coalesce(cast(${x} as double), cast('NaN' as double)) as n${i}`);
  if (key !== undefined) columns.push(`cast(${key} as varchar) as key`);
  return `select ${columns.join(", ")} from ${from}`;
}

async function* batchesOf(
  engine: DuckDBEngine,
  text: string,
  { key, numbers, least = 1, signal }: BatchRequest,
  run: () => Promise<{ fetchChunk(): Promise<DataChunk | null> }>,
): AsyncGenerator<Batch> {
  try {
    signal?.throwIfAborted();
    const result = await run();
    let chunks: DataChunk[] = [];
    let rows = 0;
    for (;;) {
      signal?.throwIfAborted();
      const chunk = await result.fetchChunk();
      const isEnd = chunk === null || chunk.rowCount === 0;
      if (!isEnd) {
        chunks.push(chunk);
        rows += chunk.rowCount;
      }
      if (rows > 0 && (isEnd || rows >= least)) {
        yield {
          rows,
          keys: key === undefined ? [] : chunks.flatMap((one) => textsOf(one, numbers.length)),
          numbers: numbers.map((_, i) => numbersOf(chunks, i, rows)),
        };
        chunks = [];
        rows = 0;
      }
      if (isEnd) return;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw new QueryError(text, engine.dialect.name, cause);
  }
}

/** Reads a key as text and expressions as numbers. `from` is what follows FROM, with the order of the rows. */
export async function readColumns(
  engine: DuckDBEngine,
  key: string,
  numbers: readonly string[],
  from: string,
): Promise<Columns> {
  const keys: string[] = [];
  const parts: Float64Array[][] = numbers.map(() => []);
  for await (const batch of readBatches(engine, { key, numbers, from, least: BATCH })) {
    for (const value of batch.keys) keys.push(value);
    batch.numbers.forEach((part, i) => {
      parts[i]?.push(part);
    });
  }
  return { keys, numbers: parts.map((chunks) => joined(chunks, keys.length)) };
}

const BATCH = 50_000;

const textsOf = (chunk: DataChunk, column: number): string[] =>
  chunk.getColumnValues(column).map((value) => String(value));

function numbersOf(chunks: readonly DataChunk[], column: number, rows: number): Float64Array {
  return joined(
    chunks.map((chunk) => {
      const vector = chunk.getColumnVector(column);
      // the engine's own memory, which the package does not declare: copied whole, it takes a tenth of the time
      const { items } = vector as unknown as { readonly items: unknown };
      return items instanceof Float64Array
        ? items
        : Float64Array.from({ length: chunk.rowCount }, (_, row) => Number(vector.getItem(row)));
    }),
    rows,
  );
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
