import { tmpdir } from "node:os";
import { CardscopeError, QueryError } from "../errors.ts";
import type { OnDone } from "../progress.ts";
import { duckdb as dialect } from "../sql/dialect.ts";
import { render, type Statement } from "../sql/statement.ts";
import type { Engine, Relation, ResultRow, Scalar } from "./engine.ts";
import {
  type DataChunk,
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  type DuckDBMaterializedResult,
  DuckDBTimestampValue,
} from "./node-api.ts";
import { temporaryPath } from "./temporary.ts";

export interface DuckDBEngine extends Engine {
  /** For loading: appenders and COPY are this engine's own. */
  readonly connection: DuckDBConnection;
  /** A further connection to the same database: it is interrupted alone, and closing it leaves the database open. */
  connect(): Promise<DuckDBEngine>;
}

/**
 * Opens a database file, or one in memory. `settings` are the instance's, given at creation.
 *
 * Nothing is fetched: the extensions we need are built in, and the rest must not be looked for.
 */
export async function openDuckDB(
  path = ":memory:",
  settings: Readonly<Record<string, string>> = {},
): Promise<DuckDBEngine> {
  const instance = await DuckDBInstance.create(path, {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    // a database in memory would spill into the folder it was started in; the engine removes what it makes
    ...(path === ":memory:" && { temp_directory: temporaryPath("spill") }),
    ...settings,
  });
  const connection = await instance.connect();
  return over(instance, connection, async () => {
    connection.closeSync();
    instance.closeSync();
  });
}

function over(
  instance: InstanceType<typeof DuckDBInstance>,
  connection: DuckDBConnection,
  close: () => Promise<void>,
): DuckDBEngine {
  const run = async <T>(statement: Statement, call: (text: string) => Promise<T>): Promise<T> => {
    const text = render(statement, dialect);
    try {
      return await call(text);
    } catch (cause) {
      throw failureOf(text, cause);
    }
  };
  return {
    dialect,
    connection,
    async query(statement) {
      return relationOf(await run(statement, (text) => connection.run(text)));
    },
    async *stream(statement): AsyncGenerator<Relation> {
      const result = await run(statement, (text) => connection.stream(text));
      const columns = result.deduplicatedColumnNames();
      for (;;) {
        const chunk = await run(statement, () => result.fetchChunk());
        if (chunk === null || chunk.rowCount === 0) return;
        yield { columns, rows: decode(columns, chunk) };
      }
    },
    async execute(statement, onDone) {
      const stop = onDone && (await follow(connection, onDone));
      try {
        await run(statement, (text) => connection.run(text));
      } finally {
        stop?.();
      }
    },
    interrupt: () => connection.interrupt(),
    async connect() {
      const other = await instance.connect();
      return over(instance, other, async () => other.closeSync());
    },
    [Symbol.asyncDispose]: close,
  };
}

/** What is told of a statement that failed. */
export const failureOf = (text: string, cause: unknown): CardscopeError =>
  givenUp(cause) ?? outOfSpace(cause) ?? new QueryError(text, dialect.name, cause);

/** A database that nothing can be written to or read from any more; its message quotes the failure before. */
function givenUp(cause: unknown): CardscopeError | undefined {
  if (!(cause instanceof Error) || !/database has been invalidated/.test(cause.message)) return undefined;
  return new CardscopeError(
    "OUTPUT_FAILED",
    "the engine has closed the database, since a write failed halfway",
    {
      hint: "start cardscope again: what was committed is there",
      cause,
    },
  );
}

/** What a user can mend: memory that is used up, and a disk that is full. */
function outOfSpace(cause: unknown): CardscopeError | undefined {
  const text = cause instanceof Error ? cause.message : "";
  if (/^Out of Memory Error/.test(text) && !/max_temp_directory_size/.test(text))
    return new CardscopeError("OUT_OF_SPACE", "memory is used up", {
      hint: "allow more with --memory, such as --memory 4GB, or ask for fewer analyses with --only",
      cause,
    });
  if (!/No space left on device|max_temp_directory_size|disk quota|File too large/i.test(text))
    return undefined;
  const file = /"(\/[^"]+\.duckdb(?:\.wal)?)"/.exec(text)?.[1];
  if (file !== undefined && !file.startsWith(tmpdir()))
    return new CardscopeError("OUT_OF_SPACE", `the disk is full: there is no space left for ${file}`, {
      hint: "free some space there",
      cause,
    });
  return new CardscopeError("OUT_OF_SPACE", "the disk is full: there is no space left for temporary files", {
    hint: `free some space in ${tmpdir()}, or name another folder with TMPDIR`,
    cause,
  });
}

/** How often a statement is asked how far it is. */
const FOLLOW_MS = 100;

/** Asks how far the connection's statement is, until the returned function is called. */
async function follow(connection: DuckDBConnection, onDone: OnDone): Promise<() => void> {
  await connection.run("set enable_progress_bar = true");
  await connection.run("set enable_progress_bar_print = false");
  const timer = setInterval(() => {
    const { percentage } = connection.progress;
    if (percentage > 0) onDone(percentage / 100);
  }, FOLLOW_MS);
  return () => clearInterval(timer);
}

/** All rows of a result. */
export async function relationOf(result: DuckDBMaterializedResult): Promise<Relation> {
  const columns = result.deduplicatedColumnNames();
  const rows = (await result.fetchAllChunks()).flatMap((chunk) => decode(columns, chunk));
  return { columns, rows };
}

function decode(columns: readonly string[], chunk: DataChunk): ResultRow[] {
  const vectors = columns.map((_, i) => chunk.getColumnVector(i));
  return Array.from({ length: chunk.rowCount }, (_, row) => {
    const object: Record<string, Scalar> = {};
    columns.forEach((name, i) => {
      object[name] = scalar(vectors[i]?.getItem(row) ?? null);
    });
    return object;
  });
}

function scalar(value: unknown): Scalar {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  // JSON has no NaN or Infinity; a measure that comes out as one could not be computed.
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "bigint") {
    if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER)
      throw new CardscopeError("RESULT_SHAPE", `number too large to be exact: ${value}`, {
        hint: "cast it to varchar in the query",
      });
    return Number(value);
  }
  if (value instanceof DuckDBDecimalValue) return value.toDouble();
  if (value instanceof DuckDBDateValue) return value.toString();
  if (value instanceof DuckDBTimestampValue) return value.toString();
  return String(value);
}
