import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AnyAnalysis } from "../../src/analyses/analysis.ts";
import { analyses } from "../../src/analyses/index.ts";
import type { ResultRow } from "../../src/engines/engine.ts";
import { Inputs, type SourceColumn } from "../../src/schema/inputs.ts";
import { cards, fixture, users } from "./fixture.ts";
import { type AnalysisId, card, Desk, drop, ids, learnt, sourceColumns, user, without } from "./portfolio.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
});
afterAll(() => desk[Symbol.asyncDispose]());

/** The rows, after what holds for every result was looked at; undefined when there is nothing to say. */
async function look(id: AnalysisId): Promise<readonly ResultRow[] | undefined> {
  const result = await desk.try(id);
  if (result === undefined) return undefined;
  const { rows, insight } = result;
  expect(insight, id).toMatch(/^\S.*[.!]$/s);
  expect(insight, id).not.toMatch(/undefined|NaN|null|Infinity|\[object/);
  const columns: AnyAnalysis["columns"] = analyses[id].columns;
  for (const row of rows as unknown as readonly ResultRow[]) {
    expect(Object.keys(row), id).toEqual(Object.keys(columns));
    for (const [name, value] of Object.entries(row)) {
      if (typeof value === "number") expect(Number.isFinite(value), `${id}.${name}`).toBe(true);
      if (value === null) expect(columns[name].nullable, `${id}.${name} is null`).toBe(true);
    }
  }
  return rows as unknown as readonly ResultRow[];
}

/** Numbers rounded so that the order in which they were added does not show. */
const rounded = (rows: readonly ResultRow[] | undefined) =>
  rows?.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        typeof value === "number" ? Number(value.toPrecision(9)) : value,
      ]),
    ),
  );

async function everyResult(): Promise<Record<string, unknown>> {
  const results: Record<string, unknown> = {};
  for (const id of ids) results[id] = rounded(await look(id));
  return results;
}

describe("portfolios with little in them", () => {
  const knownUser = users[0] ?? user(1);
  const knownCard = cards[0] ?? card(1, 1);
  it.each([
    ["no rows", { users: [], cards: [] }],
    ["no cards", { users, cards: [] }],
    ["no customers", { users: [], cards }],
    ["one customer and one card", { users: [knownUser], cards: [knownCard] }],
    ["customers of whom nothing is known", { users: [user(1), user(2)], cards: [card(1, 1), card(2, 9)] }],
  ])("%s", async (_, portfolio) => {
    await desk.load(portfolio);
    for (const id of ids) {
      const rows = await look(id);
      if (!learnt.includes(id)) expect(rows, id).toBeDefined();
    }
  });

  it("an empty portfolio has its closed categories and no shares", async () => {
    await desk.load({ users: [], cards: [] });
    for (const id of ["age-distribution", "credit-score-bands", "debt-tiers", "utilisation"] as const) {
      const rows = await desk.rows(id);
      expect(rows.length).toBeGreaterThan(3);
      for (const row of rows) expect(row).toMatchObject({ customers: 0, share: null });
    }
  });
});

// Worked out from the design: what has nothing left, and what becomes null, when the files lack one column.
const lacking: Readonly<
  Partial<
    Record<
      SourceColumn,
      { refused?: readonly AnalysisId[]; nulls?: readonly string[]; offers?: readonly string[] }
    >
  >
> = {
  "users.age": {
    refused: ["age-distribution", "retirement-horizon"],
    nulls: [
      "portfolio-summary.age_mean",
      "portfolio-summary.age_median",
      "ownership-by-segment.cards_per_customer_age_standardised",
      "rates-by-segment.age_standardised",
    ],
    offers: ["retirement-information"],
  },
  "users.retirement_age": { refused: ["retirement-horizon"], offers: ["retirement-information"] },
  "users.gender": { refused: ["gender-ratio"] },
  "users.defaulted": {
    nulls: [
      "default-bands.defaults",
      "default-bands.default_rate",
      "default-scores.defaults",
      "default-scores.default_rate",
    ],
  },
  "users.annual_income_usd": {
    refused: [
      "income-distribution",
      "debt-tiers",
      "debt-to-income",
      "risk-matrix",
      "high-debt-customers",
      "marketing-audiences",
      "audience-members",
    ],
    nulls: [
      "portfolio-summary.income_median_usd",
      "customers-by-state.income_median_usd",
      "customers-by-state.debt_to_income_median",
      "customers-by-city.income_median_usd",
      "customers-by-city.debt_to_income_median",
      "credit-score-bands.debt_to_income_mean",
      "high-risk-customers.debt_to_income",
      "expiring-cards.premium_audience",
      "default-watchlist.annual_income_usd",
      "default-watchlist.debt_to_income",
    ],
    offers: [
      "hardship-outreach",
      "first-credit-card",
      "credit-card-return",
      "premium-upgrade",
      "credit-line-review",
      "balance-transfer",
    ],
  },
  "users.total_debt_usd": {
    refused: ["debt-tiers", "debt-to-income", "risk-matrix", "high-debt-customers"],
    nulls: [
      "portfolio-summary.total_debt_usd",
      "customers-by-state.debt_to_income_median",
      "customers-by-city.debt_to_income_median",
      "credit-score-bands.debt_to_income_mean",
      "high-risk-customers.debt_to_income",
      "marketing-audiences.also_high_debt",
      "audience-members.total_debt_usd",
      "audience-members.debt_to_income",
      "default-watchlist.total_debt_usd",
      "default-watchlist.debt_to_income",
      "default-bands.total_debt_usd",
      "default-cut-offs.total_debt_beyond_usd",
    ],
    offers: [
      "hardship-outreach",
      "first-credit-card",
      "credit-card-return",
      "premium-upgrade",
      "credit-line-review",
      "balance-transfer",
    ],
  },
  "users.credit_score": {
    refused: [
      "credit-score-bands",
      "risk-matrix",
      "high-risk-customers",
      "marketing-audiences",
      "audience-members",
    ],
    nulls: [
      "portfolio-summary.credit_score_mean",
      "high-debt-customers.credit_score",
      "expiring-cards.premium_audience",
      "default-watchlist.credit_score",
      "default-watchlist.reference_rate",
    ],
    offers: [
      "hardship-outreach",
      "first-credit-card",
      "credit-card-return",
      "premium-upgrade",
      "credit-line-review",
      "balance-transfer",
    ],
  },
  "users.state": { refused: ["customers-by-state"], nulls: ["customers-by-city.state"] },
  "users.city": { refused: ["customers-by-city"] },
  "cards.brand": { nulls: ["cards-by-brand-and-type.brand", "expiring-cards.brand"] },
  "cards.type": {
    refused: ["utilisation", "expected-loss", "expected-loss-sensitivity"],
    nulls: [
      "portfolio-summary.credit_cards",
      "portfolio-summary.debit_cards",
      "portfolio-summary.prepaid_cards",
      "portfolio-summary.customers_without_credit_card",
      "portfolio-summary.credit_limit_usd",
      "portfolio-summary.credit_limit_valid_usd",
      "portfolio-summary.customers_without_valid_credit_card",
      "customers-with-several-cards.credit_cards",
      "customers-with-several-cards.debit_cards",
      "customers-with-several-cards.prepaid_cards",
      "cards-by-brand-and-type.type",
      "ownership-by-segment.share_with_credit_card",
      "ownership-by-segment.share_low",
      "ownership-by-segment.share_high",
      "high-risk-customers.utilisation",
      "card-expiry.credit_cards",
      "card-expiry.debit_cards",
      "card-expiry.prepaid_cards",
      "expiry-calendar.credit_cards",
      "expiring-cards.type",
      "marketing-audiences.without_credit_card",
      "audience-members.credit_cards",
      "default-watchlist.utilisation",
      "default-watchlist.balance_valid_usd",
      "default-bands.balance_valid_usd",
      "default-cut-offs.balance_beyond_usd",
      "default-watchlist.credit_limit_valid_usd",
      "default-bands.credit_limit_valid_usd",
      "default-cut-offs.credit_limit_beyond_usd",
    ],
    offers: [
      "first-credit-card",
      "credit-card-return",
      "premium-upgrade",
      "credit-line-review",
      "balance-transfer",
    ],
  },
  "cards.credit_limit_usd": {
    refused: ["utilisation", "expected-loss", "expected-loss-sensitivity"],
    nulls: [
      "portfolio-summary.credit_limit_usd",
      "portfolio-summary.credit_limit_valid_usd",
      "cards-by-brand-and-type.credit_limit_mean_usd",
      "cards-by-brand-and-type.credit_limit_median_usd",
      "high-risk-customers.utilisation",
      "default-watchlist.utilisation",
      "default-watchlist.balance_valid_usd",
      "default-bands.balance_valid_usd",
      "default-cut-offs.balance_beyond_usd",
      "default-watchlist.credit_limit_valid_usd",
      "default-bands.credit_limit_valid_usd",
      "default-cut-offs.credit_limit_beyond_usd",
    ],
    offers: ["credit-line-review", "balance-transfer"],
  },
  "cards.balance_usd": {
    refused: ["utilisation", "expected-loss", "expected-loss-sensitivity"],
    nulls: [
      "high-risk-customers.utilisation",
      "default-watchlist.utilisation",
      "default-watchlist.balance_valid_usd",
      "default-bands.balance_valid_usd",
      "default-cut-offs.balance_beyond_usd",
    ],
    offers: ["balance-transfer"],
  },
  "cards.opened_on": { refused: ["accounts-opened"], nulls: ["card-expiry.not_yet_opened"] },
  "cards.expires_on": {
    refused: [
      "card-expiry",
      "expiry-calendar",
      "expiring-cards",
      "utilisation",
      "expected-loss",
      "expected-loss-sensitivity",
    ],
    nulls: [
      "portfolio-summary.cards_valid",
      "portfolio-summary.credit_limit_valid_usd",
      "portfolio-summary.customers_without_valid_credit_card",
      "portfolio-summary.customers_without_valid_card",
      "ownership-by-segment.valid_cards_per_customer",
      "card-security.valid_cards",
      "high-risk-customers.utilisation",
      "default-watchlist.utilisation",
      "default-watchlist.balance_valid_usd",
      "default-bands.balance_valid_usd",
      "default-cut-offs.balance_beyond_usd",
      "default-watchlist.credit_limit_valid_usd",
      "default-bands.credit_limit_valid_usd",
      "default-cut-offs.credit_limit_beyond_usd",
    ],
    offers: [
      "card-renewal",
      "chip-upgrade",
      "first-credit-card",
      "credit-card-return",
      "premium-upgrade",
      "credit-line-review",
      "balance-transfer",
    ],
  },
  "cards.has_chip": { offers: ["chip-upgrade"] },
};

describe("files that lack one column", () => {
  const silent = (id: AnalysisId, rows: readonly ResultRow[]) =>
    Object.keys(analyses[id].columns)
      .filter((name) => rows.every((row) => row[name] === null))
      .map((name) => `${id}.${name}`);
  let before: Set<string>;
  beforeAll(async () => {
    await desk.load(fixture);
    before = new Set();
    for (const id of ids) for (const name of silent(id, (await look(id)) ?? [])) before.add(name);
  });

  it.each(sourceColumns)("%s", async (column) => {
    await desk.load(drop(fixture, column), { inputs: without(column) });
    const { refused = [], nulls = [], offers = [] } = lacking[column] ?? {};
    const refusals: AnalysisId[] = [];
    const nulled: string[] = [];
    for (const id of ids) {
      const rows = await look(id);
      if (learnt.includes(id)) continue;
      if (rows === undefined) refusals.push(id);
      else nulled.push(...silent(id, rows).filter((name) => !before.has(name)));
    }
    expect(refusals.toSorted()).toEqual(refused.toSorted());
    expect(nulled.toSorted()).toEqual(nulls.toSorted());

    const untold = (await desk.rows("offers")).filter((row) => row["customers"] === null);
    expect(untold.map((row) => row["offer"])).toEqual(offers);
    for (const row of untold) {
      expect(row).toMatchObject({ eligible: null, excluded: null });
      expect(row["why"]).toMatch(/^not computable: no .* column$/);
    }
    const selections = new Set((await desk.rows("selection-fairness")).map((row) => row["selection"]));
    for (const offer of offers) expect(selections).not.toContain(offer);
    const offered = new Set((await desk.rows("offer-candidates")).map((row) => row["offer"]));
    for (const offer of offers) expect(offered).not.toContain(offer);
  });

  it("leaves out the rows of a measure, a finding or a dimension whose column is missing", async () => {
    const columns: SourceColumn[] = ["users.age", "users.employment_status", "cards.has_chip"];
    await desk.load(drop(fixture, ...columns), { inputs: without(...columns) });
    const of = async (id: AnalysisId, name: string) => [
      ...new Set((await desk.rows(id)).map((row) => row[name])),
    ];
    expect(await of("numeric-summary", "measure")).not.toContain("age");
    expect(await of("correlations", "x")).not.toContain("age");
    expect(await of("card-security", "finding")).toEqual(["old_pin", "on_dark_web"]);
    expect(await of("ownership-by-segment", "dimension")).toEqual(["income_band", "score_band"]);
    expect(await of("selection-fairness", "dimension")).toEqual(["gender"]);
  });

  it("says what an offer could not test", async () => {
    const columns: SourceColumn[] = ["cards.balance_usd", "cards.opened_on"];
    await desk.load(drop(fixture, ...columns), { inputs: without(...columns) });
    const why = async (offer: string) =>
      (await desk.rows("offers")).find((row) => row["offer"] === offer)?.["why"];
    expect(await why("credit-line-review")).toMatch(/^utilisation untested; time since opening untested; /);
    expect(await why("balance-transfer")).toBe("not computable: no balance column");
  });

  it("derives retirement, and only that, without a stated status", async () => {
    await desk.load(drop(fixture, "users.employment_status"), {
      inputs: without("users.employment_status"),
    });
    // ages 66 and 70 have reached 66
    const rows = await desk.rows("employment-status");
    expect(rows.map(({ value, customers, derived }) => [value, customers, derived])).toEqual([
      ["retired", 2, 2],
      [null, users.length - 2, 0],
    ]);
    expect((await desk.run("employment-status")).insight).toContain(
      `not computable for the other ${users.length - 2}`,
    );
  });

  it("ids alone leave what counts rows", async () => {
    await desk.load(drop(fixture, ...sourceColumns), { inputs: new Inputs([]) });
    const left: AnalysisId[] = [];
    for (const id of ids) if ((await look(id)) !== undefined) left.push(id);
    expect(left).toEqual([
      "cards-per-customer",
      "customers-with-several-cards",
      "numeric-summary",
      "portfolio-summary",
    ]);
  });
});

it("the order of the rows does not matter", async () => {
  await desk.load(fixture);
  const ordered = await everyResult();
  await desk.load({
    users: users.toReversed(),
    cards: [...cards.slice(9), ...cards.slice(0, 9)].toReversed(),
  });
  expect(await everyResult()).toEqual(ordered);
});

const byAttributes = [
  "age-distribution",
  "income-distribution",
  "gender-ratio",
  "employment-status",
  "retirement-horizon",
  "customers-by-state",
  "customers-by-city",
  "credit-score-bands",
  "debt-tiers",
  "debt-to-income",
  "risk-matrix",
  "high-debt-customers",
  "audience-members",
] as const satisfies readonly AnalysisId[];

it("more cards never multiply customers", async () => {
  const attributes = async () => {
    const results: Record<string, unknown> = {};
    for (const id of byAttributes)
      results[id] = rounded(await desk.rows(id))?.map(({ credit_cards: _, ...row }) => row);
    return results;
  };
  await desk.load(fixture);
  const before = await attributes();
  const owners = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(owners, async (added) => {
      const more = added.map((owner, i) => ({
        ...cards[i % cards.length],
        card_id: 1_000 + i,
        user_id: owner,
      }));
      await desk.load({ users, cards: [...cards, ...(more as typeof cards)] });
      expect(await attributes()).toEqual(before);
    }),
    { numRuns: 5 },
  );
});

describe("parts sum to wholes", () => {
  beforeAll(() => desk.load(fixture));
  const sum = (rows: readonly ResultRow[], name: string) =>
    rows.reduce((total, row) => total + Number(row[name]), 0);

  it.each([
    "age-distribution",
    "income-distribution",
    "gender-ratio",
    "employment-status",
    "retirement-horizon",
    "customers-by-state",
    "customers-by-city",
    "cards-per-customer",
    "credit-score-bands",
    "debt-tiers",
    "risk-matrix",
    "utilisation",
  ] as const)("customers of %s", async (id) => {
    expect(sum(await desk.rows(id), "customers")).toBe(users.length);
  });

  it.each(["cards-by-brand-and-type", "accounts-opened", "card-expiry", "expiry-calendar"] as const)(
    "cards of %s",
    async (id) => {
      expect(sum(await desk.rows(id), "cards")).toBe(cards.length);
    },
  );

  it("a dimension, a measure and a group of selections hold all customers", async () => {
    for (const [id, key] of [
      ["ownership-by-segment", "dimension"],
      ["selection-fairness", "selection"],
    ] as const) {
      const rows = await desk.rows(id);
      for (const part of new Set(rows.map((row) => row[key]))) {
        const inside = rows.filter((row) => row[key] === part);
        const dimensions = new Set(inside.map((row) => row["dimension"])).size;
        expect(sum(inside, "customers")).toBe(users.length * dimensions);
      }
    }
    for (const row of await desk.rows("numeric-summary"))
      expect(Number(row["customers"]) + Number(row["missing"])).toBe(users.length);
  });

  it("counts agree between analyses", async () => {
    const [summary] = await desk.rows("portfolio-summary");
    const [debt] = await desk.rows("debt-to-income");
    const audiences = await desk.rows("marketing-audiences");
    const expiring = (await desk.rows("card-expiry")).find((row) => row["status"] === "expiring");
    expect((await desk.rows("customers-with-several-cards")).length).toBe(
      summary?.["customers_with_several_cards"],
    );
    expect((await desk.rows("high-debt-customers")).length).toBe(debt?.["customers_high_debt"]);
    expect((await desk.rows("audience-members")).length).toBe(sum(audiences, "customers"));
    expect((await desk.rows("expiring-cards")).length).toBe(expiring?.["cards"]);
    expect((await desk.rows("offer-candidates")).length).toBe(sum(await desk.rows("offers"), "eligible"));
  });
});

describe("a row that is there twice", () => {
  beforeAll(() => desk.load(fixture));
  it.each(ids.filter((id) => !learnt.includes(id)))("breaks an invariant of %s", async (id) => {
    const { rows } = await desk.run(id);
    const analysis: AnyAnalysis = analyses[id];
    expect(Object.values(analysis.invariants([...rows, ...rows.slice(0, 1)]))).toContain(false);
  });
});
