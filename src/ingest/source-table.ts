import type { DuckDBEngine } from "../engines/duckdb.ts";

/** A column to load: everything else of the file never reaches the database. */
export interface Wanted {
  /** Its name in the raw table. */
  readonly name: string;
  /** 0-based index in the file. */
  readonly index: number;
  /** Card numbers are cut to their last four digits, with the number of digits, while they are read. */
  readonly cardNumber: boolean;
}

/** What a raw table's rows are numbered by. */
export interface Loaded {
  /** SQL for the 1-based row in the file, header included. */
  readonly row: string;
  /** Rows that could not be split into fields, by row. */
  readonly malformed: readonly number[];
}

/** Who waits for a source to be read. */
export interface Watch {
  /** Told now and then which part of the source has been read, from 0 to 1. */
  readonly onRead?: (share: number) => void;
  /** Stops the reading, which then fails with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** One table of a file: a csv file, a sheet, a Parquet file. */
export interface SourceTable {
  readonly path: string;
  /** File name without its folder. */
  readonly file: string;
  readonly sheet: string | null;
  /** Whether it is a sheet that the workbook hides. */
  readonly hidden?: boolean;
  /** The sheets that it joins, any of which may be asked for by its own name. */
  readonly parts?: readonly SourceTable[];
  /** The first rows as text; a columnar file has its column names in the first. */
  readonly preview: readonly (readonly string[])[];
  /**
   * Makes `table` in the database: the wanted columns of all rows below `headerRow` (0-based index in
   * `preview`), as text or as the file's own types.
   */
  load(
    engine: DuckDBEngine,
    table: string,
    wanted: readonly Wanted[],
    headerRow: number,
    watch?: Watch,
  ): Promise<Loaded>;
}
