import type { DuckDBEngine } from "../../src/engines/duckdb.ts";
import { keyTypes } from "../../src/live/key-types.ts";
import { type Moment, makeState } from "../../src/live/state.ts";
import { DATABASE_NAME, type Workspace } from "../../src/live/workspace.ts";
import { raw } from "../../src/sql/statement.ts";

/** What a workspace says of the portfolio: `users` and `cards` in a schema of the engine that the work is given. */
export async function inState<T>(
  workspace: Workspace,
  work: (engine: DuckDBEngine, schema: string) => Promise<T>,
  moment: Moment = "now",
): Promise<T> {
  await using engine = await workspace.engine.connect();
  const target = `state_${++made}`;
  await engine.execute(raw(`attach ':memory:' as ${target}`));
  try {
    await makeState(engine, { workspace: DATABASE_NAME, target }, await keyTypes(engine), moment);
    return await work(engine, `${target}.main`);
  } finally {
    await engine.execute(raw(`detach ${target}`));
  }
}
let made = 0;

export const rowsNow = (workspace: Workspace, select: (schema: string) => string) =>
  inState(workspace, async (engine, schema) => (await engine.query(raw(select(schema)))).rows);
