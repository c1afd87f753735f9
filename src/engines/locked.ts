import { literal, raw } from "../sql/statement.ts";
import { type DuckDBEngine, openDuckDB } from "./duckdb.ts";
import { withinMemory } from "./memory.ts";
import { openScratch } from "./scratch.ts";

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
 * The same of one that is changed meanwhile, and goes with the process: the dashboard builds models for other dates and
 * thresholds, and a live portfolio moves. `spill` is a folder for what memory has no room for.
 */
export async function openLockedScratch(
  path: string,
  spill: string,
  memory: number | undefined,
  settings: Readonly<Record<string, string>> = {},
): Promise<DuckDBEngine> {
  const engine = await openScratch(path, { ...settings, temp_directory: spill, ...withinMemory(memory) });
  for (const [name, value] of Object.entries(LOCKED))
    await engine.execute(raw(`set ${name} = ${literal(value)}`));
  return engine;
}
