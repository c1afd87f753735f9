import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Look } from "../../src/explore/look.ts";
import { wholePortfolio } from "../../src/explore/look.ts";
import { Live } from "../../src/live/live.ts";
import { raw } from "../../src/sql/statement.ts";
import { folder, sampleFiles } from "./portfolio.ts";

let home: Awaited<ReturnType<typeof folder>>;
let live: Live;
beforeEach(async () => {
  home = await folder();
  live = await Live.open(`${home.path}/ws`, await sampleFiles(home.path, 200), { asOf: "2026-10-02" });
});
afterEach(async () => {
  await live[Symbol.asyncDispose]();
  await live.explorer[Symbol.asyncDispose]();
  await home[Symbol.asyncDispose]();
});

let told = 0;
const apply = () =>
  live.applier.apply({
    via: "http",
    lines: [
      JSON.stringify({
        ...{ id: "e", source: "/core", type: "customer", subject: String(900_000 + ++told), sequence: 1 },
        ...{ time: "2026-10-01T12:00:00Z", data: { age: 40, credit_score: 640 } },
      }),
    ],
  });
const published = () => expect.poll(() => live.state.position, { interval: 5, timeout: 10_000 });
const dated = (day: number): Look => ({
  ...wholePortfolio,
  asOf: `2026-08-${String(day).padStart(2, "0")}`,
});
const ignoring = (error: unknown) => {
  if (!(error instanceof DOMException)) throw error;
};

describe("readers of many looks", () => {
  it("do not stop what is published, whether they stay or leave", async () => {
    const troubles = new Set<string | null>();
    let isOver = false;
    const reading = [1, 2, 3].map(async (reader) => {
      for (let day = 1; !isOver; day = (day % 9) + 1) {
        const leaving = reader === 1 ? AbortSignal.timeout(15) : undefined;
        await live.results
          .at(dated(day * 3 - reader + 1), ["portfolio-summary", "card-expiry"], leaving)
          .catch(ignoring);
      }
    });
    const before = live.state.position;
    try {
      for (let i = 0; i < 40; i++) {
        await apply();
        troubles.add(live.state.because);
        await new Promise((done) => setTimeout(done, 50));
      }
      await published().toBe(before + 40);
    } finally {
      isOver = true;
      await Promise.allSettled(reading);
    }
    expect([...troubles]).toEqual([null]);
  }, 60_000);

  it("get figures of one state in each answer, also where what was known is of another", async () => {
    const ids = ["portfolio-summary", "age-distribution"] as const;
    // known, of the state before
    await live.results.at(wholePortfolio, [ids[0]]);
    let go = () => {};
    const held = new Promise<void>((done) => {
      go = done;
    });
    // as many as may read at a time: who asks next waits
    const readers = Array.from({ length: 4 }, () => live.explorer.at(wholePortfolio, () => held));
    const asked = live.results.at(wholePortfolio, ids);
    try {
      await apply();
      await published().toBe(live.state.committed);
    } finally {
      go();
      await Promise.all(readers);
    }
    const customers = (await asked).results.map(({ rows }) =>
      (rows as readonly Record<string, unknown>[]).reduce((n, row) => n + Number(row["customers"]), 0),
    );
    expect(customers).toEqual([201, 201]);
  }, 60_000);
});

const schemas = async (prefix: string) =>
  live.explorer.at(wholePortfolio, async ({ engine }) => {
    const { rows } = await engine.query(
      raw(`select count(*) as n from duckdb_schemas() where schema_name like '${prefix}%'`),
    );
    return Number(rows[0]?.["n"]);
  });

describe("what predictions are of", () => {
  it("stays for whoever reads it, however often they are learnt meanwhile, and goes then", async () => {
    const count = "select count(*) as n from expert_profile";
    await live.explorer.at(wholePortfolio, async ({ engine, learntAt }) => {
      const read = async () => (await engine.query(raw(count))).rows;
      const first = await read();
      const at = learntAt();
      for (let i = 0; i < 3; i++) {
        await apply();
        await published().toBe(live.state.committed);
        await live.explorer.relearn();
      }
      expect(await read()).toEqual(first);
      expect(learntAt()).toBe(at);
    });
    const [now] = await live.explorer.at(
      wholePortfolio,
      async ({ engine }) => (await engine.query(raw(count))).rows,
    );
    expect(Number(now?.["n"])).toBe(203);
    expect(live.state.learnt_position).toBe(live.state.position);
    await expect.poll(() => schemas("frozen_")).toBe(1);
  }, 60_000);

  it("is not kept for looks that nobody has", async () => {
    for (let day = 1; day <= 8; day++) {
      const { results } = await live.results.at(dated(day), ["default-bands"]);
      expect(results.length).toBeGreaterThan(0);
    }
    await expect.poll(() => schemas("look_")).toBeLessThanOrEqual(3);
    // theirs, and that of the whole
    await expect.poll(() => schemas("frozen_")).toBeLessThanOrEqual(4);
  }, 60_000);
});
