import { expect, test } from "vitest";
import { openPortfolio, type PortfolioOptions } from "../../src/portfolio/portfolio.ts";
import { found, openFolder } from "../ingest/folder.ts";

type Customer = readonly [age: number | "", year: number | "", month: number | ""];

async function asOf(
  customers: readonly Customer[],
  opened: readonly string[],
  options: PortfolioOptions = {},
) {
  await using folder = await openFolder();
  const users = customers.map(([age, year, month], i) => `${i + 1},${age},${year},${month},50000\n`).join("");
  const cards = opened.map((day, i) => `${i + 1},1,Visa,credit,2030-01,${day}\n`).join("");
  const files = [
    await folder.file("u.csv", `id,age,birth_year,birth_month,income\n${users}`),
    await folder.file("c.csv", `card_id,client_id,brand,type,expires,opened\n${cards}`),
  ];
  await using portfolio = await openPortfolio(files, { today: "2024-06-15", ...options });
  return { day: portfolio.asOf, source: portfolio.asOfSource, issues: found(portfolio.issues) };
}

/** Of every month of birth one customer, with the age that they have in that month of 2020. */
const people = (month: number): Customer[] =>
  Array.from({ length: 12 }, (_, i) => [i + 1 <= month ? 40 : 39, 1980, i + 1]);

test.each([1, 2, 6, 11, 12])("ages tell the month: %i", async (month) => {
  const last = new Date(Date.UTC(2020, month, 0)).toISOString().slice(0, 10);
  expect(await asOf(people(month), ["2010-01"])).toEqual({ day: last, source: "inferred", issues: [] });
});

test.each([
  ["2010-01", "2020-03-31"],
  ["2020-07", "2020-07-31"],
  ["2022-01", "2021-02-28"],
])("where few ages leave several months, the latest opening chooses: %s", async (opened, day) => {
  // 40 from March 2020 on, and until February 2021
  expect(await asOf([[40, 1980, 3]], [opened])).toMatchObject({ day, source: "inferred" });
});

test("an age that disagrees is an issue and moves nothing", async () => {
  const { day, issues } = await asOf([...people(2), [70, 1990, 1]], ["2010-01"]);
  expect(day).toBe("2020-02-29");
  expect(issues).toEqual(["age_disagrees age: 14"]);
});

test("without ages the latest opening tells it, not one in the future", async () => {
  const ages: Customer[] = [
    ["", 1980, 1],
    ["", "", ""],
  ];
  expect(await asOf(ages, ["2010-01", "2016-02", "2031-05"])).toMatchObject({
    day: "2016-02-29",
    source: "inferred",
  });
});

test("ages that most disagree about tell nothing", async () => {
  const ages: Customer[] = [
    [10, 1980, 1],
    [30, 1980, 1],
    [50, 1980, 1],
    [70, 1980, 1],
  ];
  expect(await asOf(ages, ["2016-02"])).toMatchObject({ day: "2016-02-29", source: "inferred" });
});

test("with nothing to tell it, it is today", async () => {
  expect(await asOf([[40, "", ""]], [""])).toMatchObject({ day: "2024-06-15", source: "today" });
  expect(await asOf([[40, "", ""]], ["2031-05"])).toMatchObject({ day: "2024-06-15", source: "today" });
});

test("a day that is given is taken as it is", async () => {
  expect(await asOf(people(2), ["2010-01"], { asOf: "2019-07-04" })).toMatchObject({
    day: "2019-07-04",
    source: "given",
  });
});

test("the day moves the status of cards, and nothing of customers", async () => {
  await using folder = await openFolder();
  const users = people(2).map(
    ([age, year, month], i) => `${i + 1},${age},${year},${month},${40000 + i},60000,${560 + 20 * i}\n`,
  );
  const cards = people(2).map(
    (_, i) => `${i + 1},${i + 1},Visa,credit,20${20 + (i % 6)}-0${1 + (i % 9)},2010-01,5000\n`,
  );
  const files = [
    await folder.file(
      "u.csv",
      `id,age,birth_year,birth_month,income,total_debt,credit_score\n${users.join("")}`,
    ),
    await folder.file("c.csv", `card_id,client_id,brand,type,expires,opened,credit_limit\n${cards.join("")}`),
  ];
  const ask = async (day: string) => {
    await using portfolio = await openPortfolio(files, { asOf: day });
    const figures = [
      "age-distribution",
      "credit-score-bands",
      "debt-tiers",
      "risk-matrix",
      "high-debt-customers",
    ] as const;
    const customers = [];
    for (const id of figures) customers.push((await portfolio.run(id)).rows);
    const expiry = (await portfolio.run("card-expiry")).rows;
    return { customers, expired: expiry.find(({ status }) => status === "expired")?.cards };
  };
  const [early, late] = [await ask("2019-12-31"), await ask("2035-01-01")];
  expect(late.customers).toEqual(early.customers);
  expect([early.expired, late.expired]).toEqual([0, 12]);
});
