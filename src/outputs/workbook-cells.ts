import type { Scalar } from "../engines/engine.ts";
import type { Kind } from "../schema/columns.ts";

export const numberFormats: Partial<Record<Kind, string>> = {
  id: "0",
  count: "#,##0",
  number: "#,##0.00",
  share: "0.0%",
  ratio: "0.00",
  statistic: "0.000",
  usd: "$#,##0",
  year: "0",
  month: "yyyy-mm",
  date: "yyyy-mm-dd",
};

/** A value as a workbook holds it: months and dates are dates, everything else stays what it is. */
export function cellOf(kind: Kind, value: Scalar): Scalar {
  if (typeof value === "number")
    return kind === "id" && Math.abs(value) > PRECISE ? String(value) : value + 0;
  if (typeof value !== "string") return value;
  if (kind === "month" || kind === "date") return serialOf(value) ?? text(value);
  return text(value);
}

/** Workbooks keep fifteen digits of a number. */
const PRECISE = 999_999_999_999_999;
/** Days from a workbook's epoch, 30 December 1899, to 1970-01-01. */
const EPOCH = 25_569;

/** Dates before March 1900 stay text: workbooks believe in a 29 February 1900. */
function serialOf(iso: string): number | undefined {
  const found = /^(\d{4})-(\d\d)(?:-(\d\d))?$/.exec(iso);
  if (found === null) return undefined;
  const serial = Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3] ?? 1)) / 86_400_000 + EPOCH;
  return serial > 60 ? serial : undefined;
}

/** What Excel lets a cell hold. */
const LONGEST = 32_767;

/**
 * Text that every reader takes and nothing runs. Too long a text is cut and says so, control characters become
 * their pictures (U+2400 and on), halves of a character become U+FFFD, and what looks like an escape of the
 * format ("_x0041_") stays what it looks like.
 */
export function text(value: string): string {
  return cut(value)
    .replace(/\r\n?/g, "\n")
    .replace(CONTROL, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replace(/\p{Surrogate}|[\uFFFE\uFFFF]/gu, "\uFFFD")
    .replace(/_(?=x[0-9a-f]{4}_)/gi, "_x005F_");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that XML may not hold
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g;

function cut(value: string): string {
  if (value.length <= LONGEST) return value;
  const note = `… [cut, ${value.length} characters]`;
  return value.slice(0, LONGEST - note.length) + note;
}

/** A row of a worksheet; `styles` are the numbers of its cells' formats. */
export function rowXml(row: number, cells: readonly Scalar[], styles: readonly string[]): string {
  let xml = `<row r="${row}">`;
  for (const [index, value] of cells.entries()) {
    if (value === null) continue;
    const at = `<c r="${columnName(index)}${row}"${styles[index] ?? ""}`;
    if (typeof value === "number") xml += `${at}><v>${value}</v></c>`;
    else if (typeof value === "boolean") xml += `${at} t="b"><v>${value ? 1 : 0}</v></c>`;
    else xml += `${at} t="inlineStr"><is><t xml:space="preserve">${escaped(value)}</t></is></c>`;
  }
  return `${xml}</row>`;
}

const escaped = (value: string): string =>
  /[&<>]/.test(value)
    ? value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    : value;

/** 0 is A, 26 is AA. */
export function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter;
}

/** "A6:D9", all from 0 and with both ends. */
export const range = (top: number, left: number, bottom: number, right: number): string =>
  `${columnName(left)}${top + 1}:${columnName(right)}${bottom + 1}`;
