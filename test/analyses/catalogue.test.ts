import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AnyAnalysis } from "../../src/analyses/analysis.ts";
import { analyses } from "../../src/analyses/index.ts";
import { models } from "../../src/models/build.ts";
import { expertProfile } from "../../src/models/expert-profile.ts";
import { measureValues } from "../../src/schema/measures.ts";
import { fixture } from "./fixture.ts";
import { portfolioWithOutcomes } from "./learnt.ts";
import { type AnalysisId, Desk, ids, learnt } from "./portfolio.ts";

/** DESIGN 6: ids and columns are a contract; more columns may follow. */
const contract: Readonly<Record<string, string>> = {
  "portfolio-summary":
    "customers, cards, credit_cards, debit_cards, prepaid_cards, cards_per_customer_mean, cards_per_customer_median, customers_with_several_cards, customers_without_credit_card, credit_limit_usd, cards_valid, credit_limit_valid_usd, customers_without_valid_credit_card, customers_without_valid_card, total_debt_usd, income_median_usd, age_mean, age_median, credit_score_mean",
  "numeric-summary": "measure, customers, missing, mean, std, min, p25, median, p75, p90, p99, max",
  "age-distribution": "band, customers, share",
  "income-distribution": "band, customers, share",
  "gender-ratio": "value, customers, share",
  "employment-status": "value, customers, share",
  "retirement-horizon": "band, customers, share",
  "customers-by-state": "state, customers, share, income_median_usd, debt_to_income_median",
  "cards-per-customer": "cards, customers, share",
  "customers-with-several-cards": "user_id, cards, credit_cards, debit_cards, prepaid_cards",
  "cards-by-brand-and-type": "brand, type, cards, share, credit_limit_mean_usd, credit_limit_median_usd",
  "ownership-by-segment":
    "dimension, segment, customers, cards_per_customer, valid_cards_per_customer, share_with_credit_card, share_low, share_high, cards_per_customer_age_standardised, small",
  "accounts-opened": "year, cards",
  "card-security": "finding, cards, share",
  "credit-score-bands": "band, customers, share, debt_to_income_mean",
  "debt-tiers": "tier, customers, share",
  "debt-to-income": "customers, mean, median, ratio_of_sums, customers_high_debt, share_high_debt",
  "risk-matrix": "score_band, debt_tier, customers",
  "high-debt-customers": "user_id, debt_to_income, total_debt_usd, annual_income_usd, credit_score",
  "high-risk-customers": "user_id, credit_score, score_band, debt_to_income, utilisation, reasons",
  utilisation: "band, customers, share",
  correlations: "x, y, pearson, spearman, customers",
  "card-expiry": "status, cards, credit_cards, debit_cards, prepaid_cards, this_month, not_yet_opened",
  "expiry-calendar": "month, cards, credit_cards",
  "expiring-cards": "card_id, user_id, brand, type, expires_on, premium_audience",
  "marketing-audiences": "audience, customers, also_high_debt, without_credit_card",
  "selection-fairness":
    "selection, dimension, group, selected, customers, rate, ratio, ratio_low, ratio_high",
  offers: "offer, kind, customers, eligible, excluded, why",
  "offer-candidates": "user_id, offer, reason, excluded_because",
  "default-watchlist":
    "user_id, rank, model, pd, score, band, reasons, change, missing_inputs, reference_rate",
  "expected-loss": "band, customers",
  segments: "segment, customers, share",
  "model-validation": "candidate, metric, value, low, high",
};

it("has every analysis of the design, with its columns in order", () => {
  for (const [id, columns] of Object.entries(contract)) {
    const analysis: AnyAnalysis = analyses[id as AnalysisId];
    expect(Object.keys(analysis.columns).slice(0, columns.split(", ").length).join(", "), id).toBe(columns);
  }
});

describe.each(ids)("%s", (id) => {
  const analysis: AnyAnalysis = analyses[id];

  it("is found under its own id and explains itself", () => {
    expect(analysis.id).toBe(id);
    for (const text of [analysis.title, analysis.question, analysis.grain, analysis.definition])
      expect(text.length).toBeGreaterThan(2);
    expect(analysis.question).toMatch(/\?$/);
    expect(analysis.grain).toMatch(/^one row /);
    for (const column of Object.values(analysis.columns))
      expect(column).toMatchObject({ doc: /./, label: /./ });
  });

  it("draws columns that it has", () => {
    const { mark, ...channels } = analysis.chart;
    expect(mark).toBeTruthy();
    for (const column of Object.values(channels).filter((name) => name !== true))
      expect(Object.keys(analysis.columns)).toContain(column);
  });
});

describe("portable SQL", () => {
  let desk: Desk;
  const texts = new Map<string, string>(
    models.map((model) => [
      model,
      readFileSync(new URL(`../../src/models/marts/${model}.sql`, import.meta.url), "utf8"),
    ]),
  );
  beforeAll(async () => {
    desk = await (await Desk.open()).load(fixture);
    for (const id of ids.filter((name) => !learnt.includes(name))) texts.set(id, (await desk.run(id)).sql);
    await desk.load(portfolioWithOutcomes(800));
    for (const id of learnt) texts.set(id, (await desk.run(id)).sql);
    texts.set("expert_profile", expertProfile(measureValues()));
  });
  afterAll(() => desk[Symbol.asyncDispose]());

  it.each([...models, "expert_profile", ...ids])("%s keeps to the core", (name) => {
    const code = withoutTexts(texts.get(name) ?? "");
    for (const [what, pattern] of Object.entries(forbidden)) expect(code, what).not.toMatch(pattern);
    expect(unordered(code)).toEqual([]);
    expect(groupedByAlias(code)).toEqual([]);
  });

  it("the lint finds what it looks for", () => {
    expect(unordered("select a from t order by a, b nulls last")).toEqual(["a"]);
    expect(unordered("sum(a) over (order by a nulls last rows between 1 and 2)")).toEqual([]);
    expect(groupedByAlias("select lower(a) as b, count(*) from t group by b")).toEqual(["b"]);
    expect(groupedByAlias("select a, count(*) as n from t group by a")).toEqual([]);
  });
});

const forbidden = {
  "a cast with ::": /::/,
  "a quoted identifier": /"/,
  qualify: /\bqualify\b/i,
  "group by all": /\bgroup\s+by\s+all\b/i,
  exclude: /\bexclude\b/i,
  "greatest and least, which treat nulls differently": /\b(greatest|least)\s*\(/i,
  concat: /\bconcat\w*\s*\(/i,
  ilike: /\bilike\b/i,
  "iif and if": /\bi?if\s*\(/i,
  nvl: /\b(nvl|ifnull)\s*\(/i,
  // of a small input on several threads it now and then breaks DuckDB 1.5.5, and the database with it
  "a window over all rows, where a scalar subquery does": /\bover\s*\(\s*\)/i,
  "a window over all rows, sorted": /\b(?:over|window\s+\w+\s+as)\s*\(\s*order\s+by\b/i,
};

/** Comments and text say anything. */
const withoutTexts = (sql: string): string =>
  sql.replaceAll(/--.*$/gm, "").replaceAll(/'(?:[^']|'')*'/g, "''");

/** The text up to the parenthesis that closes what is around it. */
function inside(text: string): string {
  let depth = 0;
  for (const [i, character] of [...text].entries()) {
    if (character === "(") depth++;
    if (character === ")" && --depth < 0) return text.slice(0, i);
  }
  return text;
}

/** The parts between commas that no parenthesis holds. */
const parts = (text: string): string[] =>
  text
    .replaceAll(/\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/g, (group) => group.replaceAll(",", " "))
    .split(",")
    .map((part) => part.trim());

/** Terms of an ORDER BY that do not say where nulls go. */
const unordered = (sql: string): string[] =>
  [...sql.matchAll(/order\s+by\b/gi)].flatMap(({ 0: found, index }) =>
    parts(inside(sql.slice(index + found.length)).replace(/\b(rows|range)\s+between[\s\S]*$/i, "")).filter(
      (term) => !/nulls\s+last$/i.test(term),
    ),
  );

/** Columns of a GROUP BY that its own SELECT makes. */
const groupedByAlias = (sql: string): string[] =>
  [...sql.matchAll(/group\s+by\b/gi)].flatMap(({ 0: found, index }) => {
    const select = sql.slice(sql.slice(0, index).toLowerCase().lastIndexOf("select"), index);
    const made = new Set([...select.matchAll(/\bas\s+(\w+)/gi)].map(([, alias]) => alias));
    const list = inside(sql.slice(index + found.length)).split(
      /\b(?:order\s+by|window|union|having|select)\b/i,
    )[0];
    return parts(list ?? "").filter((term) => made.has(term));
  });
