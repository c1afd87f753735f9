import type { DuckDBEngine } from "../engines/duckdb.ts";
import { QueryError } from "../errors.ts";
import type { OnDone } from "../progress.ts";
import type { Native } from "./notations.ts";

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

/** The database in memory into which files are loaded, for every connection; what it holds reaches no disk but to spill. */
export const LOADING = "loading";

/** SQL that begins a table of loaded cells: in a database that its name states, else of this connection alone. */
export const createTable = (name: string): string =>
  `create or replace ${name.includes(".") ? "table" : "temp table"} ${name}`;

/** Who waits for a source to be read. */
export interface Watch {
  readonly onRead?: OnDone;
  /** Stops the reading, which then fails with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Rows of a sample. */
export const SAMPLE_ROWS = 2_000;

/** How the cells of a source stand, and what a faster reading of them may ask for. */
export interface Scan {
  /** The file's own types by column; undefined where it has none, and a native type can be asked for any column. */
  readonly cellTypes: ReadonlyMap<string, string> | undefined;
  /** Makes `table` of the first rows: the cells as text, or of the file's own types. */
  sample(table: string): Promise<void>;
  /**
   * Makes `table` of all rows in order, a column as the native type that is asked for it, else as `sample` has it.
   * Gives the columns with a cell that is not of that type; the table is then not all there. Undefined where the
   * source cannot be read so after all.
   */
  load(
    table: string,
    natives: ReadonlyMap<string, Native>,
    watch: Watch,
  ): Promise<ReadonlySet<string> | undefined>;
  /** SQL over the loaded table for the 1-based row in the file, header included. */
  readonly row: string;
}

/** SQL for an id as a whole number of at most 15 digits; a cell that is none, or is spelled otherwise, ends the statement. */
export const wholeId = (name: string, cell: string, number: string, isSpelledSo = "true"): string =>
  `case
    when ${number} between 0 and 999999999999999 and ${isSpelledSo} then cast(${number} as bigint)
    when ${cell} is not null then error('${misfitIn(name)}')
  end`;

const misfitIn = (name: string) => `cell of another type in ${name}.`;

/** The columns by which a statement ended; none where it did not. */
export async function misfitsOf(
  wanted: readonly Wanted[],
  run: () => Promise<void>,
): Promise<ReadonlySet<string>> {
  try {
    await run();
    return new Set();
  } catch (error) {
    const misfit = wanted.find(
      ({ name }) => error instanceof QueryError && error.message.includes(misfitIn(name)),
    );
    if (misfit === undefined) throw error;
    return new Set([misfit.name]);
  }
}

/** One table of a file: a csv file, a sheet, a Parquet file. */
export interface SourceTable {
  readonly path: string;
  /** File name without its folder. */
  readonly file: string;
  readonly sheet: string | null;
  /** Whether it is a sheet that the workbook hides. */
  readonly hidden?: boolean;
  /** About how many rows it has, where that is known before they are read. */
  readonly rowsAbout?: number;
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
  /** Where the engine reads the file by itself: cells get their types while they are read, and nothing is copied before. */
  scan?(engine: DuckDBEngine, wanted: readonly Wanted[], headerRow: number): Scan | undefined;
}
