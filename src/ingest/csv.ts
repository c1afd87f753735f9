import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import Papa from "papaparse";
import type { DuckDBEngine } from "../engines/duckdb.ts";
import { refused } from "../errors.ts";
import { literal, raw, sql } from "../sql/statement.ts";
import { cutCardNumberSql } from "./card-number.ts";
import type { Identity } from "./identify.ts";
import { RawTable } from "./raw-table.ts";
import type { Loaded, SourceTable, Wanted } from "./source-table.ts";
import { type CellBatch, CellKind } from "./xlsx/workbook.ts";

type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

const PREVIEW_ROWS = 200;
const DELIMITERS = [",", ";", "\t", "|"];

/** A csv file: the delimiter, the encoding and the width are found from its first rows. */
export function openCsv(path: string, file: string, identity: Identity): SourceTable {
  const encoding = encodingOf(identity.head);
  const isWhole = identity.head.length < 256 * 1024;
  const text = new TextDecoder(encoding).decode(identity.head);
  // the last line of a cut head is a part of one
  const whole = isWhole ? text : text.slice(0, Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r")) + 1);
  const parsed = Papa.parse<string[]>(whole, { preview: PREVIEW_ROWS, delimitersToGuess: DELIMITERS });
  const preview = parsed.data.map((row) => row.map((cell) => cell ?? ""));
  const delimiter = parsed.meta.delimiter;
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
      const plan: Plan = { path, table, wanted, headerRow, delimiter, width, gzip: identity.gzip, encoding };
      // The engine's reader takes UTF-8 with usual line ends; the rest is decoded here.
      const isNative = encoding === "utf-8" && !/\r(?!\n)/.test(whole);
      if (!isNative) return loadDecoded(engine, plan);
      try {
        return await loadNative(engine, plan, false);
      } catch (cause) {
        if (!/utf-?8|unicode|encod/i.test(String(cause))) throw cause;
        return loadDecoded(engine, { ...plan, encoding: "windows-1252" });
      }
    },
  };
}

interface Plan {
  readonly path: string;
  readonly table: string;
  readonly wanted: readonly Wanted[];
  readonly headerRow: number;
  readonly delimiter: string;
  readonly width: number;
  readonly gzip: boolean;
  readonly encoding: Encoding;
}

async function loadNative(engine: DuckDBEngine, plan: Plan, isRagged: boolean): Promise<Loaded> {
  const { table, wanted, headerRow } = plan;
  const columns = Array.from({ length: plan.width }, (_, i) => `${literal(`c${i}`)}: 'VARCHAR'`).join(", ");
  const select = wanted.map(({ name, index, cardNumber }) =>
    cardNumber ? `${cutCardNumberSql(`c${index}`)} as ${name}` : `c${index} as ${name}`,
  );
  // Short rows are padded, but only when there are some: it costs the parallel reader.
  const padding = isRagged ? ", null_padding = true, parallel = false, ignore_errors = true" : "";
  await engine.execute(
    raw(`create or replace table ${table} as select ${select.join(", ")} from read_csv(${literal(plan.path)},
      columns = {${columns}}, auto_detect = false, header = false, skip = ${headerRow + 1},
      delim = ${literal(plan.delimiter)}, quote = '"', escape = '"',
      compression = ${plan.gzip ? "'gzip'" : "'none'"}, max_line_size = 4194304,
      store_rejects = true, rejects_table = 'csv_rejects', rejects_scan = 'csv_scans', rejects_limit = 0${padding})`),
  );
  const { rows } = await engine.query(sql`select distinct line, error_type from csv_rejects order by line`);
  await engine.execute(sql`drop table csv_rejects`);
  await engine.execute(sql`drop table csv_scans`);
  if (!isRagged && rows.some((row) => row["error_type"] === "MISSING COLUMNS"))
    return loadNative(engine, plan, true);
  if (rows.some((row) => /unicode|utf/i.test(String(row["error_type"])))) throw new TypeError("not UTF-8");
  return { row: `rowid + ${headerRow + 2}`, malformed: [...new Set(rows.map((row) => Number(row["line"])))] };
}

/** Decodes and splits here, row by row, for encodings that the engine does not read. */
async function loadDecoded(engine: DuckDBEngine, plan: Plan): Promise<Loaded> {
  const { wanted, headerRow, width } = plan;
  const target = new RawTable(engine, plan.table, wanted);
  const malformed: number[] = [];
  let row = 0;
  let pending: { row: number; cells: readonly string[] }[] = [];
  const flush = async () => {
    if (pending.length > 0) await target.append(batchOf(pending, wanted));
    pending = [];
  };
  const bytes = createReadStream(plan.path);
  const source = plan.gzip ? bytes.pipe(createGunzip()) : bytes;
  const text = (source as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const decoder = new TextDecoder(plan.encoding);
  const parser = Papa.parse(Papa.NODE_STREAM_INPUT, { delimiter: plan.delimiter });
  const feed = (async () => {
    for (let next = await text.next(); !next.done; next = await text.next())
      if (!parser.write(decoder.decode(next.value, { stream: true })))
        await new Promise((resolve) => parser.once("drain", resolve));
    parser.end(decoder.decode());
  })();
  for await (const cells of parser as AsyncIterable<string[]>) {
    if (row++ <= headerRow) continue;
    if (cells.length > width && cells.slice(width).some((cell) => cell.trim() !== "")) malformed.push(row);
    else if (cells.some((cell) => cell !== "")) pending.push({ row, cells });
    if (pending.length === 2048) await flush();
  }
  await feed;
  await flush();
  await target.close();
  return { row: "row", malformed };
}

const batchOf = (
  rows: readonly { row: number; cells: readonly string[] }[],
  wanted: readonly Wanted[],
): CellBatch => ({
  rows: rows.length,
  rowNumbers: Uint32Array.from(rows, ({ row }) => row),
  columns: wanted.map(({ index }) => ({
    kinds: Uint8Array.from(rows, ({ cells }) =>
      (cells[index] ?? "") === "" ? CellKind.empty : CellKind.text,
    ),
    numbers: new Float64Array(0),
    texts: rows.map(({ cells }) => cells[index]),
  })),
});

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
