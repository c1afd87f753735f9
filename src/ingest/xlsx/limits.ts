/**
 * What a workbook may cost before it is refused. A sheet of 1,000,000 rows and 12 columns takes some 600 MB of
 * XML at a ratio of 5 to 15, so the defaults leave room for anything a person works with.
 */
export interface WorkbookLimits {
  /** Files in the zip container. */
  entries: number;
  /** Worksheets named by the workbook. */
  sheets: number;
  /** Rows of a sheet; the format itself ends here. */
  rows: number;
  /** Columns of a sheet; the format itself ends here. */
  columns: number;
  /** Cells of one sheet, empty ones included. */
  cells: number;
  /** Bytes of one text as the file writes it; a spreadsheet program allows 32,767 characters. */
  textBytes: number;
  /** Different texts in the shared table. */
  sharedStrings: number;
  /** Bytes of the shared table that are kept in memory. */
  sharedStringBytes: number;
  /** Unzipped bytes of one part, as counted while reading. */
  partBytes: number;
  /** Unzipped bytes of all parts that are read. */
  totalBytes: number;
  /** Unzipped bytes of a part that is parsed whole: the workbook, its relations, its styles. */
  wholePartBytes: number;
  /** Unzipped bytes for each zipped one, looked at once a part has passed `ratioFromBytes`. */
  ratio: number;
  ratioFromBytes: number;
}

const MiB = 2 ** 20;

export const defaultLimits: Readonly<WorkbookLimits> = {
  entries: 10_000,
  sheets: 1_000,
  rows: 1_048_576,
  columns: 16_384,
  cells: 64_000_000,
  textBytes: MiB,
  sharedStrings: 16_000_000,
  sharedStringBytes: 512 * MiB,
  partBytes: 4096 * MiB,
  totalBytes: 8192 * MiB,
  wholePartBytes: 32 * MiB,
  ratio: 250,
  ratioFromBytes: 64 * MiB,
};
