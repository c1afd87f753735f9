import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import type { DuckDBEngine } from "../engines/duckdb.ts";
import { literal, raw } from "../sql/statement.ts";
import { cutCardNumberSql } from "./card-number.ts";
import type { Native } from "./notations.ts";
import {
  createTable,
  misfitsOf,
  SAMPLE_ROWS,
  type Scan,
  type Wanted,
  type Watch,
  wholeId,
} from "./source-table.ts";

/** A csv file as the engine's own reader takes it: UTF-8, one kind of line end, every row as wide as the next. */
export interface CsvShape {
  readonly path: string;
  readonly headerRow: number;
  /** Cells of a row. */
  readonly width: number;
  /** How many of them the header names. */
  readonly columns: number;
  readonly delimiter: string;
  readonly gzip: boolean;
}

type Natives = ReadonlyMap<string, Native>;
const ALL_TEXT: Natives = new Map();
/** So many cells of another type show which columns have them. */
const MOST_REJECTS = 1_000;

/** The file as it can be read again and again; each time by the engine, with the types that are asked for. */
export function csvScan(engine: DuckDBEngine, shape: CsvShape, wanted: readonly Wanted[]): Scan {
  return {
    row: rowOf(shape),
    cellTypes: undefined,
    async sample(table) {
      const from = readCsv(shape, wanted, ALL_TEXT, ", ignore_errors = true");
      await engine.execute(
        raw(`${createTable(table)} as select ${cellsOf(wanted, ALL_TEXT)} from ${from} limit ${SAMPLE_ROWS}`),
      );
    },
    async load(table, natives, watch) {
      // whether a line is empty shows in the bytes, which are read meanwhile
      const isEmptyAt = hasEmptyLines(shape, watch);
      // where that is stopped, so is what the engine may just have begun; whoever closes the engine waits until it ends
      isEmptyAt.catch(() => watch.signal?.aborted && engine.interrupt());
      const misfits = await load(engine, shape, table, wanted, natives, watch);
      return (await isEmptyAt) ? undefined : misfits;
    },
  };
}

/** Makes `table` of all cells as text; false where the engine's reader fails, or would number rows wrong. */
export async function loadText(
  engine: DuckDBEngine,
  shape: CsvShape,
  table: string,
  wanted: readonly Wanted[],
  watch: Watch,
): Promise<boolean> {
  const beyond = Array.from({ length: shape.width - shape.columns }, (_, i) => `c${shape.columns + i}`);
  const more = beyond.length > 0 ? [`coalesce(${beyond.join(", ")}) is not null as beyond`] : [];
  if (await hasEmptyLines(shape, watch)) return false;
  if ((await load(engine, shape, table, wanted, ALL_TEXT, watch, more)) === undefined) return false;
  if (beyond.length === 0) return true;
  const { rows } = await engine.query(raw(`select 1 as found from ${table} where beyond limit 1`));
  await engine.execute(raw(`alter table ${table} drop column beyond`));
  return rows.length === 0;
}

/** Rows as the engine counts them, after those up to the header. */
export const rowOf = ({ headerRow }: Pick<CsvShape, "headerRow">): string => `rowid + ${headerRow + 2}`;

/** Gives the columns that have a cell of another type; undefined where rows could not be split. */
async function load(
  engine: DuckDBEngine,
  shape: CsvShape,
  table: string,
  wanted: readonly Wanted[],
  natives: Natives,
  { onRead }: Watch,
  more: readonly string[] = [],
): Promise<ReadonlySet<string> | undefined> {
  const dateFormat = [...natives.values()].find((native) => native.dateFormat !== undefined)?.dateFormat;
  const from = readCsv(
    shape,
    wanted,
    natives,
    `${dateFormat === undefined ? "" : `, dateformat = ${literal(dateFormat)}`},
      store_rejects = true, rejects_table = 'csv_rejects', rejects_scan = 'csv_scans', rejects_limit = ${MOST_REJECTS}`,
  );
  const select = [cellsOf(wanted, natives), ...more].join(", ");
  const statement = raw(`${createTable(table)} as select ${select} from ${from}`);
  try {
    const misfits = await misfitsOf(wanted, () => engine.execute(statement, onRead));
    if (misfits.size > 0) return misfits;
    const { rows } = await engine.query(
      raw(
        "select column_idx, cast(error_type as varchar) as error from csv_rejects group by column_idx, error_type",
      ),
    );
    if (rows.some(({ error }) => error !== "CAST")) return undefined;
    const indices = new Set(rows.map((row) => Number(row["column_idx"]) - 1));
    return new Set(wanted.filter(({ index }) => indices.has(index)).map(({ name }) => name));
  } finally {
    await engine.execute(raw("drop table if exists csv_rejects"));
    await engine.execute(raw("drop table if exists csv_scans"));
  }
}

const cellsOf = (wanted: readonly Wanted[], natives: Natives): string =>
  wanted.map((column) => `${cellOf(column, natives.get(column.name))} as ${column.name}`).join(", ");

/** An id is a whole number only where it is spelled as one: 007 is another than 7. */
function cellOf({ index, cardNumber, name }: Wanted, native: Native | undefined): string {
  const cell = `c${index}`;
  if (cardNumber) return cutCardNumberSql(cell);
  if (native?.type !== "BIGINT") return cell;
  const number = `try_cast(${cell} as bigint)`;
  return wholeId(name, cell, number, `cast(${number} as varchar) = ${cell}`);
}

function readCsv(shape: CsvShape, wanted: readonly Wanted[], natives: Natives, options: string): string {
  const types = Array.from({ length: shape.width }, () => "VARCHAR");
  for (const { name, index, cardNumber } of wanted) {
    const type = natives.get(name)?.type;
    if (type !== undefined && type !== "BIGINT" && !cardNumber) types[index] = type;
  }
  return `read_csv(${literal(shape.path)},
      columns = {${types.map((type, i) => `c${i}: '${type}'`).join(", ")}},
      auto_detect = false, header = false, skip = ${shape.headerRow + 1},
      delim = ${literal(shape.delimiter)}, quote = '"', escape = '"',
      compression = ${shape.gzip ? "'gzip'" : "'none'"}, max_line_size = 4194304${options})`;
}

/** A line without anything between two lines, by which the engine would number rows wrong. */
async function hasEmptyLines(shape: CsvShape, { signal }: Watch): Promise<boolean> {
  let last = "";
  for await (const chunk of bytesOf(shape)) {
    signal?.throwIfAborted();
    if (EMPTY_LINE.test(last + chunk.toString("latin1", 0, 4))) return true;
    if ((chunk.includes("\n\n") || chunk.includes("\n\r\n")) && EMPTY_LINE.test(chunk.toString("latin1")))
      return true;
    last = (last + chunk.toString("latin1", Math.max(chunk.length - 4, 0))).slice(-4);
  }
  return false;
}

const EMPTY_LINE = /\n\r?\n\r?[^\r\n]/;

/** The bytes of a csv file, unzipped. */
export function bytesOf({ path, gzip }: Pick<CsvShape, "path" | "gzip">): AsyncIterable<Buffer> {
  const bytes = createReadStream(path, { highWaterMark: 1024 * 1024 });
  return gzip ? bytes.pipe(createGunzip({ chunkSize: 1024 * 1024 })) : bytes;
}
