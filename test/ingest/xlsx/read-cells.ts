import { type Texts, textAt } from "../../../src/ingest/xlsx/text-pool.ts";
import {
  type CellBatch,
  CellKind,
  openWorkbook,
  type ReadOptions,
  type WorkbookLimits,
} from "../../../src/ingest/xlsx/workbook.ts";

/** A date as days since 1970-01-01, an error as its code. */
export type Value =
  | number
  | string
  | boolean
  | { days: number }
  | { error: string }
  | { formula: true }
  | null;

export interface Rows {
  rowNumbers: number[];
  rows: Value[][];
}

export interface Table extends Rows {
  formulasWithoutValue: number;
}

export async function readCells(
  path: string,
  options: ReadOptions & { sheet?: string; limits?: Partial<WorkbookLimits> } = {},
): Promise<Table> {
  await using workbook = await openWorkbook(path, options.limits);
  const { onBatch, table } = collector();
  const sheet = options.sheet ?? workbook.sheets[0]?.name ?? "";
  const counts = await workbook.read(sheet, options, onBatch);
  if (counts.rows !== table.rows.length)
    throw new Error(`${counts.rows} rows counted, ${table.rows.length} given`);
  return { ...table, formulasWithoutValue: counts.formulasWithoutValue };
}

export function collector(): {
  table: Rows;
  onBatch: (batch: CellBatch) => void;
} {
  const table: Rows = { rowNumbers: [], rows: [] };
  const onBatch = (batch: CellBatch): void => {
    for (let row = 0; row < batch.rows; row++) {
      table.rowNumbers.push(batch.rowNumbers[row] ?? -1);
      table.rows.push(batch.columns.map((column) => cellValue(column, batch.texts, row)));
    }
  };
  return { table, onBatch };
}

function cellValue(column: CellBatch["columns"][number], texts: Texts, row: number): Value {
  const value = column.numbers[row] ?? Number.NaN;
  switch (column.kinds[row]) {
    case CellKind.empty:
      return null;
    case CellKind.number:
      return value;
    case CellKind.date:
      return { days: value };
    case CellKind.text:
      return textAt(texts, value);
    case CellKind.boolean:
      return value === 1;
    case CellKind.error:
      return { error: textAt(texts, value) };
    case CellKind.formula:
      return { formula: true };
    default:
      throw new Error(`unknown kind ${column.kinds[row]}`);
  }
}
