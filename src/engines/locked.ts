import { literal, raw } from "../sql/statement.ts";
import { type DuckDBEngine, openDuckDB } from "./duckdb.ts";

/** No files, no network, no extensions, no further settings: for the SQL of users. */
const LOCKED = {
  enable_external_access: "false",
  allow_community_extensions: "false",
  lock_configuration: "true",
} as const;

/**
 * Opens a finished database for the SQL of users, read only. The settings are the instance's and cannot be taken back.
 * The instance that built the database must be closed: opening one file twice in a process is not refused and corrupts it.
 */
export const openLocked = (path: string): Promise<DuckDBEngine> =>
  openDuckDB(path, {
    access_mode: "READ_ONLY",
    memory_limit: "2GB",
    max_temp_directory_size: "0KiB",
    ...LOCKED,
  });

/**
 * Locks a database that is open, for good: one that is changed meanwhile, and goes with the process. The dashboard builds
 * models for other dates and thresholds, and a live portfolio moves.
 */
export async function lock(engine: DuckDBEngine): Promise<void> {
  for (const [name, value] of Object.entries(LOCKED))
    await engine.execute(raw(`set ${name} = ${literal(value)}`));
}
