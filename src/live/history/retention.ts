import type { DuckDBEngine } from "../../engines/duckdb.ts";
import { literal, raw } from "../../sql/statement.ts";
import { headsUntil } from "../state.ts";
import { addDays } from "./calendar.ts";

/** The log goes back so many days from the newest event: so long is the past corrected by what comes late. */
export const KEPT_DAYS = 35;

/** The last day whose events are no longer in the log, YYYY-MM-DD. */
export async function cutOf(engine: DuckDBEngine): Promise<string | undefined> {
  const { rows } = await engine.query(raw("select value from meta where name = 'cut'"));
  const cut = rows[0]?.["value"];
  return typeof cut === "string" ? cut : undefined;
}

/**
 * Keeps of the events up to the end of a day the last of each subject and source, as what the log begins with. The
 * files' own rows stay as they are: they count where no event was.
 */
export async function foldUntil(engine: DuckDBEngine, day: string): Promise<void> {
  const run = (text: string) => engine.execute(raw(text));
  const end = `cast(${literal(addDays(day, 1))} as timestamp)`;
  await run("begin");
  try {
    await run(`create or replace temp table folded as ${headsUntil((name) => `main.${name}`, day)}`);
    await run("delete from base_heads");
    await run("insert into base_heads by name from folded");
    await run(`delete from events where time < ${end}`);
    await run("delete from meta where name = 'cut'");
    await run(`insert into meta values ('cut', ${literal(day)})`);
    await run("drop table folded");
    await run("commit");
  } catch (error) {
    await run("rollback").catch(() => {});
    throw error;
  }
}
