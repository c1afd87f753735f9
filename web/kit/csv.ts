import type { Dataset, Scalar } from "./data.ts";

/** RFC 4180. No cell is a formula to a spreadsheet: one that could pass for one starts with an apostrophe. */
export function csvOf({ columns, rows }: Dataset): string {
  const lines = [
    columns.map(({ name }) => cell(name)),
    ...rows.map((row) => columns.map(({ name }) => cell(row[name] ?? null))),
  ];
  return lines.map((line) => `${line.join(",")}\r\n`).join("");
}

function cell(value: Scalar): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value);
  const text = /^[=+\-@\t\r]/.test(value) && !isNumber ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
