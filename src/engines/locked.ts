import { type DuckDBEngine, openDuckDB } from "./duckdb.ts";

/**
 * Opens a finished database for the SQL of users. The settings are the instance's and cannot be taken back: no
 * files, no network, no extensions, no further settings. The instance that built the database must be closed:
 * opening one file twice in a process is not refused and corrupts it.
 */
export const openLocked = (path: string): Promise<DuckDBEngine> =>
  openDuckDB(path, {
    access_mode: "READ_ONLY",
    enable_external_access: "false",
    allow_community_extensions: "false",
    memory_limit: "2GB",
    max_temp_directory_size: "0KiB",
    lock_configuration: "true",
  });
