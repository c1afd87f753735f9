import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DuckDBEngine } from "../../src/engines/duckdb.ts";
import { raw } from "../../src/sql/statement.ts";
import { readSample } from "./folder.ts";

/** Everything here is computed from the written csv, in SQL, and shares no code with the generator. */
const SNAPSHOT = "date '2025-06-01'";

let engine: DuckDBEngine;

beforeAll(async () => {
  engine = await readSample(60_000, 11);
  await engine.execute(
    raw(`create table customers as
      select users.*, utilisation, valid_limit, coalesce(cards, 0) as cards, coalesce(balance, 0) as balance,
        "Total Debt" / Income as debt_to_income
      from users left join (
        select "User ID", count(*) as cards, sum(cast("Outstanding Balance" as decimal(12, 2))) as balance,
          sum("Credit Limit") filter (where "Card Type" = 'Credit' and "Expiration Date" >= ${SNAPSHOT}) as valid_limit,
          sum("Outstanding Balance") filter (where "Card Type" = 'Credit' and "Expiration Date" >= ${SNAPSHOT})
            / valid_limit as utilisation
        from cards group by "User ID"
      ) using ("User ID")`),
  );
});

afterAll(() => engine[Symbol.asyncDispose]());

/** The one number that an expression over a table comes to. */
async function figure(expression: string, from: string): Promise<number> {
  const { rows } = await engine.query(raw(`select cast(${expression} as double) as figure from ${from}`));
  return Object.values(rows[0] ?? {}).map(Number)[0] ?? Number.NaN;
}

const between = (low: number, high: number) => (value: number) => value >= low && value <= high;

describe("customers", () => {
  it.each([
    ["age, mean", "avg(Age)", 46, 51],
    ["age, youngest", "min(Age)", 18, 18],
    ["age, oldest", "max(Age)", 90, 90],
    ["score, mean", 'avg("Credit Score")', 690, 710],
    ["score, standard deviation", 'stddev("Credit Score")', 68, 82],
    ["score, share at the ceiling", 'avg(("Credit Score" = 850)::int)', 0, 0.01],
    ["income, median", "median(Income)", 40_000, 55_000],
    ["income, skewed like a log-normal", "skewness(ln(Income))", -0.6, 0.6],
    [
      "retired from retirement age on",
      `avg(("Employment Status" = 'Retired')::int) filter (where Age >= "Retirement Age")`,
      0.9,
      0.96,
    ],
    ["retired in all", `avg(("Employment Status" = 'Retired')::int)`, 0.15, 0.25],
    ["unemployed", `avg(("Employment Status" = 'Unemployed')::int)`, 0.03, 0.06],
    ["students under 20", `avg(("Employment Status" = 'Student')::int) filter (where Age < 20)`, 0.45, 0.65],
    ["women", `avg((Gender = 'Female')::int)`, 0.49, 0.53],
    ["states", "count(distinct State)", 51, 51],
    ["birth months", 'count(distinct "Birth Month")', 12, 12],
    ["birth years per age", 'max("Birth Year" + Age)', 2025, 2025],
    ["debt to income, median", "median(debt_to_income)", 0.3, 0.6],
    ["cards, mean", "avg(cards)", 2.7, 3.3],
    ["cards, most", "max(cards)", 8, 9],
    ["without a card", "avg((cards = 0)::int)", 0.02, 0.05],
    ["balances above debt", 'count(*) filter (where balance > "Total Debt")', 0, 0],
    ["defaults", "avg(Defaulted::int)", 0.04, 0.06],
    ["premium audience", 'avg(("Credit Score" > 700 and Income > 50000)::int)', 0.2, 0.4],
    ["assistance audience", 'avg(("Credit Score" < 600 and "Total Debt" > 0.6 * Income)::int)', 0.02, 0.08],
  ])("%s", async (_, expression, low, high) => {
    expect(await figure(expression, "customers")).toSatisfy(between(low, high));
  });

  it("agree with their birth month at the snapshot, and at no other month", async () => {
    const agreeing = (year: number, month: number) =>
      figure(`avg((${year} - "Birth Year" - ("Birth Month" > ${month})::int = Age)::int)`, "customers");
    expect(await agreeing(2025, 6)).toBe(1);
    expect(await agreeing(2025, 5)).toBeLessThan(0.95);
    expect(await agreeing(2025, 7)).toBeLessThan(0.95);
  });
});

describe("cards", () => {
  const credit = "cards where \"Card Type\" = 'Credit'";
  const valid = `${credit} and "Expiration Date" >= ${SNAPSHOT}`;
  const used = '("Outstanding Balance" / "Credit Limit")';
  it.each([
    ["expired", `avg(("Expiration Date" < ${SNAPSHOT})::int)`, "cards", 0.15, 0.2],
    ["expiring this month", `avg(("Expiration Date" = ${SNAPSHOT})::int)`, "cards", 0.005, 0.03],
    ["latest expiry, in months", `max(datediff('month', ${SNAPSHOT}, "Expiration Date"))`, "cards", 55, 60],
    ["opened after the snapshot", `count(*) filter (where "Open Date" > ${SNAPSHOT})`, "cards", 0, 0],
    ["opened within a year", `avg(("Open Date" > date '2024-06-01')::int)`, "cards", 0.1, 0.2],
    ["without chip", "avg((not Chip)::int)", "cards", 0.025, 0.035],
    ["credit", `avg(("Card Type" = 'Credit')::int)`, "cards", 0.55, 0.65],
    ["prepaid", `avg(("Card Type" = 'Debit (Prepaid)')::int)`, "cards", 0.04, 0.1],
    ["Visa", `avg(("Card Brand" = 'Visa')::int)`, "cards", 0.48, 0.56],
    ["Amex among credit", `avg(("Card Brand" = 'Amex')::int)`, credit, 0.12, 0.16],
    ["credit limit, median", 'median("Credit Limit")', credit, 5_000, 10_000],
    ["credit limits at the ceiling", 'avg(("Credit Limit" = 60000)::int)', credit, 0, 0.02],
    ["used under 10 %", `avg((${used} < 0.1)::int)`, valid, 0.4, 0.55],
    ["used over 75 %", `avg((${used} > 0.75)::int)`, valid, 0.03, 0.1],
    ["over limit", `avg((${used} > 1)::int)`, valid, 0.002, 0.01],
    ["most used", `max(${used})`, valid, 1.05, 1.2001],
  ])("%s", async (_, expression, from, low, high) => {
    expect(await figure(expression, from)).toSatisfy(between(low, high));
  });

  it("lack a chip more often where the account is old", async () => {
    const without = (condition: string) => figure("avg((not Chip)::int)", `cards where ${condition}`);
    const old = await without("\"Open Date\" < date '2015-06-01'");
    expect(old).toBeGreaterThan(1.5 * (await without("\"Open Date\" >= date '2015-06-01'")));
  });
});

describe("measures that belong together", () => {
  it.each([
    ["score rises with income", '"Credit Score"', "ln(Income)", 0.2, 0.4],
    ["score rises with age", '"Credit Score"', "Age", 0.15, 0.35],
    ["score falls with utilisation", '"Credit Score"', "utilisation", -0.5, -0.25],
    ["debt rises with income", 'ln(1 + "Total Debt")', "ln(Income)", 0.2, 0.6],
    ["limit rises with score", "ln(valid_limit)", '"Credit Score"', 0.4, 0.75],
    ["default rises with utilisation", "Defaulted::int", "utilisation", 0.1, 0.3],
    ["default rises with debt to income", "Defaulted::int", "least(debt_to_income, 4)", 0.02, 0.2],
    ["default falls with score", "Defaulted::int", '"Credit Score"', -0.3, -0.1],
    ["gender has no say in score", "(Gender = 'Male')::int", '"Credit Score"', -0.02, 0.02],
    ["gender has no say in default", "(Gender = 'Male')::int", "Defaulted::int", -0.02, 0.02],
  ])("%s", async (_, x, y, low, high) => {
    expect(await figure(`corr(${x}, ${y})`, "customers")).toSatisfy(between(low, high));
  });

  it("debt is highest in middle age", async () => {
    const debt = (low: number, high: number) =>
      figure('median("Total Debt")', `customers where Age between ${low} and ${high}`);
    const middle = await debt(35, 50);
    expect(middle).toBeGreaterThan(2 * (await debt(18, 24)));
    expect(middle).toBeGreaterThan(2 * (await debt(70, 90)));
  });

  it("incomes follow the state", async () => {
    const income = (state: string) => figure("median(Income)", `customers where State = '${state}'`);
    expect(await income("MA")).toBeGreaterThan(1.2 * (await income("MS")));
  });
});

/** The chance that a customer who defaulted is ranked above one who did not, from ranks with ties averaged. */
async function auc(score: string): Promise<number> {
  const { rows } = await engine.query(
    raw(`with scored as (select Defaulted as bad, ${score} as score from customers),
      ranked as (select bad, rank() over (order by score) + (count(*) over (partition by score) - 1) / 2.0 as place from scored)
      select (sum(place) filter (where bad) - count(*) filter (where bad) * (count(*) filter (where bad) + 1) / 2.0)
        / (count(*) filter (where bad) * cast(count(*) filter (where not bad) as double)) as auc from ranked`),
  );
  return Object.values(rows[0] ?? {}).map(Number)[0] ?? Number.NaN;
}

describe("a default model", () => {
  it("that knows the documented weights reaches a decent AUC, and not more", async () => {
    const known = `2 * coalesce(utilisation, 0.3) + 0.5 * least(debt_to_income, 4)
      - 0.85 * ("Credit Score" - 700) / 100 - 0.3 * log2(Income / 50000)`;
    expect(await auc(known)).toSatisfy(between(0.75, 0.8));
  });

  it("has something to gain from each column", async () => {
    const one = await auc('-"Credit Score"');
    expect(one).toSatisfy(between(0.68, 0.76));
    expect(await auc("coalesce(utilisation, 0.3)")).toSatisfy(between(0.58, 0.72));
    expect(await auc("least(debt_to_income, 4)")).toSatisfy(between(0.53, 0.65));
    expect(await auc("-Income")).toSatisfy(between(0.53, 0.68));
  });
});
