import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AnyAnalysis } from "../../src/analyses/analysis.ts";
import { analyses } from "../../src/analyses/index.ts";
import { notComputable, type Result, runAnalysis } from "../../src/analyses/run.ts";
import type { ResultRow } from "../../src/engines/engine.ts";
import type { Explorer, Sight } from "../../src/explore/explorer.ts";
import { type Look, lookParams, wholePortfolio } from "../../src/explore/look.ts";
import { type AnalysisId, ids } from "../analyses/portfolio.ts";
import { looks, open, portfolios } from "./opened.ts";

/** Every analysis at a look; a broken invariant fails. */
async function everyResult({ engine, view }: Sight): Promise<Map<AnalysisId, Result>> {
  const results = new Map<AnalysisId, Result>();
  for (const id of ids) {
    const analysis: AnyAnalysis = analyses[id];
    if (notComputable(analysis, view) === undefined)
      results.set(id, await runAnalysis(analysis, engine, view));
  }
  return results;
}

const rowsOf = (results: ReadonlyMap<AnalysisId, Result>, id: AnalysisId) =>
  (results.get(id)?.rows ?? []) as unknown as readonly ResultRow[];
const sum = (rows: readonly ResultRow[], name: string) =>
  rows.reduce((total, row) => total + Number(row[name] ?? 0), 0);

describe.each(portfolios)("the %s in part", (name) => {
  let explorer: Explorer;
  beforeAll(async () => {
    explorer = await open(name);
  }, 120_000);
  afterAll(() => explorer[Symbol.asyncDispose]());

  it.each([...looks(30, 5)].map((look) => [lookParams(look).toString(), look] as const))(
    "?%s",
    { timeout: 120_000 },
    async (_, look) => {
      const results = await explorer.at(look, everyResult);
      for (const [id, { insight }] of results) {
        expect(insight, id).toMatch(/^\S.*[.!]$/s);
        expect(insight, id).not.toMatch(/undefined|NaN|\bnull\b|Infinity|\[object/);
      }
      const [summary] = rowsOf(results, "portfolio-summary");
      const customers = Number(summary?.["customers"]);
      const cards = Number(summary?.["cards"]);
      for (const id of ["age-distribution", "cards-per-customer", "debt-tiers", "utilisation"] as const)
        if (results.has(id)) expect(sum(rowsOf(results, id), "customers"), id).toBe(customers);
      for (const id of ["card-expiry", "accounts-opened", "cards-by-brand-and-type"] as const)
        if (results.has(id)) expect(sum(rowsOf(results, id), "cards"), id).toBe(cards);
      const held = rowsOf(results, "cards-per-customer").reduce(
        (n, row) => n + Number(row["cards"]) * Number(row["customers"]),
        0,
      );
      const owned = cards - Number(summary?.["cards_without_customer"]);
      expect(held).toBeGreaterThanOrEqual(owned);
      // customers are selected with all of their cards, single cards without the others of their holders
      if (look.grain === "customers") expect(held).toBe(owned);
      const says = results.get("portfolio-summary")?.insight ?? "";
      if (customers > 0) expect(says.includes("selected card")).toBe(held !== owned);
    },
  );
});

describe("what a selection of cards says of their holders", () => {
  const only: Look = { ...wholePortfolio, grain: "cards", filters: { product: { values: ["Visa~credit"] } } };

  it("does not give all cards of theirs to the selection", async () => {
    await using explorer = await open("sample");
    const say = (look: Look) =>
      explorer.at(look, async ({ engine, view }) => {
        const { insight, rows } = await runAnalysis(analyses["portfolio-summary"], engine, view);
        return { insight, row: rows[0] };
      });
    const { insight, row } = await say(only);
    const cards = row?.cards ?? 0;
    const customers = row?.customers ?? 0;
    expect((row?.cards_per_customer_mean ?? 0) * customers).toBeGreaterThan(cards);
    expect(insight).toMatch(/^\d+ selected cards of \d+ customers, who hold \d\.\d\d each on average with /);
    expect(insight).toContain(`${cards} selected cards of ${customers} customers`);
    expect((await say({ ...only, grain: "customers" })).insight).toMatch(/^\d+ customers hold \d+ cards \(/);
  });
});
