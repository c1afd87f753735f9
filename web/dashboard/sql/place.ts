/** A line from 1, a column from 0. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where the engine's message points to in the query: it quotes a line, or a part of a long one, over a caret. */
export function placeOf(message: string, query: string): Place | undefined {
  const [, number, quoted, spaces] = /^LINE (\d+): (.*)\n( *)\^/m.exec(message) ?? [];
  if (number === undefined || quoted === undefined || spaces === undefined) return undefined;
  const source = query.split("\n")[Number(number) - 1] ?? "";
  const start = `LINE ${number}: `.length;
  const part = quoted.replace(/^\.\.\./, "").replace(/\.\.\.$/, "");
  const skipped = quoted.startsWith("...") ? 3 : 0;
  const from = Math.max(0, source.indexOf(part));
  return { line: Number(number), column: Math.max(0, from + spaces.length - start - skipped) };
}

/** What went wrong, without the quote: the editor marks the place. */
export const reasonOf = (message: string): string =>
  message
    .replace(/\n+LINE \d+: [\s\S]*$/, "")
    .replace(/^(duckdb|the parser) refused the query: /, "")
    .trim();
