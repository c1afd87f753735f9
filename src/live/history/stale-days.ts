import type { DuckDBEngine } from "../../engines/duckdb.ts";
import { raw } from "../../sql/statement.ts";
import type { BatchEvent } from "../batch.ts";
import type { Totals } from "../commit.ts";
import { dayOf, startOf } from "./calendar.ts";

/**
 * In the transaction that writes `news`: where an event in it happened on a day that is over, figures of that day and
 * of those after it that were computed before are out of date.
 */
export async function markStale(
  engine: DuckDBEngine,
  events: readonly BatchEvent[],
  before: Pick<Totals, "latest" | "position">,
): Promise<void> {
  if (before.latest === null) return;
  const today = startOf(dayOf(before.latest));
  if (!events.some(({ event }) => event.time < today)) return;
  await engine.execute(
    raw(`insert into stale_days
      select cast(min(time) as date), ${before.position} + count(*)
      from news
      having min(time) < make_timestamp_ms(${today})`),
  );
}
