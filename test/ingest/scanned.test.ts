import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPortfolio } from "../../src/portfolio/portfolio.ts";
import { type Folder, openFolder } from "./folder.ts";

/** Rows beyond the sample by which a column's type is chosen. */
const MANY = 3_000;

let folder: Folder;
beforeAll(async () => {
  folder = await openFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

interface Cells {
  readonly id?: (n: number) => string;
  readonly income?: (n: number) => string;
  readonly opened?: (n: number) => string;
}

/** A portfolio of which one kind of cell is as given. */
async function open({ id = String, income = (n) => String(20_000 + n), opened = () => "01/2010" }: Cells) {
  const numbers = Array.from({ length: MANY }, (_, i) => i + 1);
  const users = numbers.map((n) => `${id(n)},${20 + (n % 60)},${income(n)}`);
  const cards = numbers.map((n) => `${n + 900_000},${id(n)},Credit,1000,${opened(n)},12/2030`);
  return openPortfolio(
    [
      await folder.file("users.csv", `id,age,income\n${users.join("\n")}\n`),
      await folder.file("cards.csv", `card_id,user_id,type,limit,opened_on,expires\n${cards.join("\n")}\n`),
    ],
    { today: "2026-01-31" },
  );
}

const last = (special: string, usual: (n: number) => string) => (n: number) =>
  n === MANY ? special : usual(n);
const income = (n: number) => String(20_000 + n);
const opened = () => "01/2010";

async function look(cells: Cells, column: string, table = "users") {
  await using portfolio = await open(cells);
  const { rows } = await portfolio.query(
    `select typeof(${column}) as type, cast(${column} as varchar) as value from ${table} order by ${table === "users" ? "age nulls last, user_id" : "card_id"} nulls last`,
    { maxRows: MANY },
  );
  const source = portfolio.sources.find((s) => s.table === table);
  return {
    types: [...new Set(rows.map((row) => row["type"]))],
    values: new Set(rows.map((row) => row["value"])),
    missing: rows.filter((row) => row["value"] === null).length,
    notation: source?.columns.find((c) => c.column === column)?.notation,
    issues: portfolio.issues.map(({ code, count }) => `${code} ${count}`),
  };
}

describe("a cell far below the rows by which a type is chosen", () => {
  test("a word among numbers is one missing value, and says so", async () => {
    const found = await look({ income: last("lots", income) }, "annual_income_usd");
    expect(found.issues).toEqual(["unreadable_value 1"]);
    expect(found.missing).toBe(1);
    expect(found.values).toContain("22999.0");
  });

  test.each(["inf", "nan", "-Infinity"])("%s is no number", async (word) => {
    const found = await look({ income: last(word, income) }, "annual_income_usd");
    expect(found.missing).toBe(1);
    expect(found.issues).toHaveLength(1);
  });

  test("21.234 among whole numbers of up to three digits means thousands", async () => {
    const short = (n: number) => String(100 + (n % 900));
    const found = await look({ income: last("21.234", short) }, "annual_income_usd");
    expect(found.notation).toContain("dots between thousands");
    expect(found.values).toContain("21234.0");
  });

  test("12.5 among whole numbers is a decimal", async () => {
    const found = await look({ income: last("21000.5", income) }, "annual_income_usd");
    expect(found).toMatchObject({ notation: "number", missing: 0, issues: [] });
    expect(found.values).toContain("21000.5");
  });

  test("007 makes every id text where 7 is another", async () => {
    const found = await look({ id: last("007", String) }, "user_id");
    expect(found).toMatchObject({ types: ["VARCHAR"], missing: 0 });
    expect(found.values).toContain("007");
  });

  test("0099999 alone is a number still", async () => {
    const found = await look({ id: last("0099999", String) }, "user_id");
    expect(found).toMatchObject({ types: ["BIGINT"], missing: 0, issues: [] });
    expect(found.values).toContain("99999");
  });

  test("an id of letters makes every id text", async () => {
    const found = await look({ id: last("C-1", String) }, "user_id");
    expect(found).toMatchObject({ types: ["VARCHAR"], missing: 0, issues: [] });
  });

  test("a month that is none is one missing value", async () => {
    const found = await look({ opened: last("13/2010", opened) }, "opened_on", "cards");
    expect(found).toMatchObject({ missing: 1, issues: ["unreadable_value 1"] });
  });

  test("a year of another age is no opening month", async () => {
    const found = await look({ opened: last("01/1010", opened) }, "opened_on", "cards");
    expect(found).toMatchObject({ missing: 1, issues: ["unreadable_value 1"] });
  });

  test("rows keep their numbers", async () => {
    await using portfolio = await open({ income: last("lots", income) });
    expect(portfolio.issues[0]?.examples).toEqual([{ row: MANY + 1, value: "lots" }]);
  });
});

test("a clean file has ids that are numbers, the notation of its months, and no issues", async () => {
  const ids = await look({}, "user_id");
  expect(ids).toMatchObject({ types: ["BIGINT"], notation: "integer", issues: [] });
  expect(await look({}, "opened_on", "cards")).toMatchObject({ notation: "mm/yyyy", missing: 0 });
});

test("days count as their month", async () => {
  const day = (n: number) => `${2000 + (n % 20)}-0${1 + (n % 9)}-${String(1 + (n % 28)).padStart(2, "0")}`;
  const found = await look({ opened: day }, "opened_on", "cards");
  expect(found.notation).toBe("yyyy-mm-dd");
  expect([...found.values].filter((value) => !String(value).endsWith("-01"))).toEqual([]);
  expect(found.values).toContain("2001-02-01");
});
