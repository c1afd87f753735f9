import type { SheetContext } from "./cell-values.ts";
import type { CellBatch } from "./cells.ts";
import type { WorkbookLimits } from "./limits.ts";
import { PartError } from "./part-error.ts";
import { SheetScanner } from "./sheet-scanner.ts";
import { Window } from "./window.ts";

export interface ReadOptions {
  /** Columns wanted, counted from 0; batches have them in this order. All up to the widest one so far when left out. */
  columns?: readonly number[];
  /** Stops after that many rows without reading the rest. */
  maxRows?: number;
  signal?: AbortSignal;
  /** Told which share of the sheet has been taken from the file, from 0 to 1. */
  onRead?: (share: number) => void;
}

export interface ReadCounts {
  /** Rows with something in them. */
  rows: number;
  /** The highest number among them; 0 where there is none. */
  lastRow: number;
  /** Formulas in the wanted columns that were saved without their value. */
  formulasWithoutValue: number;
}

/** Reads the XML of a sheet from its pieces, wherever they were cut. */
export async function readSheet(
  chunks: AsyncIterable<Buffer>,
  context: SheetContext,
  limits: WorkbookLimits,
  { columns, maxRows = Number.POSITIVE_INFINITY, signal }: ReadOptions,
  onBatch: (batch: CellBatch) => void | Promise<void>,
): Promise<ReadCounts> {
  const scanner = new SheetScanner(context, limits, columns, maxRows);
  const { cells, values } = scanner;
  const window = new Window(limits.textBytes * 8);
  const counts: ReadCounts = { rows: 0, lastRow: 0, formulasWithoutValue: 0 };
  const deliver = async (): Promise<void> => {
    counts.rows += cells.rows;
    // rows may come in any order
    for (let i = 0; i < cells.rows; i++)
      counts.lastRow = Math.max(counts.lastRow, cells.rowNumbers[i] as number);
    counts.formulasWithoutValue = values.formulasWithoutValue;
    await onBatch(cells);
    cells.clear();
    signal?.throwIfAborted();
  };
  signal?.throwIfAborted();
  if (maxRows <= 0) return counts;
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    // The rest is read for its checksum's sake.
    if (scanner.isComplete) continue;
    window.append(chunk);
    scan(scanner, window);
    while (scanner.isBlocked) {
      await deliver();
      if (counts.rows >= maxRows) return counts;
      scan(scanner, window);
    }
  }
  if (!scanner.isComplete) throw new PartError("ends before its rows do");
  if (cells.rows > 0) await deliver();
  return counts;
}

function scan(scanner: SheetScanner, window: Window): void {
  try {
    window.at = scanner.scan(window.bytes, window.at);
  } catch (error) {
    if (!(error instanceof PartError)) throw error;
    throw new PartError(`${scanner.place}${error.message}`, error.hint, error.cause);
  }
}
