import { refused } from "../errors.ts";
import { normalise } from "./headers.ts";
import { RawTable } from "./raw-table.ts";
import type { SheetTable } from "./sheet.ts";
import type { SourceTable } from "./source-table.ts";

/** Rows among which the headers are looked for, as in `bind`. */
const HEADER_ROWS = 30;

/**
 * Puts the sheets of one workbook together that continue one another: programs that write more rows than a sheet can
 * have go on in a next one. A sheet is continued only where it is full to its last row, since two sheets that merely
 * look alike are more often two versions of a table.
 */
export function joinRuns(sheets: readonly SheetTable[]): SourceTable[] {
  const joined = new Set<SheetTable>();
  return sheets.flatMap((first): SourceTable[] => {
    if (joined.has(first)) return [];
    const run = [first];
    for (let last = first; ; ) {
      const next = sheets
        .slice(sheets.indexOf(last) + 1)
        .find((sheet) => !joined.has(sheet) && isNext(first, last, sheet));
      if (next === undefined) break;
      joined.add(next);
      run.push(next);
      last = next;
    }
    return [run.length === 1 ? first : joinedSheets(first, run)];
  });
}

/** Whether `next` may continue `last`; that `last` is full in truth shows when it has been read. */
function isNext(first: SheetTable, last: SheetTable, next: SheetTable): boolean {
  return (
    next !== first &&
    last.mayBeFull &&
    next.hidden === last.hidden &&
    isNumberedNext(last.sheet, next.sheet) &&
    (sharesRow(first, next) || continues(first, next))
  );
}

/** "cards" → "cards_2", "Cards (2)"; "Sheet1" → "Sheet2". Of four digits a number is a year. */
function isNumberedNext(last: string, next: string): boolean {
  const from = numberedName(last);
  const to = numberedName(next);
  if (to.number === undefined || from.base !== to.base) return false;
  return from.number === undefined ? to.number === 1 || to.number === 2 : to.number === from.number + 1;
}

function numberedName(name: string): { base: string; number: number | undefined } {
  const [, base = name, digits] = /^(.*?)[\s_.-]*\(?(?<!\d)(\d{1,3})\)?$/.exec(name.trim()) ?? [];
  return {
    base: base.trim().toLowerCase(),
    number: digits === undefined ? undefined : Number(digits),
  };
}

const cellsOf = (row: readonly string[]): string[] => {
  const cells = row.map(normalise);
  return cells.slice(0, cells.findLastIndex((cell) => cell !== "") + 1);
};
const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  cellsOf(a).join("\n") === cellsOf(b).join("\n");

/** Index of the row of `sheet` that says the same as `row`, -1 where none does. */
const repeated = (sheet: SourceTable, row: readonly string[]): number =>
  sheet.preview.slice(0, HEADER_ROWS).findIndex((other) => isSame(other, row));

const sharesRow = (a: SourceTable, b: SourceTable): boolean =>
  a.preview
    .slice(0, HEADER_ROWS)
    .some((row) => row.filter((cell) => /\p{L}/u.test(cell)).length >= 2 && repeated(b, row) >= 0);

const shapes = [/^$/, /^-?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/i, /^\d{4}-\d\d-\d\d$/, /^(?:true|false)$/];
const shapeOf = (cell: string): number => shapes.findIndex((shape) => shape.test(cell));

/** Whether a sheet without headers goes on with rows of the same kind: no cell is of a kind new to its column. */
function continues(first: SourceTable, next: SourceTable): boolean {
  if (next.preview.length === 0) return false;
  const above = first.preview.slice(1);
  const width = Math.max(...first.preview.map((row) => row.length));
  const known = Array.from({ length: width }, (_, i) => new Set(above.map((row) => shapeOf(row[i] ?? ""))));
  return (
    known.some((kinds) => kinds.has(1)) &&
    next.preview.every((row) => row.every((cell, i) => cell === "" || known[i]?.has(shapeOf(cell)) === true))
  );
}

function joinedSheets(first: SheetTable, run: readonly SheetTable[]): SourceTable {
  const { path, file, hidden, preview, workbook } = first;
  const total = run.reduce((sum, { zippedBytes }) => sum + zippedBytes, 0);
  return {
    path,
    file,
    sheet: run.map(({ sheet }) => sheet).join(", "),
    hidden: hidden === true,
    preview,
    parts: run,
    async load(engine, table, wanted, headerRow, { onRead, signal } = {}) {
      const target = new RawTable(engine, table, wanted);
      const header = preview[headerRow] ?? [];
      let read = 0;
      for (const [i, part] of run.entries()) {
        const { zippedBytes } = part;
        const before = read;
        const top = part === first ? headerRow : repeated(part, header);
        const lastRow = await part.appendTo(target, wanted, top, i * workbook.lastRow, {
          ...(signal && { signal }),
          ...(onRead && { onRead: (share) => onRead((before + share * zippedBytes) / total) }),
        });
        const next = run[i + 1];
        if (next !== undefined && lastRow < workbook.lastRow) throw refuseUnfull(file, part, next);
        read += zippedBytes;
      }
      await target.close();
      return { row: "row", malformed: [] };
    },
  };
}

function refuseUnfull(file: string, { sheet, workbook }: SheetTable, next: SheetTable): Error {
  return refused(
    `${file}: ${JSON.stringify(sheet)} and ${JSON.stringify(next.sheet)} have the same columns, and ${JSON.stringify(sheet)} is not full`,
    `a sheet goes on in another only where it is full to row ${workbook.lastRow.toLocaleString("en")}: name the right one with --sheet TABLE=NAME, or join them in a file of their own`,
  );
}
