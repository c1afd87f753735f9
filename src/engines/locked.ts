import { type DuckDBEngine, openDuckDB } from "./duckdb.ts";
import { withinMemory } from "./memory.ts";

/**
 * Opens a finished database for the SQL of users. The settings are the instance's and cannot be taken back: no
 * files, no network, no extensions, no further settings. The instance that built the database must be closed:
 * opening one file twice in a process is not refused and corrupts it. With a folder to spill into, the database can
 * be written (the dashboard builds models for other dates and thresholds); without, it is read only.
 */
export const openLocked = (
  path: string,
  spill?: string,
  memory?: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<DuckDBEngine> =>
  openDuckDB(path, {
    ...settings,
    // where memory ends; given first, since a locked instance takes no folder
    ...(spill === undefined
      ? { access_mode: "READ_ONLY", memory_limit: "2GB", max_temp_directory_size: "0KiB" }
      : { temp_directory: spill, ...withinMemory(memory) }),
    enable_external_access: "false",
    allow_community_extensions: "false",
    lock_configuration: "true",
  });
