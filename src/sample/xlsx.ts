import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type CellValue, writeXlsxStream, XLSX_MAX_ROWS_PER_SHEET } from "hucre";
import { firstDay } from "./calendar.ts";
import type { SampleKind } from "./columns.ts";
import type { OpenWriter } from "./writer.ts";

/** Days from a workbook's epoch, 30 December 1899, to 1970-01-01. */
const EPOCH = 25_569;

const cells: Readonly<Record<SampleKind, (value: number | string) => number | string>> = {
  integer: (value) => value,
  text: (value) => value,
  money: (value) => Number(value) / 100,
  degrees: (value) => Number(value) / 100,
  month: (value) => firstDay(Number(value)) + EPOCH,
  flag: (value) => (value === 1 ? "Yes" : "No"),
};

/** A date is a number whose style says so. */
const formats: Partial<Record<SampleKind, string>> = { month: "mm/yyyy", money: "0.00", degrees: "0.00" };

/** The library pulls rows and a sample pushes them; the stream between the two holds one batch. */
export const xlsxWriter =
  (maxRowsPerSheet: number): OpenWriter =>
  async (path, name, columns) => {
    const make = columns.map(({ kind, value }) => ({ cell: cells[kind], value }));
    const between = new TransformStream<CellValue[][], CellValue[][]>();
    const batches = between.writable.getWriter();
    const abort = new AbortController();
    const workbook = writeXlsxStream(flatten(between.readable), {
      name,
      maxRowsPerSheet,
      freezePane: { rows: 1 },
      columns: columns.map(({ header, kind }) => {
        const numFmt = formats[kind];
        return numFmt === undefined ? { header, width: 16 } : { header, width: 16, numFmt };
      }),
    });
    const written = pipeline(Readable.from(workbook), createWriteStream(path, { flags: "wx" }), {
      signal: abort.signal,
    });
    // Reported by the write, finish or dispose that waits for it next.
    written.catch(() => {});
    return {
      async write(rows) {
        const batch = rows.map((row) => make.map(({ cell, value }) => cell(value(row))));
        // A full disk ends the workbook without anyone reading on, and the batch would wait for ever.
        await Promise.race([batches.write(batch), written]);
      },
      async finish() {
        await Promise.race([batches.close(), written]);
        await written;
      },
      async [Symbol.asyncDispose]() {
        abort.abort();
        await Promise.allSettled([batches.abort(), written]);
      },
    };
  };

/** A full sheet continues on the next: cards, cards_2, … */
export const openXlsx = xlsxWriter(XLSX_MAX_ROWS_PER_SHEET);

async function* flatten(batches: ReadableStream<CellValue[][]>): AsyncGenerator<CellValue[]> {
  for await (const batch of batches) yield* batch;
}
