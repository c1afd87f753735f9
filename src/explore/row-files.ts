import { csv } from "../outputs/csv.ts";
import { tableChunks } from "../outputs/workbook.ts";
import type { AllRows } from "./rows.ts";

/** The rows as csv: UTF-8 without a mark, lines end in CRLF; text that a spreadsheet would run has an apostrophe. */
export const rowsCsv = (rows: AllRows): AsyncGenerator<string> =>
  csv(
    rows.columns.map(({ name }) => name),
    rows.batches(),
  );

export interface RowsXlsxOptions {
  /** YYYY-MM-DD */
  readonly asOf: string;
  /** What the rows were narrowed by, in words. */
  readonly note?: string;
  /** Rows of a sheet before the list goes on in the next one. */
  readonly maxRows?: number;
}

/** The rows as a workbook of typed cells without formulas. */
export async function* rowsXlsx(
  rows: AllRows,
  { asOf, note = "", maxRows }: RowsXlsxOptions,
): AsyncGenerator<Uint8Array> {
  const { title, columns, total } = rows;
  const source = rows.batches()[Symbol.asyncIterator]();
  try {
    const first = await source.next();
    const head = first.done === true ? [] : first.value;
    yield* tableChunks(
      {
        id: "Rows",
        title,
        says: [`${total.toLocaleString("en-US")} ${total === 1 ? "row" : "rows"} as of ${asOf}.`, note],
        columns: Object.fromEntries(columns.map(({ name, kind, label }) => [name, { kind, label }])),
        sample: head.slice(0, 100),
        total,
      },
      asOf,
      async function* () {
        yield head;
        for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
      },
      maxRows === undefined ? {} : { maxRows },
    );
  } finally {
    await source.return?.();
  }
}
