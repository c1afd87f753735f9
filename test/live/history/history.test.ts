import { cp } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { analyses } from "../../../src/analyses/index.ts";
import type { DuckDBEngine } from "../../../src/engines/duckdb.ts";
import { Applier } from "../../../src/live/applier.ts";
import { foldUntil } from "../../../src/live/history/retention.ts";
import { keptIds } from "../../../src/live/history/snapshot.ts";
import { Live } from "../../../src/live/live.ts";
import { Workspace } from "../../../src/live/workspace.ts";
import { openPortfolio } from "../../../src/portfolio/portfolio.ts";
import { raw } from "../../../src/sql/statement.ts";
import { portfolioOf, temporaryFolder, writeFiles } from "../feed.ts";
import { inState } from "../state-now.ts";
import { type SourceState, stateAfter, type TestEvent } from "../state-oracle.ts";

const base = portfolioOf(12);
const asOf = "2026-02-28";

/** Opens a live portfolio; closing it closes what looks at it, too. */
async function openLive(folder: string, files: readonly string[] = []) {
  const live = await Live.open(folder, files, { asOf, today: asOf });
  return {
    live,
    send: (events: readonly TestEvent[]) =>
      live.applier.apply({ via: "http", lines: events.map((event) => JSON.stringify(event)) }),
    async [Symbol.asyncDispose]() {
      await live[Symbol.asyncDispose]();
      await live.explorer[Symbol.asyncDispose]();
    },
  };
}

const rowsOf = async (engine: DuckDBEngine, table: string, key: string) =>
  (await engine.query(raw(`select * from ${table} order by ${key}`))).rows;

/** The engine adds in several threads: the last digits of a sum depend on who is first. */
const rounded = (figures: unknown): unknown =>
  JSON.parse(
    JSON.stringify(figures, (_, value: unknown) =>
      typeof value === "number" ? Number(value.toPrecision(12)) : value,
    ),
  );

/** What the files of a state say on a day. */
async function analysed(state: SourceState, day: string): Promise<Record<string, unknown>> {
  await using folder = await temporaryFolder();
  await using portfolio = await openPortfolio(await writeFiles(folder.path, state), { asOf: day });
  const figures: Record<string, unknown> = {};
  for (const id of keptIds) {
    try {
      figures[id] = rounded((await portfolio.run(id)).rows);
    } catch {
      // not computable, there or here
    }
  }
  return figures;
}

async function kept(live: Live, day: string): Promise<Record<string, unknown>> {
  const figures: Record<string, unknown> = {};
  for (const id of keptIds) {
    const { days } = await live.history.of(id);
    const found = days.find((one) => one.day === day);
    if (found !== undefined) figures[id] = rounded(found.rows);
  }
  return figures;
}

const event = (event: Partial<TestEvent> & Pick<TestEvent, "type" | "subject" | "time">): TestEvent => ({
  id: "e",
  source: "/core",
  sequence: 1,
  op: "upsert",
  ...event,
});
const balance = (subject: string, time: string, sequence: number, usd: number) =>
  event({ type: "balance", subject, time, sequence, data: { balance_usd: usd } });

describe("a day that is over", { timeout: 120_000 }, () => {
  test("has the figures of files that state the same, and late events correct it", async () => {
    await using folder = await temporaryFolder();
    await using opened = await openLive(join(folder.path, "workspace"), await writeFiles(folder.path, base));
    const { live, send } = opened;
    const first = [
      balance("1", "2026-03-01T10:00:00Z", 5, 4321),
      event({ type: "customer", subject: "2", time: "2026-03-01T11:00:00Z", op: "delete" }),
      event({
        ...{ type: "card", subject: "90", time: "2026-03-02T09:00:00Z" },
        data: { user_id: "3", brand: "Visa", type: "credit", credit_limit_usd: 700, expires_on: "2026-04" },
      }),
      balance("1", "2026-03-04T08:00:00Z", 6, 10),
    ];
    await send(first);
    await live.history.catchUp();
    const days = ["2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03"];
    expect((await live.history.days()).slice(0, 4)).toEqual(days);
    for (const day of days)
      expect(await kept(live, day), day).toEqual(await analysed(stateAfter(base, first, day), day));

    const late = [balance("3", "2026-03-02T23:59:59Z", 3, 8765)];
    await send(late);
    const before = await kept(live, "2026-03-01");
    await live.history.catchUp();
    const all = [...first, ...late];
    for (const day of days)
      expect(await kept(live, day), day).toEqual(await analysed(stateAfter(base, all, day), day));
    expect(await kept(live, "2026-03-01")).toEqual(before);
    // only what follows the late event knows of it
    const { days: told } = await live.history.of("portfolio-summary");
    expect(told.slice(0, 4).map(({ position }) => position)).toEqual([4, 4, 5, 5]);
  });

  test("is computed after a restart where it was not before", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "workspace");
    const sent = [balance("1", "2026-03-01T10:00:00Z", 5, 99), balance("1", "2026-03-02T10:00:00Z", 6, 98)];
    {
      await using opened = await openLive(path, await writeFiles(folder.path, base));
      await opened.send(sent);
    }
    await using opened = await openLive(path);
    await expect.poll(() => opened.live.history.days(), { timeout: 30_000 }).toContain("2026-03-01");
    await opened.live.history.catchUp();
    expect(await kept(opened.live, "2026-03-01")).toEqual(
      await analysed(stateAfter(base, sent, "2026-03-01"), "2026-03-01"),
    );
  });

  test("the present day is as the pages have it", async () => {
    await using folder = await temporaryFolder();
    await using opened = await openLive(join(folder.path, "workspace"), await writeFiles(folder.path, base));
    const { days, analysis } = await opened.live.history.of("portfolio-summary");
    expect(analysis).toBe(analyses["portfolio-summary"]);
    expect(days.map(({ day }) => day)).toEqual([asOf]);
    expect(days[0]?.rows[0]).toMatchObject({ customers: 12, cards: 24 });
    const compared = await opened.live.history.compare(asOf, asOf);
    expect(compared.map(({ analysis: { id } }) => id)).toContain("utilisation");
    expect(compared.every(({ rows }) => rows.every(({ from, to }) => from !== null && to !== null))).toBe(
      true,
    );
    await expect(opened.live.history.compare("2020-01-01", asOf)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await expect(opened.live.history.of("expiring-cards")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("closing stops what is computed", async () => {
    await using folder = await temporaryFolder();
    const opened = await openLive(join(folder.path, "workspace"), await writeFiles(folder.path, base));
    await opened.send([
      balance("1", "2025-01-01T10:00:00Z", 1, 1),
      balance("1", "2026-03-02T10:00:00Z", 2, 2),
    ]);
    const working = opened.live.history.catchUp().catch(() => {});
    await new Promise((done) => setTimeout(done, 300));
    const started = performance.now();
    await opened[Symbol.asyncDispose]();
    expect(performance.now() - started).toBeLessThan(5_000);
    await working;
  });
});

const days = ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"];
const anyEvent: fc.Arbitrary<TestEvent> = fc
  .record({
    source: fc.constantFrom("/a", "/b"),
    type: fc.constantFrom("customer", "card", "balance"),
    subject: fc.constantFrom("1", "2", "3", "40"),
    day: fc.constantFrom(...days),
    hour: fc.integer({ min: 0, max: 23 }),
    sequence: fc.integer({ min: 0, max: 5 }),
    op: fc.constantFrom("upsert", "upsert", "delete"),
    value: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ day, hour, value, type, op, ...rest }) => ({
    ...rest,
    id: "e",
    type: type as TestEvent["type"],
    op: op as TestEvent["op"],
    time: `${day}T${String(hour).padStart(2, "0")}:00:00.000Z`,
    ...(op === "upsert" && {
      data:
        type === "customer"
          ? { age: 30 + value, annual_income_usd: 1000 * value }
          : type === "card"
            ? { user_id: String(value), brand: "Visa", type: "credit", credit_limit_usd: 100 * value }
            : { balance_usd: 10 * value },
    }),
  }));

/** A sequence names one change: who sends it again sends the same. */
function consistent(batches: readonly (readonly TestEvent[])[]): TestEvent[][] {
  const known = new Map<string, TestEvent>();
  return batches.map((batch) =>
    batch.map((one) => {
      const key = [one.type, one.subject, one.source, one.sequence].join("|");
      const same = known.get(key) ?? one;
      known.set(key, same);
      return same;
    }),
  );
}

describe("the state on a day", { timeout: 300_000 }, () => {
  test("is the oracle's, for every order of events, and folding the log changes nothing after it", async () => {
    await using files = await temporaryFolder();
    await using made = await temporaryFolder();
    {
      await using _made = await Workspace.open(made.path, await writeFiles(files.path, base), { asOf });
    }
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyEvent, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...days),
        async (random, cut) => {
          const batches = consistent(random);
          await using folder = await temporaryFolder();
          await cp(made.path, folder.path, { recursive: true });
          await using workspace = await Workspace.open(folder.path, []);
          await using applier = await Applier.open(workspace, { onCommit: () => {} });
          const send = (events: readonly TestEvent[]) =>
            applier.apply({ via: "http", lines: events.map((one) => JSON.stringify(one)) });
          for (const batch of batches) await send(batch);
          const came = batches.flat();
          await using engine = await workspace.engine.connect();
          const stateOf = (day?: string) =>
            inState(
              workspace,
              async (state, schema) => ({
                users: await rowsOf(state, `${schema}.users`, "user_id"),
                cards: await rowsOf(state, `${schema}.cards`, "card_id"),
              }),
              day === undefined ? "now" : { until: day },
            );
          const compare = (found: Awaited<ReturnType<typeof stateOf>>, day?: string) => {
            const expected = stateAfter(base, came, day);
            const briefly = {
              customers: Object.fromEntries(
                [...expected.customers].map(([key, row]) => [key, row["annual_income_usd"] ?? null]),
              ),
              cards: Object.fromEntries(
                [...expected.cards].map(([key, row]) => [
                  key,
                  [Number(row["user_id"]), row["credit_limit_usd"], row["balance_usd"] ?? null],
                ]),
              ),
            };
            expect({
              customers: Object.fromEntries(
                found.users.map((row) => [row["user_id"], row["annual_income_usd"]]),
              ),
              cards: Object.fromEntries(
                found.cards.map((row) => [
                  row["card_id"],
                  [row["user_id"], row["credit_limit_usd"], row["balance_usd"]],
                ]),
              ),
            }).toEqual(briefly);
          };
          for (const day of days) compare(await stateOf(day), day);
          const now = await stateOf();
          compare(now);
          // the log says the same as the heads
          expect(await stateOf("9999-12-30")).toEqual(now);
          await foldUntil(engine, cut);
          for (const day of days.filter((one) => one >= cut)) compare(await stateOf(day), day);
          expect(await stateOf("9999-12-30")).toEqual(now);
          // events that come later, for days that are folded as well
          const again = came.map((one) => ({ ...one, sequence: one.sequence + 3 })).reverse();
          await send(again);
          came.push(...again);
          compare(await stateOf());
          compare(await stateOf("9999-12-30"));
        },
      ),
      { numRuns: 20 },
    );
  });
});
