import { styleText } from "node:util";

const isPlain = () =>
  process.env["NO_COLOR"] !== undefined || process.argv.includes("--no-color") || !process.stdout.isTTY;

/** Styled text on a terminal that wants it, plain text elsewhere. */
export const styled = (format: Parameters<typeof styleText>[0], text: string): string =>
  isPlain() ? text : styleText(format, text);

/** Text from files could steer the terminal: control characters are shown as what they are. */
export const safe = (text: string): string =>
  text.replaceAll(/\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);

const MOST = 60;
const cut = (text: string) => (text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text);

/** Columns under headers; numbers to the right. */
export function table(
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  isNumber: readonly boolean[] = [],
): string {
  const lines = rows.map((row) => row.map((cell) => cut(safe(cell))));
  const widths = headers.map((header, i) =>
    Math.max(safe(header).length, ...lines.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join("  ")
      .trimEnd();
  return [styled("dim", line(headers.map(safe))), ...lines.map(line)].join("\n");
}

/** A bar of at most `width` cells; eighths of a cell keep small parts visible. */
export function bar(share: number, width = 24): string {
  const eighths = Math.round(Math.max(0, Math.min(1, share)) * width * 8);
  const rest = eighths % 8;
  return "█".repeat(Math.floor(eighths / 8)) + (rest === 0 ? "" : (" ▏▎▍▌▋▊▉"[rest] ?? ""));
}
