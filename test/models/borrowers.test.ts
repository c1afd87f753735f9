import { expect, test } from "vitest";
import { readColumns, readRanges } from "../../src/engines/columns.ts";
import { openDuckDB } from "../../src/engines/duckdb.ts";
import { QueryError } from "../../src/errors.ts";
import { TableLoader } from "../../src/models/load-rows.ts";
import { openPortfolio } from "../../src/portfolio/portfolio.ts";
import { raw } from "../../src/sql/statement.ts";
import { openFolder } from "../ingest/folder.ts";

const USERS = `id,current_age,gender,yearly_income,total_debt,credit_score,latitude,defaulted
1,53,Female,60000,30000,787,40.1,no
2,70,Male,0,9000,,41.2,yes
3,61,,33000,,698,42.3,
`;
const CARDS = `card_id,client_id,card_brand,card_type,expires,credit_limit,balance,acct_open_date
11,1,Visa,Credit,12/2026,10000,2500,09/2019
12,1,Visa,Credit,12/2026,10000,-50,09/2021
13,2,Visa,Debit,12/2026,500,,04/2014
`;

test("customers come as columns by key, with missing values, groups and outcomes, without what never decides", async () => {
  await using folder = await openFolder();
  const files = [await folder.file("users.csv", USERS), await folder.file("cards.csv", CARDS)];
  await using portfolio = await openPortfolio(files, { asOf: "2024-06-30" });
  const read = await portfolio.borrowers();
  const values = Object.fromEntries(read.inputs.map((column) => [column.name, [...column.values]]));
  const none = Number.NaN;
  expect(read.keys).toEqual(["1", "2", "3"]);
  expect(values).toEqual({
    utilisation: [2500 / 20000, none, none],
    debt_to_income: [0.5, none, none],
    credit_score: [787, none, 698],
    annual_income_usd: [60000, 0, 33000],
    total_debt_usd: [30000, 9000, none],
    credit_limit_valid_usd: [20000, 0, 0],
    balance_valid_usd: [2500, none, none],
    cards: [2, 1, 0],
    credit_cards: [2, 0, 0],
    valid_credit_cards: [2, 0, 0],
    // September 2019 to June 2024
    months_since_first_credit_card: [57, none, none],
  });
  expect([...(read.outcome ?? [])]).toEqual([0, 1, -1]);
  expect(read.groupings.map(({ dimension, groups, values: of }) => [dimension, groups, [...of]])).toEqual([
    ["gender", ["Female", "Male"], [0, 1, -1]],
    ["age_group", ["under 62", "62 and over"], [0, 1, 0]],
  ]);
  expect(read.leftOut.map(({ column }) => column)).toEqual(["user_id", "age", "gender", "latitude"]);
  const all = await portfolio.borrowers({ allInputs: true });
  expect(all.inputs.map(({ name }) => name)).toEqual([...Object.keys(values), "age", "latitude", "gender"]);
});

test("columns are read in batches, nulls as missing", async () => {
  await using engine = await openDuckDB();
  await engine.execute(
    raw("create table t as select i as id, case when i % 3 > 0 then i / 2 end as half from range(5000) r(i)"),
  );
  const { keys, numbers } = await readColumns(engine, "id", ["half", "-id"], "t order by id");
  expect(keys).toHaveLength(5000);
  expect(keys[4999]).toBe("4999");
  expect([...(numbers[0]?.slice(2997, 3001) ?? [])]).toEqual([Number.NaN, 1499, 1499.5, Number.NaN]);
  expect(numbers[1]?.[4999]).toBe(-4999);
  await expect(readColumns(engine, "id", ["nothing"], "t")).rejects.toThrow(QueryError);
});

test("ranges of a table are read while its connection fills another, and stop when they are told to", async () => {
  await using engine = await openDuckDB();
  const rows = 300_000;
  await engine.execute(raw(`create table t as select i as id, i % 1000 as v from range(${rows}) r(i)`));
  const request = { rowid: "t.rowid", rows, numbers: ["t.rowid", "v"], from: "t", least: 10_000 };
  {
    using loader = await TableLoader.create(engine, "doubled", {
      row: "integer",
      twice: "double",
      word: "varchar",
    });
    for await (const { numbers } of readRanges(engine, request)) {
      const [ids = new Float64Array(), values = new Float64Array()] = numbers;
      const words = Array.from(values, (value) => (value === 7 ? null : `is ${value}`));
      loader.append([ids, values.map((value) => 2 * value), words]);
      await engine.query(raw("select 1 as one"));
    }
  }
  const { rows: found } = await engine.query(
    raw(`select count(*) as n, count(distinct doubled.row) as ids, count(word) as words,
count(*) filter (where twice = 2 * v and (word = 'is ' || v or (v = 7 and word is null))) as right_ones
from doubled join t on t.rowid = doubled.row`),
  );
  expect(found).toEqual([{ n: rows, ids: rows, words: rows - rows / 1000, right_ones: rows }]);
  const stop = new AbortController();
  let read = 0;
  const reading = async () => {
    for await (const batch of readRanges(engine, { ...request, signal: stop.signal })) {
      read += batch.rows;
      stop.abort();
    }
  };
  await expect(reading()).rejects.toThrow(/abort/);
  expect(read).toBeLessThan(rows / 10);
});
