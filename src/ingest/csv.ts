import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import type { DuckDBEngine } from "../engines/duckdb.ts";
import { refused } from "../errors.ts";
import { literal, raw, sql } from "../sql/statement.ts";
import { cutCardNumberSql } from "./card-number.ts";
import { CsvSplitter, csvRecords, guessDelimiter } from "./csv-records.ts";
import type { Identity } from "./identify.ts";
import { RawTable } from "./raw-table.ts";
import type { Loaded, SourceTable, Wanted } from "./source-table.ts";
import { CellKind, CellWriter } from "./xlsx/cells.ts";

type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

const PREVIEW_ROWS = 200;

/** A csv file: the delimiter, the encoding and the width are found from its first rows. */
export function openCsv(path: string, file: string, identity: Identity): SourceTable {
  const encoding = encodingOf(identity.head);
  const text = new TextDecoder(encoding).decode(identity.head);
  // the last line of a cut head is a part of one
  const lines = identity.isWhole
    ? text
    : text.slice(0, Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r")) + 1);
  const delimiter = guessDelimiter(lines, PREVIEW_ROWS);
  const preview = csvRecords(lines, delimiter, PREVIEW_ROWS).map(({ cells }) => cells);
  const width = Math.max(...preview.map((row) => row.length), 1);
  if (width === 1 && preview.length > 1 && !/^\w+$/.test(preview[0]?.[0] ?? ""))
    throw refused(
      `${file}: no columns found`,
      "give a csv file with a header row, separated by comma, semicolon, tab or |",
    );
  return {
    path,
    file,
    sheet: null,
    preview,
    async load(engine, table, wanted, headerRow) {
      const header = preview[headerRow] ?? [];
      const columns = header.findLastIndex((cell) => cell.trim() !== "") + 1;
      const { gzip } = identity;
      const plan: Plan = { path, file, table, wanted, headerRow, columns, delimiter, width, gzip, encoding };
      const lineEnds = new Set(lines.match(/\r\n|\r|\n/g));
      const isNative =
        encoding === "utf-8" &&
        lineEnds.size <= 1 &&
        !lineEnds.has("\r") &&
        !preview.slice(headerRow).some((row) => isTooWide(row, columns));
      return (isNative ? await loadNative(engine, plan) : undefined) ?? loadDecoded(engine, plan);
    },
  };
}

interface Plan {
  readonly path: string;
  readonly file: string;
  readonly table: string;
  readonly wanted: readonly Wanted[];
  readonly headerRow: number;
  /** How many the header names: what stands further right belongs to none. */
  readonly columns: number;
  readonly delimiter: string;
  readonly width: number;
  readonly gzip: boolean;
  readonly encoding: Encoding;
}

const isTooWide = (cells: readonly string[], columns: number): boolean =>
  cells.length > columns && cells.slice(columns).some((cell) => cell.trim() !== "");

/**
 * By the engine's reader, which takes UTF-8 with every row as wide as the next. Undefined where that fails, and
 * where it would number rows wrong, since it leaves out empty lines and rows that it cannot read.
 */
async function loadNative(engine: DuckDBEngine, plan: Plan): Promise<Loaded | undefined> {
  if (await hasEmptyLines(plan)) return undefined;
  const { table, wanted, headerRow } = plan;
  const names = Array.from({ length: plan.width }, (_, i) => `c${i}`);
  const select = wanted.map(({ name, index, cardNumber }) =>
    cardNumber ? `${cutCardNumberSql(`c${index}`)} as ${name}` : `c${index} as ${name}`,
  );
  const beyond = names.slice(plan.columns);
  if (beyond.length > 0) select.push(`coalesce(${beyond.join(", ")}) is not null as beyond`);
  await engine.execute(
    raw(`create or replace temp table ${table} as select ${select.join(", ")} from read_csv(${literal(plan.path)},
      columns = {${names.map((name) => `${name}: 'VARCHAR'`).join(", ")}},
      auto_detect = false, header = false, skip = ${headerRow + 1},
      delim = ${literal(plan.delimiter)}, quote = '"', escape = '"',
      compression = ${plan.gzip ? "'gzip'" : "'none'"}, max_line_size = 4194304,
      store_rejects = true, rejects_table = 'csv_rejects', rejects_scan = 'csv_scans', rejects_limit = 1)`),
  );
  const { rows } = await engine.query(
    raw(`select 1 as found from csv_rejects
      ${beyond.length > 0 ? `union all select 1 as found from ${table} where beyond` : ""} limit 1`),
  );
  await engine.execute(sql`drop table csv_rejects`);
  await engine.execute(sql`drop table csv_scans`);
  if (rows.length > 0) return undefined;
  if (beyond.length > 0) await engine.execute(raw(`alter table ${table} drop column beyond`));
  return { row: `rowid + ${headerRow + 2}`, malformed: [] };
}

async function hasEmptyLines(plan: Plan): Promise<boolean> {
  let last = "";
  for await (const chunk of bytesOf(plan)) {
    const text = last + chunk.toString("latin1");
    if (/\n\r?\n\r?[^\r\n]/.test(text)) return true;
    last = text.slice(-4);
  }
  return false;
}

function bytesOf({ path, gzip }: Plan): AsyncIterable<Buffer> {
  const bytes = createReadStream(path, { highWaterMark: 1024 * 1024 });
  return gzip ? bytes.pipe(createGunzip({ chunkSize: 1024 * 1024 })) : bytes;
}

/** Decodes and splits here, for what the engine does not read or would number wrong. */
async function loadDecoded(engine: DuckDBEngine, plan: Plan): Promise<Loaded> {
  const { wanted, headerRow, columns } = plan;
  const target = new RawTable(engine, plan.table, wanted);
  const malformed: number[] = [];
  let row = 0;
  let read = 0;
  const pending = new CellWriter(wanted.length, Number.POSITIVE_INFINITY);
  const add = (cells: readonly string[]) => {
    wanted.forEach(({ index }, i) => {
      const cell = cells[index] ?? "";
      if (cell !== "") pending.setText(i, CellKind.text, pending.texts.addString(cell));
    });
    // a row counts whatever column has something in it
    pending.mark();
    pending.endRow(row);
  };
  const flush = async () => {
    await target.append(pending);
    read += pending.rows;
    pending.clear();
  };
  const decoder = new TextDecoder((await isDecodable(plan)) ? plan.encoding : "windows-1252");
  const splitter = new CsvSplitter(plan.delimiter);
  const take = async (text: string, isLast: boolean) => {
    for (const { cells, isBroken } of splitter.split(text, isLast)) {
      if (row++ <= headerRow) continue;
      if (isBroken || isTooWide(cells, columns)) malformed.push(row);
      else if (cells.some((cell) => cell !== "")) add(cells);
      if (pending.isFull) await flush();
    }
  };
  for await (const chunk of bytesOf(plan)) await take(decoder.decode(chunk, { stream: true }), false);
  await take(decoder.decode(), true);
  await flush();
  await target.close();
  if (read === 0 && malformed.length > 0)
    throw refused(
      `${plan.file}: no row fits its header of ${columns} columns`,
      "give a header for every column, and quotes around cells that hold the delimiter",
    );
  return { row: "row", malformed };
}

/** Old spreadsheets write windows-1252, which shows where the first letter with an accent is no UTF-8. */
async function isDecodable(plan: Plan): Promise<boolean> {
  if (plan.encoding !== "utf-8") return true;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const chunk of bytesOf(plan)) decoder.decode(chunk, { stream: true });
    decoder.decode();
    return true;
  } catch {
    return false;
  }
}

function encodingOf(head: Buffer): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  const zeros = (offset: number) =>
    head.subarray(0, 1024).filter((byte, i) => i % 2 === offset && byte === 0).length;
  if (zeros(1) > 100 || zeros(1) > head.length / 4) return "utf-16le";
  if (zeros(0) > 100 || zeros(0) > head.length / 4) return "utf-16be";
  try {
    // a character may be cut at the end of the head
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}
