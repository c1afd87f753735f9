import { totalmem } from "node:os";
import type { DuckDBEngine } from "../engines/duckdb.ts";
import type { Scalar } from "../engines/engine.ts";
import { CardscopeError, QueryError } from "../errors.ts";
import { checkSelect } from "../portfolio/select.ts";
import { withoutEnd } from "../sql/end.ts";

export interface AnswerLimits {
  /** Further rows are not read. */
  readonly rows: number;
  readonly seconds: number;
  /** Rows are read until they have so many as JSON. */
  readonly bytes: number;
  /** What the process may grow by: text on its way through a query counts towards no limit of the engine. */
  readonly memory?: number;
}

export interface AnswerColumn {
  readonly name: string;
  readonly kind: "number" | "text" | "boolean" | "date";
  /** As the engine names it. */
  readonly type: string;
}

/** What a query of a user's answers, as far as it was read. */
export interface Answer {
  readonly columns: readonly AnswerColumn[];
  readonly rows: readonly (readonly Scalar[])[];
  /** What ended the reading before the rows did. */
  readonly cut: "rows" | "bytes" | null;
  /** Cells that hold only the first characters of their value. */
  readonly shortened: number;
}

/** Characters of one cell. */
export const CELL_LENGTH = 10_000;

const available = () => Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem());
/** Growth is looked at so often. */
const WATCH_MS = 50;

/**
 * Runs exactly one SELECT of a user's within limits; `narrow` narrows what it reads. The engine casts and cuts the
 * values before they arrive here: a single cell can be larger than a string may be. Throws QUERY_REFUSED and
 * QUERY_FAILED.
 */
export async function answer(
  engine: DuckDBEngine,
  text: string,
  limits: AnswerLimits,
  { narrow, signal }: { narrow?: ((select: string) => string) | undefined; signal?: AbortSignal } = {},
): Promise<Answer> {
  await checkSelect(engine, text);
  signal?.throwIfAborted();
  return withinLimits(engine, limits, async () => {
    const columns = await columnsOf(engine, text);
    const select = bounded(text, columns);
    const runs = narrow === undefined ? select : narrowed(select, narrow);
    // what runs is held to the same as what was written
    await checkSelect(engine, runs);
    signal?.throwIfAborted();
    return read(engine, runs, columns, limits);
  });
}

/** What the text would answer. Its errors tell places in the text as it was written. */
async function columnsOf(engine: DuckDBEngine, text: string): Promise<AnswerColumn[]> {
  const prepared = await failing(text, () => engine.connection.prepare(text));
  try {
    if (prepared.parameterCount > 0)
      throw new CardscopeError("QUERY_REFUSED", "the query has parameters", {
        hint: "write the values where ? or $ stands",
      });
    const names = new Map<string, number>();
    return Array.from({ length: prepared.columnCount }, (_, i) => {
      const name = prepared.columnName(i);
      const before = names.get(name) ?? 0;
      names.set(name, before + 1);
      const type = prepared.columnType(i).toString();
      return { name: before === 0 ? name : `${name}:${before}`, kind: kindOf(type), type };
    });
  } finally {
    prepared.destroySync();
  }
}

function kindOf(type: string): AnswerColumn["kind"] {
  if (/^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL\(\d+,\s*\d+\))$/.test(type))
    return "number";
  if (type === "BOOLEAN") return "boolean";
  return /^(DATE|TIMESTAMP.*)$/.test(type) ? "date" : "text";
}

function bounded(text: string, columns: readonly AnswerColumn[]): string {
  const cells = columns.map(({ kind, type }, i) => {
    if (kind === "number") return type.startsWith("DECIMAL") ? `cast(c${i} as double)` : `c${i}`;
    return kind === "boolean" ? `c${i}` : `left(cast(c${i} as varchar), ${CELL_LENGTH + 1})`;
  });
  const names = columns.map((_, i) => `c${i}`).join(", ");
  return `select ${cells.join(", ")}\nfrom (${withoutEnd(text)}\n) as answer(${names})`;
}

/** Late models that have a row per customer; where a statement does not name one, it is not built. */
const perCustomer = ["default_profile", "expert_profile", "segment_profile"];

/**
 * The canonical tables and the late models follow the models that a look narrows. The comment names the models for
 * `narrow`.
 */
const narrowed = (select: string, narrow: (select: string) => string): string =>
  narrow(`with users as (select * from users where user_id in (select user_id from customer_profile)),
cards as (select * from cards where card_id in (select card_id from card_profile))${perCustomer
    .filter((name) => new RegExp(`\\b${name}\\b`, "i").test(select))
    .map(
      (name) =>
        `,\n${name} as (select * from ${name} where user_id in (select user_id from customer_profile))`,
    )
    .join("")}
-- narrowed: customer_profile, card_profile, offer_profile
${select}`);

async function read(
  engine: DuckDBEngine,
  select: string,
  columns: readonly AnswerColumn[],
  limits: AnswerLimits,
): Promise<Answer> {
  const result = await failing(select, () => engine.connection.stream(select));
  const rows: Scalar[][] = [];
  let bytes = 0;
  let shortened = 0;
  for (;;) {
    const chunk = await failing(select, () => result.fetchChunk());
    if (chunk === null || chunk.rowCount === 0) return { columns, rows, cut: null, shortened };
    const vectors = columns.map((_, i) => chunk.getColumnVector(i));
    for (let at = 0; at < chunk.rowCount; at++) {
      if (rows.length >= limits.rows) return { columns, rows, cut: "rows", shortened };
      const row = vectors.map((vector) => cell(vector.getItem(at)));
      bytes += Buffer.byteLength(JSON.stringify(row)) + 1;
      if (bytes > limits.bytes) return { columns, rows, cut: "bytes", shortened };
      shortened += row.filter((value) => typeof value === "string" && value.length > CELL_LENGTH).length;
      rows.push(row.map(shorten));
    }
  }
}

/** Numbers that JSON has no exact word for are text. */
function cell(value: unknown): Scalar {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

const shorten = (value: Scalar): Scalar =>
  typeof value === "string" && value.length > CELL_LENGTH ? `${value.slice(0, CELL_LENGTH)}…` : value;

async function failing<T>(text: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new QueryError(text, "duckdb", cause);
  }
}

async function withinLimits<T>(
  engine: DuckDBEngine,
  { seconds, memory = available() / 2 }: AnswerLimits,
  work: () => Promise<T>,
): Promise<T> {
  let because: string | undefined;
  const stop = (reason: string) => {
    because ??= reason;
    engine.interrupt();
  };
  const timer = setTimeout(() => stop(`the query took more than ${seconds} seconds`), seconds * 1000);
  const most = process.memoryUsage.rss() + memory;
  const watch = setInterval(() => {
    if (process.memoryUsage.rss() > most)
      stop(`the query took more than ${Math.round(memory / 2 ** 20)} MiB of memory`);
  }, WATCH_MS);
  try {
    return await work();
  } catch (cause) {
    if (because !== undefined)
      throw new CardscopeError("QUERY_REFUSED", `${because} and was stopped`, {
        hint: "ask for less, or aggregate first",
        cause,
      });
    throw cause;
  } finally {
    clearTimeout(timer);
    clearInterval(watch);
  }
}
