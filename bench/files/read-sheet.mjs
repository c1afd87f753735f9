/**
 * A workbook into typed tables of the database, with the product's reading and no more: node read-sheet.mjs FILE
 */
import { openDuckDB } from "../../dist/engines/duckdb.js";
import { openFiles } from "../../dist/ingest/open-files.js";

const [path = ""] = process.argv.slice(2);
const engine = await openDuckDB();
const files = await openFiles(engine, [path]);
for (const [i, table] of files.tables.entries()) {
  const wanted = (table.preview[0] ?? []).map((_, index) => ({
    name: `c${index}`,
    index,
    cardNumber: false,
  }));
  await table.load(engine, `sheet_${i}`, wanted, 0);
}
await files[Symbol.asyncDispose]();
await engine[Symbol.asyncDispose]();
