import { openDuckDB } from "../engines/duckdb.ts";
import { interrupting } from "../engines/interrupting.ts";
import { DuckDBDataChunk, type DuckDBType, INTEGER, VARCHAR } from "../engines/node-api.ts";
import { literal, raw } from "../sql/statement.ts";
import { firstDay } from "./calendar.ts";
import type { SampleColumn, SampleKind } from "./columns.ts";
import type { OpenWriter } from "./writer.ts";

/** The most rows a data chunk holds. */
const CHUNK = 2_048;

interface Storage {
  readonly type: DuckDBType;
  readonly held: (value: number | string) => number | string;
  /** From what is held to what the file has: numbers are quicker to hand over than dates and decimals. */
  readonly select: (name: string) => string;
}

const integers = (select: Storage["select"]): Storage => ({ type: INTEGER, held: (value) => value, select });

const storages: Readonly<Record<SampleKind, Storage>> = {
  integer: integers((name) => name),
  text: { type: VARCHAR, held: (value) => value, select: (name) => name },
  money: integers((name) => `cast(${name} / 100 as decimal(12, 2))`),
  degrees: integers((name) => `${name} / 100`),
  month: {
    ...integers((name) => `date '1970-01-01' + ${name}`),
    held: (value) => firstDay(Number(value)),
  },
  flag: integers((name) => `${name} = 1`),
};

/** Rows wait in a database beside the target, on disk, because a parquet file cannot be appended to. */
export const openParquet: OpenWriter = async (path, name, columns) => {
  const made = columns.map(({ kind, value }) => ({ ...storages[kind], value }));
  const engine = await openDuckDB(`${path}.duckdb`, { memory_limit: "256MB" });
  let wanted = true;
  const close = async () => {
    if (wanted) await engine[Symbol.asyncDispose]();
    wanted = false;
  };
  try {
    await engine.execute(
      raw(`create table ${name} (${made.map(({ type }, i) => `c${i} ${type}`).join(", ")})`),
    );
    const appender = await engine.connection.createAppender(name);
    // One for all: the collector does not see what a chunk holds outside of its heap, and would let many live.
    const chunk = DuckDBDataChunk.create(made.map(({ type }) => type));
    return {
      async write(rows) {
        for (let from = 0; from < rows.length; from += CHUNK) {
          const some = rows.slice(from, from + CHUNK);
          chunk.reset();
          chunk.setColumns(made.map(({ held, value }) => some.map((row) => held(value(row)))));
          appender.appendDataChunk(chunk);
        }
      },
      async finish(signal) {
        appender.closeSync();
        using _interrupting = interrupting(signal, engine);
        await engine.execute(raw(`copy (${select(name, columns)}) to ${literal(path)} (format parquet)`));
        await close();
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};

function select<Row>(table: string, columns: readonly SampleColumn<Row>[]): string {
  const list = columns.map(({ header, kind }, i) => `${storages[kind].select(`c${i}`)} as "${header}"`);
  return `select ${list.join(", ")} from ${table}`;
}
