import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { analyses } from "../../src/analyses/index.ts";
import { runAnalysis } from "../../src/analyses/run.ts";
import { answer } from "../../src/explore/answer.ts";
import { Explorer } from "../../src/explore/explorer.ts";
import { type Look, wholePortfolio } from "../../src/explore/look.ts";
import { Results } from "../../src/explore/results.ts";
import { writeSample } from "../../src/sample/sample.ts";
import { raw } from "../../src/sql/statement.ts";

let folder: string;
let files: readonly string[];
let explorer: Explorer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cardscope-learnt-"));
  const { users, cards } = await writeSample(folder, {
    customers: 2_500,
    seed: 7,
    format: "csv",
    brief: false,
  });
  files = [users, cards];
  explorer = await Explorer.open(files);
}, 120_000);
afterAll(async () => {
  await explorer[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const rowsAt = (look: Look, text: string) =>
  explorer.at(look, async ({ engine, view }) => (await engine.query(raw(view.narrow?.(text) ?? text))).rows);
const watchlist = (look: Look) =>
  explorer.at(look, async ({ engine, view }) => {
    const { rows } = await runAnalysis(analyses["default-watchlist"], engine, view);
    return rows;
  });

test("looks that ask at once are answered by one training, beside which others are", {
  timeout: 120_000,
}, async () => {
  const learning = explorer.learner.learnt();
  expect(explorer.learner.learnt()).toBe(learning);
  let longest = 0;
  let last = performance.now();
  const clock = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  const [all, , other] = await Promise.all([
    watchlist(wholePortfolio),
    explorer.at(wholePortfolio, ({ engine }) => engine.query(raw("select count(*) as n from users"))),
    watchlist({ ...wholePortfolio, settings: { "risk_band.pd_very_high": 0.5 } }),
  ]);
  clearInterval(clock);
  expect(longest).toBeLessThan(2_000);
  expect(all[0]?.model).toBe("scorecard");
  expect(other.map(({ user_id, pd }) => [user_id, pd])).toEqual(all.map(({ user_id, pd }) => [user_id, pd]));
  const inBand = (rows: typeof all) => rows.filter(({ band }) => band === "very_high").length;
  expect(inBand(other)).toBeLessThan(inBand(all));
});

test("a part of the portfolio keeps its places among all", async () => {
  const all = await watchlist(wholePortfolio);
  const part = await watchlist({ ...wholePortfolio, filters: { score: { low: null, high: 640 } } });
  expect(part.length).toBeGreaterThan(10);
  expect(part.length).toBeLessThan(all.length);
  expect(part).toEqual(all.filter(({ credit_score: score }) => score !== null && score < 640));
});

test("another day is scored by the model of the day that was opened", async () => {
  const { asOf } = explorer.portfolio;
  const later: Look = { ...wholePortfolio, asOf: `${Number(asOf.slice(0, 4)) + 10}-01-31` };
  const [row] = await rowsAt(
    later,
    "select count(*) as n, count(*) filter (where missing_inputs like '%utilisation%') as m, count(pd) as p from default_profile",
  );
  // by then every card has expired: nobody's utilisation is known, and everybody has a probability
  expect(row).toEqual({ n: 2_500, m: 2_500, p: 2_500 });
  const [now] = await rowsAt(
    wholePortfolio,
    "select count(*) filter (where missing_inputs is null) as n from default_profile",
  );
  expect(Number(now?.["n"])).toBeGreaterThan(1_000);
});

test("a query of a reader's sees late models, narrowed to the look", async () => {
  const limits = { rows: 10, seconds: 30, bytes: 10_000 };
  const look: Look = { ...wholePortfolio, filters: { score: { low: null, high: 640 } } };
  const count = (at: Look) =>
    explorer.at(at, ({ engine, view }) =>
      answer(engine, "select count(*) as n from Default_Profile", limits, { narrow: view.narrow }),
    );
  const [[all], [part]] = [(await count(wholePortfolio)).rows, (await count(look)).rows];
  expect(all).toEqual([2_500]);
  const [selected] = await rowsAt(look, "select count(*) as n from customer_profile");
  expect(part).toEqual([selected?.["n"]]);
});

test("what is lacking is said by the look's own assumptions", async () => {
  const results = new Results(explorer);
  const ids = ["expected-loss", "expected-loss-sensitivity"] as const;
  const without = await results.at(wholePortfolio, ids);
  expect(without.notComputable.map(({ because }) => because)).toEqual(
    ids.map(() => expect.stringContaining("--set expected_loss.lgd=…")),
  );
  const look = { ...wholePortfolio, settings: { "expected_loss.lgd": 0.45, "expected_loss.ccf": 0.4 } };
  const given = await results.at(look, ids);
  expect(given.notComputable).toEqual([]);
  expect(given.results[0]?.insight).toContain("a loss given default of 0.45 and a conversion factor of 0.40");
});

test("closing ends a training that runs", { timeout: 60_000 }, async () => {
  const other = await Explorer.open(files);
  const learning = other.learner.learnt();
  await other[Symbol.asyncDispose]();
  await expect(learning).rejects.toThrow();
});
