import { RawTable } from "./raw-table.ts";
import type { SourceTable, Wanted, Watch } from "./source-table.ts";
import { type Texts, textAt } from "./xlsx/text-pool.ts";
import { type CellBatch, type CellColumn, CellKind, type SheetInfo, type Workbook } from "./xlsx/workbook.ts";

const PREVIEW_ROWS = 200;

/** A sheet of a workbook, which can also be read as a part of a longer table. */
export interface SheetTable extends SourceTable {
  readonly sheet: string;
  readonly workbook: Workbook;
  readonly zippedBytes: number;
  /** Whether it may have as many rows as a sheet can have, as far as its first rows and its size tell. */
  readonly mayBeFull: boolean;
  /**
   * Appends the rows below row `headerRow` of the preview (all where that is -1), numbered from `offset` on, and
   * gives the number of the last row that holds anything.
   */
  appendTo(
    target: RawTable,
    wanted: readonly Wanted[],
    headerRow: number,
    offset: number,
    watch: Watch,
  ): Promise<number>;
}

/** A sheet of a workbook; rows are numbered as the sheet numbers them. */
export async function openSheet(
  workbook: Workbook,
  path: string,
  file: string,
  info: SheetInfo,
): Promise<SheetTable> {
  const { name: sheet, hidden, zippedBytes } = info;
  const rows: string[][] = [];
  const numbers: number[] = [];
  const seen = await workbook.read(sheet, { maxRows: PREVIEW_ROWS }, (batch) => {
    for (let row = 0; row < batch.rows; row++) {
      rows.push(batch.columns.map((column) => shown(column, batch.texts, row)));
      numbers.push(batch.rowNumbers[row] ?? 0);
    }
  });
  const appendTo: SheetTable["appendTo"] = async (target, wanted, headerRow, offset, watch) => {
    const below = numbers[headerRow] ?? 0;
    const columns = wanted.map(({ index }) => index);
    const { lastRow } = await workbook.read(sheet, { columns, ...watch }, (batch) =>
      target.append(numbered(dropUntil(batch, below), offset)),
    );
    return lastRow;
  };
  return {
    path,
    file,
    sheet,
    hidden,
    preview: rows,
    workbook,
    zippedBytes,
    mayBeFull: seen.rows < PREVIEW_ROWS ? seen.lastRow >= workbook.lastRow : info.mayBeFull,
    appendTo,
    async load(engine, table, wanted, headerRow, watch = {}) {
      const target = new RawTable(engine, table, wanted);
      await appendTo(target, wanted, headerRow, 0, watch);
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

const numbered = (batch: CellBatch, offset: number): CellBatch =>
  offset === 0 ? batch : { ...plain(batch), rowNumbers: batch.rowNumbers.map((row) => row + offset) };

/** Without the methods that a batch being filled has. */
const plain = ({ rows, rowNumbers, columns, texts }: CellBatch): CellBatch => ({
  rows,
  rowNumbers,
  columns,
  texts,
});

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
