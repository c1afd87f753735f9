import type { DuckDBEngine } from "../engines/duckdb.ts";
import { refused, usage } from "../errors.ts";
import { raw } from "../sql/statement.ts";
import { cleaned } from "./borrower-cells.ts";
import { columnNamed, readHeader } from "./borrower-headers.ts";
import { type Decoded, decodeOutcome, type OutcomeValue } from "./borrower-outcome.ts";
import { openFiles } from "./open-files.ts";
import { type PickOptions, pickTables } from "./pick-tables.ts";
import { textOf } from "./raw-table.ts";

export interface PortfolioOutcome extends Decoded {
  readonly column: string;
  /** By the customer's key, as the canonical table writes it. */
  readonly byKey: ReadonlyMap<string, 0 | 1>;
}

/** Whether the files hold a customers and a cards table: one workbook with both, or two files. */
export async function isPortfolio(
  engine: DuckDBEngine,
  paths: readonly string[],
  options: PickOptions,
): Promise<boolean> {
  if (paths.length > 1) return true;
  const files = await openFiles(engine, paths);
  try {
    if (files.tables.length < 2) return false;
    pickTables(files.tables, options);
    return true;
  } catch {
    // whatever is wrong with it as a portfolio, it may be a table of borrowers
    return false;
  } finally {
    await files[Symbol.asyncDispose]();
  }
}

/**
 * The outcome of a customers file by a header or values that the caller names: the canonical column takes flags
 * alone, and "Bad" and "Good" are none.
 */
export async function readPortfolioOutcome(
  engine: DuckDBEngine,
  paths: readonly string[],
  options: PickOptions & {
    readonly outcome?: string | undefined;
    readonly event?: readonly string[] | undefined;
    readonly nonEvent?: readonly string[] | undefined;
  },
): Promise<PortfolioOutcome> {
  const files = await openFiles(engine, paths);
  try {
    const { source, binding } = pickTables(files.tables, options).users;
    const header = { ...source, preview: source.preview.slice(binding.headerRow) };
    const { columns } = readHeader(header, []);
    const bound = binding.headers[binding.columns.get("defaulted") ?? -1];
    const name = options.outcome ?? bound;
    if (name === undefined) throw usage(`${source.file}: no outcome column`, "name it with --outcome");
    const outcome = columnNamed(columns, name, "--outcome");
    const key = binding.columns.get("user_id");
    if (key === undefined)
      throw refused(
        `${source.file}: customers without ids have no outcome by name`,
        "give a column with ids",
      );
    const wanted = [
      { name: "id", index: key, cardNumber: false },
      { name: "outcome", index: outcome.index, cardNumber: false },
    ];
    await source.load(engine, "raw_outcome", wanted, binding.headerRow);
    const { rows: described } = await engine.query(raw("describe raw_outcome"));
    const type = (column: string) =>
      String(described.find((row) => row["column_name"] === column)?.["column_type"] ?? "VARCHAR");
    const cell = (column: string) => textOf(cleaned(column, type(column)), type(column));
    const { rows } = await engine.query(
      raw(`select ${cell("id")} as id, ${cell("outcome")} as outcome from raw_outcome`),
    );
    await engine.execute(raw("drop table raw_outcome"));
    const { event, nonEvent } = options;
    const meaning = decodeOutcome(outcome.name, countsOf(rows.map((row) => row["outcome"])), {
      ...(event && { event }),
      ...(nonEvent && { nonEvent }),
    });
    const byKey = new Map<string, 0 | 1>();
    for (const row of rows) {
      const text = String(row["outcome"]);
      const value = meaning.event.includes(text) ? 1 : meaning.other.includes(text) ? 0 : undefined;
      if (row["id"] !== null && value !== undefined) byKey.set(keyOf(String(row["id"])), value);
    }
    return { ...meaning, column: outcome.name, byKey };
  } finally {
    await files[Symbol.asyncDispose]();
  }
}

/** As the canonical key is written: "1,234" and "1234.0" are 1234. */
export const keyOf = (text: string): string =>
  /^\d{1,3}(?:,\d{3})*(?:\.0+)?$|^\d+(?:\.0+)?$/.test(text)
    ? text
        .replaceAll(",", "")
        .replace(/\.0+$/, "")
        .replace(/^0+(?=\d)/, "")
    : text;

function countsOf(cells: readonly unknown[]): OutcomeValue[] {
  const counts = new Map<string, number>();
  for (const cell of cells) if (cell !== null) counts.set(String(cell), (counts.get(String(cell)) ?? 0) + 1);
  return [...counts]
    .map(([text, rows]) => ({ text, rows }))
    .sort((a, b) => b.rows - a.rows || (a.text < b.text ? -1 : 1));
}
