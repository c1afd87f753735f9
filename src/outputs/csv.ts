import type { Result } from "../analyses/run.ts";
import type { Scalar } from "../engines/engine.ts";
import type { Findings } from "./document.ts";

/** Text that starts so is run as a formula by spreadsheets that open the file. */
const FORMULA = /^[=+\-@\t\r\n]/;
/** A separator of any locale, a quote, a line break, or blanks that readers would trim. */
const QUOTED = /[",;\t\r\n]|^\s|\s$/;

/**
 * A cell by RFC 4180. Numbers have all their digits, flags are true and false, missing values are empty. Text
 * that a spreadsheet would run as a formula (a leading `=`, `+`, `-`, `@`, tab or line break) gets an apostrophe
 * in front, ids that are text too; numbers never do.
 */
export function csvCell(value: Scalar): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** All rows of an analysis below the names of its columns: UTF-8 without a mark, lines end in CRLF. */
export const analysisCsv = (findings: Findings, { analysis }: Result): AsyncGenerator<string> =>
  csv(Object.keys(analysis.columns), findings.rows(analysis.id));

/** One line per cell that something was found about; where cells are not shared, one per code and column. */
export const issuesCsv = (findings: Findings): AsyncGenerator<string> =>
  findings.shared
    ? csv(["code", "severity", "table", "column", "count", "action"], once(findings.issues))
    : csv(["code", "severity", "table", "column", "row", "value", "action"], findings.issueCells());

async function* once<T>(batch: T): AsyncGenerator<T> {
  yield batch;
}

/** Rows in batches below the names of their columns. */
export async function* csv<N extends string>(
  names: readonly N[],
  batches: AsyncIterable<readonly { readonly [K in N]?: Scalar }[]>,
): AsyncGenerator<string> {
  yield line(names);
  for await (const rows of batches)
    if (rows.length > 0) yield rows.map((row) => line(names.map((name) => row[name] ?? null))).join("");
}

const line = (cells: readonly Scalar[]): string => `${cells.map(csvCell).join(",")}\r\n`;
