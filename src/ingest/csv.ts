import { stat } from "node:fs/promises";
import type { DuckDBEngine } from "../engines/duckdb.ts";
import { refused } from "../errors.ts";
import { CsvSplitter, csvRecords, guessDelimiter } from "./csv-records.ts";
import { bytesOf, type CsvShape, csvScan, loadText, rowOf } from "./csv-scan.ts";
import type { Identity } from "./identify.ts";
import { RawTable } from "./raw-table.ts";
import type { Loaded, SourceTable, Wanted, Watch } from "./source-table.ts";
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
  const planOf = (headerRow: number): Plan => {
    const header = preview[headerRow] ?? [];
    const columns = header.findLastIndex((cell) => cell.trim() !== "") + 1;
    return { path, file, headerRow, columns, delimiter, width, gzip: identity.gzip, encoding };
  };
  const lineEnds = new Set(lines.match(/\r\n|\r|\n/g));
  const isNative = ({ columns, headerRow }: Plan) =>
    encoding === "utf-8" &&
    lineEnds.size <= 1 &&
    !lineEnds.has("\r") &&
    !preview.slice(headerRow).some((row) => isTooWide(row, columns));
  return {
    path,
    file,
    sheet: null,
    preview,
    ...(!identity.gzip && { rowsAbout: rowsAbout(identity) }),
    scan(engine, wanted, headerRow) {
      const plan = planOf(headerRow);
      return isNative(plan) && plan.columns === width ? csvScan(engine, plan, wanted) : undefined;
    },
    async load(engine, table, wanted, headerRow, watch = {}) {
      const plan = planOf(headerRow);
      if (isNative(plan) && (await loadText(engine, plan, table, wanted, watch)))
        return { row: rowOf(plan), malformed: [] };
      return loadDecoded(engine, plan, table, wanted, watch);
    },
  };
}

/** As many as lines of the head's length would fill the file. */
function rowsAbout({ head, size }: Identity): number {
  const lines = head.toString("latin1").split(/\r\n|\r|\n/).length - 1;
  return Math.max(Math.round((lines / head.length) * size) - 1, 0);
}

interface Plan extends CsvShape {
  readonly file: string;
  readonly encoding: Encoding;
}

const isTooWide = (cells: readonly string[], columns: number): boolean =>
  cells.length > columns && cells.slice(columns).some((cell) => cell.trim() !== "");

/** Decodes and splits here, for what the engine does not read or would number wrong. */
async function loadDecoded(
  engine: DuckDBEngine,
  plan: Plan,
  table: string,
  wanted: readonly Wanted[],
  { onRead, signal }: Watch,
): Promise<Loaded> {
  const { headerRow, columns } = plan;
  const { size } = await stat(plan.path);
  const target = new RawTable(engine, table, wanted);
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
  let bytes = 0;
  for await (const chunk of bytesOf(plan)) {
    signal?.throwIfAborted();
    await take(decoder.decode(chunk, { stream: true }), false);
    bytes += chunk.length;
    if (!plan.gzip) onRead?.(bytes / size);
  }
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
