import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { DuckDBEngine } from "../engines/duckdb.ts";
import { openColumnar } from "./columnar.ts";
import { openCsv } from "./csv.ts";
import { identify } from "./identify.ts";
import { openSheet, type SheetTable } from "./sheet.ts";
import { joinRuns } from "./sheet-run.ts";
import type { SourceTable } from "./source-table.ts";
import { openWorkbook, type Workbook, type WorkbookLimits } from "./xlsx/workbook.ts";
import { openWorkbookApart } from "./xlsx/workbook-apart.ts";

/** From this size on, a workbook is worth a thread of its own. */
const APART_FROM_BYTES = 4 * 2 ** 20;

export interface OpenFiles extends AsyncDisposable {
  readonly tables: readonly SourceTable[];
}

/**
 * Opens every file, whatever its format, and every sheet of a workbook, hidden ones too. Not all formats wait for the
 * engine. `limits` are for tests.
 */
export async function openFiles(
  engine: DuckDBEngine | Promise<DuckDBEngine>,
  paths: readonly string[],
  limits: Partial<WorkbookLimits> = {},
): Promise<OpenFiles> {
  const workbooks: Workbook[] = [];
  const close = async () => {
    for (const workbook of workbooks) await workbook[Symbol.asyncDispose]();
  };
  const open = async (path: string): Promise<SourceTable[]> => {
    const file = basename(path);
    const identity = await identify(path, file);
    if (identity.format === "csv") return [openCsv(path, file, identity)];
    if (identity.format !== "xlsx") return [await openColumnar(await engine, path, file, identity)];
    const { size } = await stat(path);
    const workbook = await (size < APART_FROM_BYTES ? openWorkbook : openWorkbookApart)(path, limits);
    workbooks.push(workbook);
    const sheets: SheetTable[] = [];
    for (const sheet of workbook.sheets) sheets.push(await openSheet(workbook, path, file, sheet));
    return joinRuns(sheets);
  };
  // the shared texts of two large workbooks are read at the same time
  const opened = await Promise.allSettled([...new Set(paths)].map(open));
  const failed = opened.find((one) => one.status === "rejected");
  if (failed !== undefined) {
    await close();
    throw failed.reason;
  }
  const tables = opened.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
  return { tables, [Symbol.asyncDispose]: close };
}
