import { RawTable } from "./raw-table.ts";
import type { SourceTable } from "./source-table.ts";
import { type Texts, textAt } from "./xlsx/text-pool.ts";
import { type CellBatch, type CellColumn, CellKind, type SheetInfo, type Workbook } from "./xlsx/workbook.ts";

const PREVIEW_ROWS = 200;

/** A sheet of a workbook; rows are numbered as the sheet numbers them. */
export async function openSheet(
  workbook: Workbook,
  path: string,
  file: string,
  { name: sheet, hidden }: SheetInfo,
): Promise<SourceTable> {
  const rows: string[][] = [];
  const numbers: number[] = [];
  await workbook.read(sheet, { maxRows: PREVIEW_ROWS }, (batch) => {
    for (let row = 0; row < batch.rows; row++) {
      rows.push(batch.columns.map((column) => shown(column, batch.texts, row)));
      numbers.push(batch.rowNumbers[row] ?? 0);
    }
  });
  return {
    path,
    file,
    sheet,
    hidden,
    preview: rows,
    async load(engine, table, wanted, headerRow) {
      const below = numbers[headerRow] ?? 0;
      const target = new RawTable(engine, table, wanted);
      await workbook.read(sheet, { columns: wanted.map(({ index }) => index) }, (batch) =>
        target.append(dropUntil(batch, below)),
      );
      await target.close();
      return { row: "row", malformed: [] };
    },
  };
}

/** The batch without the rows up to and including sheet row `row`. */
function dropUntil(batch: CellBatch, row: number): CellBatch {
  let skip = 0;
  while (skip < batch.rows && (batch.rowNumbers[skip] ?? 0) <= row) skip++;
  if (skip === 0) return batch;
  return {
    rows: batch.rows - skip,
    rowNumbers: batch.rowNumbers.subarray(skip),
    columns: batch.columns.map(({ kinds, numbers }) => ({
      kinds: kinds.subarray(skip),
      numbers: numbers.subarray(skip),
    })),
    texts: batch.texts,
  };
}

function shown({ kinds, numbers }: CellColumn, texts: Texts, row: number): string {
  const n = numbers[row] ?? 0;
  switch (kinds[row]) {
    case CellKind.number:
      return String(n);
    case CellKind.date:
      return new Date(Math.floor(n) * 86_400_000).toISOString().slice(0, 10);
    case CellKind.boolean:
      return n !== 0 ? "true" : "false";
    case CellKind.text:
    case CellKind.error:
      return textAt(texts, n);
    default:
      return "";
  }
}
