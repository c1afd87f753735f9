import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fixture } from "./fixture.ts";
import {
  type AnalysisId,
  type Card,
  card,
  Desk,
  ids,
  learnt,
  type Portfolio,
  type User,
  user,
} from "./portfolio.ts";
import { type ExpectedRow, Reference } from "./reference.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
});
afterAll(() => desk[Symbol.asyncDispose]());

/** Equal but for rounding. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a !== "number" || typeof b !== "number") return a === b;
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
}

/** The rows have what is expected in the columns that are; numbers but for rounding. */
function compare(actual: readonly ExpectedRow[], expected: readonly ExpectedRow[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, want] of expected.entries()) {
    const got = actual[i] ?? {};
    const differ = Object.keys(want).filter((name) => !same(got[name], want[name]));
    if (differ.length > 0) expect(got).toMatchObject(want);
  }
}

const covered = Object.keys(new Reference(fixture).expected()) as AnalysisId[];

it("the reference covers the catalogue", () => {
  expect(ids.filter((id) => !covered.includes(id) && !learnt.includes(id))).toEqual(["customers-by-city"]);
});

describe.each(["2020-02-29", "2020-03-01", "2019-02-28", "2025-01-15"])("the fixture on %s", (asOf) => {
  beforeAll(async () => {
    await desk.load(fixture, { asOf });
  });

  it.each(covered)("%s", async (id) => {
    compare(await desk.rows(id), new Reference(fixture, asOf).expected()[id] ?? []);
  });
});

const orNull = <T>(...values: readonly T[]) => fc.constantFrom(null, ...values);
const month = orNull(
  "2010-05-01",
  "2019-02-01",
  "2019-03-01",
  "2020-01-01",
  "2020-02-01",
  "2020-03-01",
  "2020-04-01",
  "2020-05-01",
  "2021-01-01",
  "2021-02-01",
  "2024-12-01",
);

// Values lie on the edges of the definitions, so that few rows meet many of them.
const anyUser: fc.Arbitrary<Partial<User>> = fc.record({
  age: orNull(17, 18, 24, 25, 34, 44, 45, 54, 55, 61, 62, 64, 65, 80),
  retirement_age: orNull(60, 62, 65, 66, 70),
  gender: orNull("Female", "Male", "Other"),
  employment_status: orNull("employed", "retired", "Retired", "student"),
  annual_income_usd: orNull(0, 1, 4_999, 5_000, 24_999, 25_000, 50_000, 50_001, 75_000, 100_000),
  area_income_usd: orNull(0, 15_000, 20_000),
  total_debt_usd: orNull(0, 100, 9_000, 18_000, 25_000, 30_000, 50_000, 75_000, 75_001),
  credit_score: orNull(480, 579, 580, 599, 600, 669, 670, 699, 700, 701, 740, 799, 800, 850),
  state: orNull("CA", "NY"),
  defaulted: orNull(true, false, false),
});
const anyCard: fc.Arbitrary<Partial<Card>> = fc.record({
  brand: orNull("Visa", "Amex"),
  type: fc.constantFrom("credit", "credit", "debit", "prepaid", null),
  credit_limit_usd: orNull(0, 1_000, 5_000, 14_999, 15_000),
  balance_usd: orNull(-50, 0, 500, 1_000, 2_500, 5_000, 12_000, 20_000),
  opened_on: month,
  expires_on: month,
  has_chip: orNull(true, false),
  pin_changed_year: orNull(2011, 2012, 2013, 2021),
  on_dark_web: orNull(true, false),
});
const portfolios: fc.Arbitrary<Portfolio> = fc
  .tuple(
    fc.array(anyUser, { maxLength: 40 }),
    fc.array(fc.tuple(fc.integer({ min: 1, max: 45 }), anyCard), { maxLength: 60 }),
  )
  .map(([users, cards]) => ({
    users: users.map((known, i) => user(i + 1, known)),
    cards: cards.map(([owner, known], i) => card(i + 1, owner, known)),
  }));

it("every analysis of any portfolio equals the reference", { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      portfolios,
      fc.constantFrom("2020-02-29", "2020-03-01", "2020-02-15"),
      async (portfolio, asOf) => {
        await desk.load(portfolio, { asOf });
        const expected = new Reference(portfolio, asOf).expected();
        for (const id of covered) compare(await desk.rows(id), expected[id] ?? []);
      },
    ),
    { numRuns: 12 },
  );
});
