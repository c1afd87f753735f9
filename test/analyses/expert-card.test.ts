import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ResultRow } from "../../src/engines/engine.ts";
import { expertInputs } from "../../src/schema/expert-card.ts";
import { raw } from "../../src/sql/statement.ts";
import { type Card, card, Desk, type User, user } from "./portfolio.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
});
afterAll(() => desk[Symbol.asyncDispose]());

const credit = (owner: number, used: number): Card =>
  card(owner, owner, {
    type: "credit",
    credit_limit_usd: 10_000,
    balance_usd: used * 10_000,
    opened_on: "2012-05-01",
    expires_on: "2023-08-01",
  });

/** The card's rows of customers, who use parts of a limit where that is given. */
async function ranked(
  customers: readonly { readonly known: Partial<User>; readonly used?: number }[],
  settings: Readonly<Record<string, number>> = {},
): Promise<readonly ResultRow[]> {
  await desk.load(
    {
      users: customers.map(({ known }, i) => user(i + 1, known)),
      cards: customers.flatMap(({ used }, i) => (used === undefined ? [] : [credit(i + 1, used)])),
    },
    { settings },
  );
  return (await desk.engine.query(raw("select * from expert_profile order by user_id nulls last"))).rows;
}

const rich = { credit_score: 800, annual_income_usd: 120_000 };
const poor = { credit_score: 500, annual_income_usd: 10_000 };

describe("the least change that lowers the band, worked out by hand", () => {
  it("is one change where one is enough: that which asks for the smaller part", async () => {
    // 40 x 100 + 10 x 100 of 100 x 100 points: 50, and 55 begins the next band. Utilisation must bring 16.7 points,
    // which are had below 0.75, a quarter less; debt 25, which are had below 1.5, half of it
    const [row] = await ranked([{ known: { ...rich, total_debt_usd: 360_000 }, used: 1 }]);
    expect(row).toMatchObject({
      score: 50,
      band: "high",
      change: "utilisation below 0.75",
      reasons: "utilisation 1.00: 30.0 of 30.0 points lost; debt to income 3.00: 20.0 of 20.0 points lost",
    });
  });

  it("is a pair where none is: that which asks for the least together", async () => {
    // 1 point, and 35 begins the next band: utilisation brings 30 at most, debt 20. Below 0.1 and below 1.5 are
    // 1.34 of both together; below 0.3 and 1 would be 1.37, below 0.5 and 0.5 would be 1.39
    const [row] = await ranked([{ known: { ...poor, total_debt_usd: 26_000 }, used: 1.2 }]);
    expect(row).toMatchObject({
      score: 1,
      band: "very_high",
      change: "utilisation below 0.1 and debt to income below 1.5",
    });
  });

  it("is none where nothing that a customer can change is enough, or the risk is low", async () => {
    const rows = await ranked([
      { known: { credit_score: 500, annual_income_usd: 120_000 } },
      { known: { ...rich, total_debt_usd: 0 }, used: 0.05 },
    ]);
    // 20 of 50 points are in the income: 20 points of 100
    expect(rows[0]).toMatchObject({ score: 20, band: "very_high", change: null });
    expect(rows[1]).toMatchObject({ score: 100, band: "low", change: null, reasons: null });
  });
});

describe("what is missing", () => {
  it("is named, and its weight shared by the others", async () => {
    const rows = await ranked([
      { known: { credit_score: 700 } },
      { known: { credit_score: 700, annual_income_usd: 60_000 } },
      { known: {} },
    ]);
    expect(rows[0]).toMatchObject({
      score: 75,
      missing_inputs: "utilisation, debt to income, annual income",
      reference_rate: 0.044,
    });
    // (40 x 75 + 10 x 70) / 50
    expect(rows[1]).toMatchObject({ score: 74, missing_inputs: "utilisation, debt to income" });
    expect(rows[2]).toMatchObject({ score: null, risk_rank: null, band: null, reasons: null, change: null });
  });
});

describe("weights and bounds", () => {
  const customer = { known: { ...rich, total_debt_usd: 360_000 }, used: 1 };

  it("are the reader's", async () => {
    const [row] = await ranked([customer], {
      "expert_card.weight_utilisation": 0,
      "expert_card.weight_debt_to_income": 50,
      "expert_card.high_from": 60,
      "expert_card.moderate_from": 70,
    });
    // (50 x 0 + 40 x 100 + 10 x 100) / 100; 60 takes 20 points of the debt, which are had below 1.5
    expect(row).toMatchObject({
      score: 50,
      band: "very_high",
      change: "debt to income below 1.5",
      reasons: "debt to income 3.00: 50.0 of 50.0 points lost",
    });
  });

  it("of nothing rank nobody", async () => {
    const none = Object.fromEntries(expertInputs.map(({ weight }) => [`expert_card.${weight}`, 0]));
    const [row] = await ranked([customer], none);
    expect(row).toMatchObject({ score: null, risk_rank: null, band: null, change: null });
    expect((await desk.run("default-bands")).insight).toBe(
      "0 of 1 customer (0.0%) are at very high risk by the expert card, not validated on your data. 1 could not be ranked: no input that counts is known.",
    );
  });
});

it("ranks the riskiest first, equals by key", async () => {
  const rows = await ranked([{ known: rich }, { known: poor }, { known: rich }, { known: poor }]);
  expect(rows.map((row) => row["risk_rank"])).toEqual([3, 1, 4, 2]);
});

it("writes incomes as amounts of money", async () => {
  const rows = await ranked(
    [0, 999, 1_000, 20_005, 44_875].map((income) => ({
      known: { credit_score: 800, total_debt_usd: null, annual_income_usd: income },
    })),
  );
  expect(rows.map(({ reasons }) => String(reasons).split(":")[0])).toEqual(
    ["$0", "$999", "$1,000", "$20,005", "$44,875"].map((text) => `annual income ${text}`),
  );
});

it("points fall with risk, from 100 to 0 at most", () => {
  for (const { column, steps } of expertInputs) {
    const points = steps.map((step) => step.points);
    const isSaferAbove = column === "credit_score" || column === "annual_income_usd";
    expect(points, column).toEqual(points.toSorted((a, b) => (isSaferAbove ? a - b : b - a)));
    for (const one of points) expect(one >= 0 && one <= 100).toBe(true);
    const bounds = steps.map(({ below }) => below ?? Number.POSITIVE_INFINITY);
    expect(bounds, column).toEqual(bounds.toSorted((a, b) => a - b));
  }
});
