import type { Relation } from "../engines/engine.ts";
import { csvCell } from "../outputs/csv.ts";
import { table } from "./table.ts";

/** Rows of a query as a table, JSON or csv on standard output. */
export function printRelation({ columns, rows }: Relation, options: { json?: boolean; csv?: boolean }): void {
  if (options.json) process.stdout.write(`${JSON.stringify(rows)}\n`);
  else if (options.csv)
    process.stdout.write(
      [columns, ...rows.map((row) => columns.map((c) => row[c] ?? null))]
        .map((cells) => `${cells.map(csvCell).join(",")}\r\n`)
        .join(""),
    );
  else {
    const cells = rows.map((row) => columns.map((c) => (row[c] === null ? "–" : String(row[c]))));
    const isNumber = columns.map((c) => rows.some((row) => typeof row[c] === "number"));
    console.log(table(columns, cells, isNumber));
    console.log(`${rows.length} ${rows.length === 1 ? "row" : "rows"}`);
  }
}
