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

/** Opens every file, whatever its format, and every sheet of a workbook, hidden ones included. */
export async function openFiles(
  engine: DuckDBEngine,
  paths: readonly string[],
  limits: Partial<WorkbookLimits> = {},
): Promise<OpenFiles> {
  const tables: SourceTable[] = [];
  const workbooks: Workbook[] = [];
  const close = async () => {
    for (const workbook of workbooks) await workbook[Symbol.asyncDispose]();
  };
  try {
    for (const path of new Set(paths)) {
      const file = basename(path);
      const identity = await identify(path, file);
      if (identity.format === "csv") tables.push(openCsv(path, file, identity));
      else if (identity.format !== "xlsx") tables.push(await openColumnar(engine, path, file, identity));
      else {
        const { size } = await stat(path);
        const workbook = await (size < APART_FROM_BYTES ? openWorkbook : openWorkbookApart)(path, limits);
        workbooks.push(workbook);
        const sheets: SheetTable[] = [];
        for (const sheet of workbook.sheets) sheets.push(await openSheet(workbook, path, file, sheet));
        tables.push(...joinRuns(sheets));
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { tables, [Symbol.asyncDispose]: close };
}
