import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { Live } from "../../../src/live/live.ts";
import { raw } from "../../../src/sql/statement.ts";
import { portfolioOf, temporaryFolder, writeFiles } from "../feed.ts";
import { rowsNow } from "../state-now.ts";

const line = (time: string, sequence: number, usd: number) =>
  JSON.stringify({
    ...{ id: "e", source: "/core", type: "balance", subject: "1", time, sequence },
    data: { balance_usd: usd },
  });

test("the log keeps 35 days, and older ones are no longer corrected", { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  const live = await Live.open(
    join(folder.path, "workspace"),
    await writeFiles(folder.path, portfolioOf(3)),
    { asOf: "2025-12-31" },
  );
  const { engine } = live.workspace;
  const one = async (text: string) => Object.values((await engine.query(raw(text))).rows[0] ?? {});
  const send = (...lines: string[]) => live.applier.apply({ via: "http", lines });
  // days that were computed already: what is tested is what comes after them
  await engine.execute(
    raw(`insert into history select cast(day as date), '', '[]', 1000
      from range(timestamp '2025-12-01', timestamp '2026-03-01', interval 1 day) days(day)`),
  );
  await send(
    line("2026-01-01T10:00:00Z", 1, 10),
    line("2026-01-20T10:00:00Z", 2, 20),
    line("2026-02-28T10:00:00Z", 3, 30),
  );
  await vi.waitFor(() => expect(live.state.position).toBe(live.state.committed));
  await live.history.catchUp();
  const log = "select count(*), cast(cast(min(time) as date) as varchar) from events";
  expect(await one(log)).toEqual([1, "2026-02-28"]);
  expect(await one("select value from meta where name = 'cut'")).toEqual(["2026-01-23"]);
  expect(await one("select sequence, data from base_heads")).toEqual([2, '{"balance_usd":20}']);
  // late beyond what is kept: it counts now if it is the last word, and the day it happened on stays as it is
  await engine.execute(raw("update history set position = 0 where day <= date '2026-01-23'"));
  await send(line("2026-01-10T10:00:00Z", 9, 90));
  // not before readers have it
  await vi.waitFor(() => expect(live.state.position).toBe(live.state.committed));
  expect(await one("select cast(day as varchar), position from stale_days")).toEqual(["2026-01-10", 4]);
  await live.history.catchUp();
  expect(await one("select max(position) from history where day <= date '2026-01-23'")).toEqual([0]);
  // its turn to be folded comes with the next quiet moment
  expect(await one(log)).toEqual([1, "2026-02-28"]);
  expect(await one("select sequence, data from base_heads")).toEqual([9, '{"balance_usd":90}']);
  const balance = (state: string) => `select balance_usd from ${state}.cards where card_id = 1`;
  expect(await rowsNow(live.workspace, balance)).toEqual([{ balance_usd: 90 }]);
  await live[Symbol.asyncDispose]();
  await live.explorer[Symbol.asyncDispose]();
});
