import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fixture } from "./fixture.ts";
import { type AnalysisId, type Card, card, Desk, type User, user, without } from "./portfolio.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
});
afterAll(() => desk[Symbol.asyncDispose]());

const row = async (id: AnalysisId, key: string, value: unknown) =>
  (await desk.rows(id)).find((r) => r[key] === value);
const values = async (id: AnalysisId, name: string) => (await desk.rows(id)).map((r) => r[name]);

// Every figure below was worked out by hand from the definitions.

describe("cards on the edges of their months", () => {
  const month = (card_id: number, expires_on: string, opened_on: string | null = null): Card =>
    card(card_id, 1, { type: "credit", expires_on, opened_on });
  const hand = [
    month(1, "2020-01-01"), // to 31 January: expired
    month(2, "2020-02-01"), // to 29 February, the as-of day: the last day counts
    month(3, "2021-01-01"), // to 31 January 2021: within twelve months
    month(4, "2021-02-01"), // to 28 February 2021, twelve months after 29 February: not before it
    month(5, "2024-02-01", "2020-02-01"), // opened in the as-of month
    month(6, "2024-02-01", "2020-03-01"), // opened after the as-of day
  ];

  it("on the leap day", async () => {
    await desk.load({ users: [user(1)], cards: hand });
    expect(await desk.rows("card-expiry")).toMatchObject([
      { status: "expired", cards: 1, this_month: 0, not_yet_opened: 0 },
      { status: "expiring", cards: 2, this_month: 1, not_yet_opened: 0 },
      { status: "later", cards: 3, this_month: 0, not_yet_opened: 1 },
    ]);
    expect(await values("expiring-cards", "card_id")).toEqual([2, 3]);
    expect(await desk.rows("portfolio-summary")).toMatchObject([{ cards: 6, cards_valid: 4 }]);
  });

  it("one day later, when the cliff has come", async () => {
    await desk.load({ users: [user(1)], cards: hand }, { asOf: "2020-03-01" });
    expect(await desk.rows("card-expiry")).toMatchObject([
      { status: "expired", cards: 2 },
      { status: "expiring", cards: 2, this_month: 0 },
      { status: "later", cards: 2, not_yet_opened: 0 },
    ]);
    expect((await desk.run("card-expiry")).insight).not.toContain("at the end of");
  });

  it("within a given number of months", async () => {
    await desk.load({ users: [user(1)], cards: hand }, { settings: { "expiry.months": 13 } });
    expect(await values("expiring-cards", "card_id")).toEqual([2, 3, 4]);
  });
});

describe("bounds of bands and measures", () => {
  it("a bound belongs to the upper band of scores and incomes, to the lower tier of debt", async () => {
    const at = (user_id: number, credit_score: number, annual_income_usd: number, total_debt_usd: number) =>
      user(user_id, { credit_score, annual_income_usd, total_debt_usd });
    await desk.load({
      users: [
        at(1, 579, 24_999, 0),
        at(2, 580, 25_000, 9_000), // 0.36
        at(3, 669, 50_000, 25_000), // 0.5
        at(4, 670, 75_000, 75_000), // 1
        at(5, 740, 100_000, 100_001),
        at(6, 800, 50_000, 18_001),
      ],
      cards: [],
    });
    expect(await values("credit-score-bands", "customers")).toEqual([1, 2, 1, 1, 1]);
    expect(await values("income-distribution", "customers")).toEqual([1, 1, 2, 1, 1]);
    expect(await values("debt-tiers", "customers")).toEqual([2, 2, 1, 1]);
    // above 0.5, not at it
    expect(await values("high-debt-customers", "user_id")).toEqual([5, 4]);
    // 579 by the first rule; 669 has debt of half an income only
    expect(await values("high-risk-customers", "user_id")).toEqual([1]);
  });

  it("audiences leave their bounds out", async () => {
    const at = (user_id: number, credit_score: number, annual_income_usd: number, total_debt_usd = 0) =>
      user(user_id, { credit_score, annual_income_usd, total_debt_usd });
    await desk.load({
      users: [
        at(1, 700, 50_001),
        at(2, 701, 50_000),
        at(3, 701, 50_001),
        at(4, 600, 10_000, 9_000),
        at(5, 599, 10_000, 6_000),
        at(6, 599, 10_000, 6_001),
      ],
      cards: [card(1, 3, { type: "credit" })],
    });
    expect(await desk.rows("audience-members")).toMatchObject([
      { audience: "premium", user_id: 3, credit_cards: 1 },
      { audience: "assistance", user_id: 6 },
    ]);
    expect(await desk.rows("marketing-audiences")).toMatchObject([
      { audience: "premium", customers: 1, also_high_debt: 0, without_credit_card: 0 },
      { audience: "assistance", customers: 1, also_high_debt: 1, without_credit_card: 1 },
    ]);
  });

  it("an income of 0 gives no ratio, and a debt without income is not lost in silence", async () => {
    await desk.load({
      users: [
        user(1, { annual_income_usd: 0, total_debt_usd: 900, credit_score: 700 }),
        user(2, { annual_income_usd: 1_000, total_debt_usd: 500, credit_score: 700 }),
        user(3, { annual_income_usd: 3_000, total_debt_usd: 500, credit_score: 700 }),
      ],
      cards: [],
    });
    // mean of 1/2 and 1/6; 1,000 of 4,000
    expect(await desk.rows("debt-to-income")).toMatchObject([
      {
        customers: 2,
        mean: expect.closeTo(1 / 3, 12),
        median: expect.closeTo(1 / 3, 12),
        ratio_of_sums: 0.25,
      },
    ]);
    expect(await row("debt-tiers", "tier", null)).toMatchObject({ customers: 1 });
    expect(await row("numeric-summary", "measure", "debt_to_income")).toMatchObject({
      customers: 2,
      missing: 1,
    });
  });

  it("retirement: a stated status goes before age", async () => {
    const at = (user_id: number, age: number, employment_status: string | null) =>
      user(user_id, { age, retirement_age: 66, employment_status });
    await desk.load({
      users: [
        at(1, 66, null),
        at(2, 70, "employed"),
        at(3, 40, "Retired"),
        at(4, 61, null),
        at(5, 60, null),
        at(6, 36, null),
        at(7, 35, null),
      ],
      cards: [],
    });
    expect(await values("retirement-horizon", "customers")).toEqual([2, 2, 1, 0, 1, 1]);
    // 2, 4 and 5: who works past the retirement age is due, in the bands, the sentence and the offer alike.
    expect((await desk.run("retirement-horizon")).insight).toContain(
      "3 more retire within 10 years, those at work past their retirement age included.",
    );
    expect(await row("offers", "offer", "retirement-information")).toMatchObject({ eligible: 3 });
  });
});

describe("utilisation", () => {
  const valid = { type: "credit", expires_on: "2024-01-01" };
  const band = async (...cards: Partial<Card>[]) => {
    await desk.load({
      users: [user(1, { credit_score: 500 })],
      cards: cards.map((known, i) => card(i + 1, 1, { ...valid, ...known })),
    });
    const [held] = (await desk.rows("utilisation")).filter((r) => r["customers"] === 1);
    const [customer] = await desk.rows("high-risk-customers");
    return [held?.["band"], customer?.["utilisation"], held?.["balance_expired_usd"]];
  };
  it.each<[string, Partial<Card>[], unknown[]]>([
    ["no card", [], [null, null, null]],
    ["no debt", [{ credit_limit_usd: 100, balance_usd: 0 }], ["zero", 0, null]],
    ["a tenth", [{ credit_limit_usd: 100, balance_usd: 10 }], ["10-30%", 0.1, null]],
    ["just below", [{ credit_limit_usd: 100, balance_usd: 9.99 }], ["<10%", 0.0999, null]],
    ["all of it", [{ credit_limit_usd: 100, balance_usd: 100 }], ["75-100%", 1, null]],
    ["more", [{ credit_limit_usd: 100, balance_usd: 101 }], ["over", 1.01, null]],
    [
      "a balance without limit",
      [{ credit_limit_usd: 0, balance_usd: 5 }],
      ["balance without limit", null, null],
    ],
    ["no limit, no balance", [{ credit_limit_usd: 0, balance_usd: 0 }], ["zero", null, null]],
    [
      "a balance in the customer's favour does not pay for another card",
      [
        { credit_limit_usd: 100, balance_usd: -50 },
        { credit_limit_usd: 100, balance_usd: 50 },
      ],
      ["10-30%", 0.25, null],
    ],
    [
      "a missing balance is not 0",
      [{ credit_limit_usd: 100 }, { credit_limit_usd: 100, balance_usd: 50 }],
      [null, null, null],
    ],
    ["a missing limit is not 0", [{ balance_usd: 50 }], [null, null, null]],
    [
      "debit cards and expired cards stand apart",
      [
        { credit_limit_usd: 100, balance_usd: 60 },
        { type: "debit", credit_limit_usd: 900, balance_usd: 0 },
        { credit_limit_usd: 100, balance_usd: 40, expires_on: "2020-01-01" },
        { credit_limit_usd: 100, balance_usd: -40, expires_on: "2020-01-01" },
      ],
      ["50-75%", 0.6, 40],
    ],
    [
      "an expired card whose balance is missing has none that is known",
      [{ credit_limit_usd: 100, expires_on: "2020-01-01" }],
      [null, null, null],
    ],
  ])("%s", async (_, cards, expected) => {
    expect(await band(...cards)).toEqual(expected);
  });
});

describe("cards without a customer, customers without a card", () => {
  beforeEach(() =>
    desk.load({
      users: [user(1, { credit_score: 700 }), user(2, { credit_score: 700 })],
      cards: [
        card(1, 1, { type: "credit", brand: "Visa", credit_limit_usd: 100, expires_on: "2021-01-01" }),
        card(2, 7, { type: "credit", brand: "Visa", credit_limit_usd: 300, expires_on: "2021-01-01" }),
        card(3, 7, { type: "debit", brand: "Jcb", expires_on: "2021-01-01" }),
      ],
    }),
  );

  it("the cards count as cards and in no customer figure", async () => {
    expect(await desk.rows("portfolio-summary")).toMatchObject([
      {
        customers: 2,
        cards: 3,
        credit_cards: 2,
        credit_limit_usd: 400,
        cards_per_customer_mean: 0.5,
        customers_with_several_cards: 0,
        customers_without_credit_card: 1,
        cards_without_customer: 2,
      },
    ]);
    expect(await desk.rows("cards-per-customer")).toEqual([
      { cards: 0, customers: 1, share: 0.5 },
      { cards: 1, customers: 1, share: 0.5 },
    ]);
    // a score of 700 decides without an income; of an absent customer nothing is known
    expect(await values("expiring-cards", "premium_audience")).toEqual([false, null, null]);
  });

  it("every brand has every type", async () => {
    expect(
      (await desk.rows("cards-by-brand-and-type")).map((r) => [r["brand"], r["type"], r["cards"]]),
    ).toEqual([
      ["Jcb", "credit", 0],
      ["Jcb", "debit", 1],
      ["Jcb", "prepaid", 0],
      ["Visa", "credit", 2],
      ["Visa", "debit", 0],
      ["Visa", "prepaid", 0],
    ]);
  });
});

describe("ownership at equal age", () => {
  // 60 young, 40 old. Low incomes are 10 young with 1 card and 30 old with 4; high ones 50 young with 2 and 10 old
  // with 6. Raw 130/40 against 160/60; at 60 % young and 40 % old: 0.6 + 1.6 = 2.2 against 1.2 + 2.4 = 3.6.
  const group = (from: number, customers: number, known: Partial<User>) =>
    Array.from({ length: customers }, (_, i) => user(from + i, known));
  const low = { annual_income_usd: 10_000 };
  const high = { annual_income_usd: 60_000 };
  const users = [
    ...group(100, 10, { ...low, age: 30 }),
    ...group(200, 30, { ...low, age: 70 }),
    ...group(300, 50, { ...high, age: 30 }),
    ...group(400, 10, { ...high, age: 70 }),
  ];
  const held = (id: number) => [1, 4, 2, 6][Math.floor(id / 100) - 1] ?? 0;
  const cards = users.flatMap(({ user_id }) =>
    Array.from({ length: held(user_id) }, (_, i) => card(user_id * 10 + i, user_id, { type: "debit" })),
  );

  it("reverses, and the sentence says so", async () => {
    await desk.load({ users, cards });
    expect(await row("ownership-by-segment", "segment", "<25k")).toMatchObject({
      customers: 40,
      cards_per_customer: 3.25,
      cards_per_customer_age_standardised: expect.closeTo(2.2, 12),
      share_with_credit_card: 0,
      share_low: 0,
      small: false,
    });
    expect(await row("ownership-by-segment", "segment", "50k-75k")).toMatchObject({
      cards_per_customer: expect.closeTo(8 / 3, 12),
      cards_per_customer_age_standardised: expect.closeTo(3.6, 12),
    });
    expect((await desk.run("ownership-by-segment")).insight).toMatch(
      /<25k hold most cards on file \(3\.25 each\).*at equal age the order reverses: 50k-75k hold most \(3\.60\) and <25k fewest \(2\.20\)/,
    );
  });

  it("small groups are marked and not ranked", async () => {
    await desk.load({ users, cards }, { settings: { "small.customers": 41 } });
    expect(await row("ownership-by-segment", "segment", "<25k")).toMatchObject({ small: true });
    expect((await desk.run("ownership-by-segment")).insight).toMatch(/^No two segments have 41 customers/);
  });

  it("a segment that lacks an age is not standardised", async () => {
    await desk.load({ users: users.filter((u) => u.user_id < 400), cards });
    expect(await row("ownership-by-segment", "segment", "50k-75k")).toMatchObject({
      cards_per_customer: 2,
      cards_per_customer_age_standardised: null,
    });
  });
});

describe("selection fairness", () => {
  // 20 of 40 women and 10 of 40 men in the premium audience; a group of three that is selected whole
  const people = (from: number, customers: number, gender: string, selected: number) =>
    Array.from({ length: customers }, (_, i) =>
      user(from + i, { gender, credit_score: i < selected ? 750 : 690, annual_income_usd: 60_000 }),
    );
  it("compares with the largest rate of a group that is not small", async () => {
    await desk.load({
      users: [...people(100, 40, "Female", 20), ...people(200, 40, "Male", 10), ...people(300, 3, "X", 3)],
      cards: [],
    });
    const premium = (await desk.rows("selection-fairness")).filter(
      (r) => r["selection"] === "premium" && r["dimension"] === "gender",
    );
    // ln 0.5 ± 1.96 sqrt(1/10 - 1/40 + 1/20 - 1/40)
    const spread = Math.exp(1.959963984540054 * Math.sqrt(0.1));
    expect(premium).toMatchObject([
      { group: "Female", rate: 0.5, ratio: 1, ratio_low: null, ratio_high: null, small: false },
      {
        group: "Male",
        rate: 0.25,
        ratio: 0.5,
        ratio_low: expect.closeTo(0.5 / spread, 12),
        ratio_high: expect.closeTo(0.5 * spread, 12),
      },
      { group: "X", rate: 1, ratio: 2, small: true },
    ]);
    expect((await desk.run("selection-fairness")).insight).toContain("premium for gender Male");
  });

  it("the split of ages is a parameter", async () => {
    await desk.load(
      { users: [user(1, { age: 49 }), user(2, { age: 50 }), user(3)], cards: [] },
      { settings: { "fairness.age_split": 50 } },
    );
    const groups = (await desk.rows("selection-fairness")).filter(
      (r) => r["selection"] === "premium" && r["dimension"] === "age_group",
    );
    expect(groups.map((r) => r["group"])).toEqual(["under 50", "50 and over", null]);
  });
});

describe("sentences", () => {
  const say = async (id: AnalysisId) => (await desk.run(id)).insight;
  const many = (n: number, one: (i: number) => User) => Array.from({ length: n }, (_, i) => one(i));

  it("selection: a group of which nobody is selected is the lowest", async () => {
    const one = (i: number) =>
      user(i, {
        gender: i < 40 ? "Female" : "Male",
        credit_score: i < 20 ? 750 : 650,
        annual_income_usd: 60_000,
      });
    await desk.load({ users: many(80, one), cards: [] });
    expect(await say("selection-fairness")).toBe(
      "1 of 1 comparison of selection rates falls below 0.80; the lowest is premium for gender Male: 0.0% of 40 customers, ratio 0.00. A screen, not a verdict.",
    );
  });

  it("selection: names every threshold that a rate depends on", async () => {
    await desk.load(fixture);
    const { params } = await desk.run("selection-fairness");
    expect(Object.keys(params)).toEqual(
      expect.arrayContaining(Object.keys((await desk.run("offers")).params)),
    );
  });

  it("a threshold is said as it was set", async () => {
    await desk.load(
      { users: many(40, (i) => user(i, { annual_income_usd: 1_000, total_debt_usd: 350 })), cards: [] },
      { settings: { "high_debt.ratio": 0.345 } },
    );
    expect(await say("debt-to-income")).toContain("40 of 40 customers (100.0%) owe more than 0.345");
    expect(await say("high-debt-customers")).toContain("0.345");
  });

  it("where audiences can overlap, members are not customers", async () => {
    const users = many(3, (i) =>
      user(i, { credit_score: 720, annual_income_usd: 60_000, total_debt_usd: 90_000 }),
    );
    await desk.load({ users, cards: [] });
    expect(await say("audience-members")).toBe(
      "3 customers in the premium and assistance audiences together.",
    );
    await desk.load({ users, cards: [] }, { settings: { "assistance.score_max": 750 } });
    expect(await say("audience-members")).toMatch(/^6 memberships .*; a customer can be in both\.$/);
  });

  it("says who has no value, and speaks of PINs only where there are any", async () => {
    await desk.load({
      users: many(60, (i) =>
        user(i, {
          age: i === 0 ? null : 40,
          gender: i < 2 ? null : "Female",
          credit_score: i < 3 ? null : 700,
          annual_income_usd: i < 4 ? null : 30_000,
          total_debt_usd: 1_000,
        }),
      ),
      cards: [card(1, 1, { has_chip: false }), card(2, 999, { has_chip: true })],
    });
    expect(await say("age-distribution")).toMatch(/ 1 has no age\.$/);
    expect(await say("gender-ratio")).toMatch(/ 2 have no stated gender\.$/);
    expect(await say("credit-score-bands")).toMatch(/ 3 have no score\.$/);
    expect(await say("debt-tiers")).toMatch(/ 4 have no debt to income\.$/);
    expect(await say("risk-matrix")).toMatch(/ 4 lack a score or a debt to income\.$/);
    desk.view = { ...desk.view, inputs: without("cards.pin_changed_year", "cards.on_dark_web") };
    expect(await say("card-security")).toBe("Of all cards on file, 1 (50.0%) has no chip.");
    expect(await say("portfolio-summary")).toMatch(/ 1 card is of no customer on file\.$/);
  });

  it("cards of unknown type are no group to rank", async () => {
    const cards = many(9, () => user(1)).map((_, i) =>
      card(i, 1, { brand: "Visa", type: i < 6 ? null : "credit" }),
    );
    await desk.load({ users: [user(1)], cards });
    expect(await say("cards-by-brand-and-type")).toMatch(/^The largest group is Visa credit: 3 of 9 cards/);
  });
});

describe("offers", () => {
  beforeEach(() => desk.load(fixture));
  const who = async (offer: string) =>
    Object.fromEntries(
      (await desk.rows("offer-candidates"))
        .filter((r) => r["offer"] === offer)
        .map((r) => [r["user_id"], r["excluded_because"]]),
    );

  it("hardship suppresses selling, never service", async () => {
    expect(await who("hardship-outreach")).toEqual({
      6: null,
      10: null,
      11: "income too low to be a true figure",
      26: null,
    });
    expect((await who("retirement-information"))[10]).toBe("in the assistance audience");
  });

  it("a card in its opening month is not renewed, a card that is renewed needs no chip", async () => {
    expect(await who("card-renewal")).toEqual({
      1: null,
      3: null,
      4: "every such card expires in the month it was opened",
    });
    expect(await who("chip-upgrade")).toEqual({ 2: null, 3: "a renewal replaces the card soon" });
  });

  it("the first gate that fails is the reason", async () => {
    expect(await who("first-credit-card")).toEqual({
      3: null,
      7: "credit score below the minimum",
      16: null,
      17: null,
    });
    expect(await who("credit-card-return")).toEqual({ 6: "in the assistance audience", 8: null });
    expect(await who("premium-upgrade")).toEqual({ 4: null, 18: null, 23: null, 24: null });
  });

  it("thresholds move with --set", async () => {
    await desk.load(fixture, { settings: { "credit_offer.score_min": 660 } });
    expect((await who("first-credit-card"))[7]).toBeNull();
  });
});

describe("correlations", () => {
  it("equal values share their mean rank; missing values leave with their pair", async () => {
    // ages 1 2 2 4 over debts 10 30 20 40; ranks 1 2.5 2.5 4 over 1 3 2 4: r = 4.5 / sqrt(4.5 x 5)
    const at = (user_id: number, age: number | null, total_debt_usd: number | null) =>
      user(user_id, { age, total_debt_usd });
    await desk.load({
      users: [at(1, 1, 10), at(2, 2, 30), at(3, 2, 20), at(4, 4, 40), at(5, 99, null), at(6, null, 7)],
      cards: [],
    });
    const pair = (await desk.rows("correlations")).find(
      (r) => r["x"] === "age" && r["y"] === "total_debt_usd",
    );
    expect(pair).toMatchObject({ customers: 4, spearman: expect.closeTo(4.5 / Math.sqrt(22.5), 12) });
  });

  it("what does not vary correlates with nothing", async () => {
    await desk.load({ users: [user(1, { age: 3 }), user(2, { age: 4 })], cards: [] });
    expect(await row("correlations", "y", "cards")).toMatchObject({
      pearson: null,
      spearman: null,
      customers: 2,
    });
  });
});
