/**
 * A floor for csv and Parquet: DuckDB reads the files with its own readers and runs statements that were prepared
 * for it, in the version that the product has. node raw-duckdb.mjs STATEMENTS.json
 */
import { readFile } from "node:fs/promises";
import { DuckDBInstance } from "@duckdb/node-api";

const [file = ""] = process.argv.slice(2);
const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();
for (const statement of JSON.parse(await readFile(file, "utf8"))) await connection.run(statement);
