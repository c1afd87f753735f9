import { literal, raw } from "../sql/statement.ts";
import { type DuckDBEngine, openDuckDB } from "./duckdb.ts";

/** Its name, where statements say it. */
const NAME = "portfolio";

/**
 * Opens a database that goes with the process: what is written into it is in no log, and in the file when the database
 * is closed, or a checkpoint comes. The engine has this for databases that are attached, so the instance's own is an empty one.
 */
export async function openScratch(
  path: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<DuckDBEngine> {
  const engine = await openDuckDB(":memory:", settings);
  try {
    await engine.execute(raw(`attach ${literal(path)} as ${NAME} (${NO_LOG})`));
    return await within(engine);
  } catch (error) {
    await engine[Symbol.asyncDispose]();
    throw error;
  }
}

/** Option of `attach`. */
export const NO_LOG = "recovery_mode no_wal_writes";

/** Connections have its names without saying so. */
async function within(engine: DuckDBEngine): Promise<DuckDBEngine> {
  await engine.execute(raw(`use ${NAME}`));
  return { ...engine, connect: async () => within(await engine.connect()) };
}
