import { createRequire } from "node:module";

export type {
  DuckDBAppender,
  DuckDBConnection,
  DuckDBMaterializedResult,
  DuckDBPreparedStatement,
  DuckDBType,
  DuckDBValue,
} from "@duckdb/node-api";

// Imported as an ES module, the package has each of its hundred CommonJS files searched for the names of its
// exports, which takes as long again as loading it.
const api: typeof import("@duckdb/node-api") = createRequire(import.meta.url)("@duckdb/node-api");

export const {
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBTimestampValue,
  INTEGER,
  TIMESTAMP,
  VARCHAR,
} = api;
/** A batch of rows on its way in or out. */
export type DataChunk = InstanceType<typeof DuckDBDataChunk>;
