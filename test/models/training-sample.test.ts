import { expect, test } from "vitest";
import { type DuckDBEngine, openDuckDB } from "../../src/engines/duckdb.ts";
import { learnable } from "../../src/models/learnable.ts";
import { LowestHashes, SAMPLED, sampleCustomers, sampleSize } from "../../src/models/training-sample.ts";
import { Random } from "../../src/risk/random.ts";
import { Inputs } from "../../src/schema/inputs.ts";
import { measureValues } from "../../src/schema/measures.ts";
import { raw } from "../../src/sql/statement.ts";

const customers = async (engine: DuckDBEngine, order: string) =>
  engine.execute(
    raw(`create or replace table customer_profile as
select
  i as user_id,
  case when i % 40 = 0 then null else i % 10 = 1 end as defaulted,
  cast(500 + i % 300 as double) as credit_score,
  cast(case when i = 7 then 2 else 1 end as double) as annual_income_usd,
  cast(null as double) as total_debt_usd,
  cast(null as double) as debt_to_income,
  40 as age,
  5 as cards
from range(4000) r(i) order by ${order}`),
  );
const drawn = async (engine: DuckDBEngine) =>
  (
    await engine.query(
      raw(
        `select user_id from customer_profile where rowid in (select customer from ${SAMPLED}) order by user_id`,
      ),
    )
  ).rows.map((row) => Number(row["user_id"]));
const view = {
  asOf: "2024-06-30",
  values: measureValues(),
  inputs: new Inputs([
    "users.defaulted",
    "users.credit_score",
    "users.annual_income_usd",
    "users.total_debt_usd",
  ]),
  outcomes: { known: 3_900, defaults: 400 },
};

test("more are drawn where the rarer outcome is rare", () => {
  expect(sampleSize(1_000_000, 80_000)).toBe(50_000);
  expect(sampleSize(1_000_000, 920_000)).toBe(50_000);
  // a thousandth: a million for a thousand of them, so two are wanted
  expect(sampleSize(10_000_000, 10_000)).toBe(2_000_000);
  expect(sampleSize(4_000, 40, { most: 100, wanted: 20 })).toBe(2_000);
});

test("the lowest hashes are kept of any number, and none where all may stay", () => {
  const random = new Random(4, 1);
  for (const [count, range] of [
    [5_000, 1e9],
    [5_000, 300],
    [21, 1e9],
    [20, 1e9],
  ] as const) {
    const hashes = Array.from({ length: count }, () => random.below(range));
    const lowest = new LowestHashes(20);
    hashes.forEach((hash, row) => {
      lowest.add(hash, row);
    });
    const limit = hashes.toSorted((a, b) => a - b)[20];
    const expected =
      limit === undefined ? undefined : [...hashes.keys()].filter((row) => (hashes[row] ?? 0) < limit);
    expect(lowest.rows() && [...(lowest.rows() ?? [])]).toEqual(expected);
  }
});

test("customers are drawn by their keys, whatever their order, among those of whom a condition holds", async () => {
  await using engine = await openDuckDB();
  await customers(engine, "i");
  expect(await sampleCustomers(engine, "defaulted is not null", { size: 4_000, seed: 1 })).toBe(false);
  expect(await sampleCustomers(engine, "defaulted is not null", { size: 1_000, seed: 1 })).toBe(true);
  const found = await drawn(engine);
  expect(found).toHaveLength(1_000);
  expect(found.every((id) => id % 40 !== 0)).toBe(true);
  // a tenth of them defaulted, but for chance
  expect(Math.abs(found.filter((id) => id % 10 === 1).length - 103)).toBeLessThan(40);
  await customers(engine, "i % 7, -i");
  await sampleCustomers(engine, "defaulted is not null", { size: 1_000, seed: 1 });
  expect(await drawn(engine)).toEqual(found);
  await sampleCustomers(engine, "defaulted is not null", { size: 1_000, seed: 2 });
  expect(await drawn(engine)).not.toEqual(found);
  const stopped = sampleCustomers(engine, "true", { size: 9, seed: 1, signal: AbortSignal.abort() });
  await expect(stopped).rejects.toThrow(/abort/);
});

test("what a sample leaves out is what tells nothing of all customers", async () => {
  await using engine = await openDuckDB();
  await customers(engine, "i");
  const all = await learnable(engine, view);
  const sample = await learnable(engine, view, { most: 500, wanted: 10 });
  expect(all.labelled.rows).toBe(3_900);
  expect(sample.labelled.rows).toBe(500);
  const said = ({ leftOut, unknown, all: known, labelled }: typeof all) => ({
    leftOut,
    unknown,
    known,
    inputs: labelled.inputs.map(({ name }) => name),
  });
  expect(said(sample)).toEqual(said(all));
  // one customer has another income, and is not drawn
  expect(sample.labelled.keys).not.toContain("7");
  expect(said(sample)).toMatchObject({
    unknown: 100,
    known: 3_900,
    inputs: ["credit_score", "annual_income_usd"],
  });
  sample.labelled.keys.forEach((key, i) => {
    expect(sample.labelled.inputs[0]?.values[i]).toBe(500 + (Number(key) % 300));
    expect(sample.labelled.outcome[i]).toBe(Number(key) % 10 === 1 ? 1 : 0);
  });
});
