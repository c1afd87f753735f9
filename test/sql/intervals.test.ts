import { afterAll, beforeAll, expect, it } from "vitest";
import { type DuckDBEngine, openDuckDB } from "../../src/engines/duckdb.ts";
import { katzHigh, katzLow, wilsonHigh, wilsonLow } from "../../src/sql/intervals.ts";
import { sql } from "../../src/sql/statement.ts";

let db: DuckDBEngine;
beforeAll(async () => {
  db = await openDuckDB();
});
afterAll(() => db[Symbol.asyncDispose]());

const bounds = async (k: number, n: number) => {
  const { rows } = await db.query(
    sql`select ${wilsonLow("k", "n")} as low, ${wilsonHigh("k", "n")} as high from (select ${k} as k, ${n} as n)`,
  );
  return rows[0];
};

// Newcombe (1998), table I, method 3.
it.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])("Wilson's interval of %i in %i", async (k, n, low, high) => {
  expect(await bounds(k, n)).toEqual({ low: expect.closeTo(low, 4), high: expect.closeTo(high, 4) });
});

it("Wilson's interval ends at 0 and 1 exactly, and there is none of nobody", async () => {
  expect(await bounds(0, 7)).toMatchObject({ low: 0 });
  expect(await bounds(7, 7)).toMatchObject({ high: 1 });
  expect(await bounds(0, 0)).toEqual({ low: null, high: null });
});

it("the log interval of a ratio", async () => {
  const ratio = async (a: number, n: number, b: number, m: number) => {
    const { rows } = await db.query(
      sql`select ${katzLow("a", "n", "b", "m")} as low, ${katzHigh("a", "n", "b", "m")} as high
        from (select ${a} as a, ${n} as n, ${b} as b, ${m} as m)`,
    );
    return rows[0];
  };
  // aspirin and myocardial infarction (Physicians' Health Study 1989): 139/11,037 to 239/11,034, 0.58 (0.47 to 0.72)
  const { low, high } = (await ratio(139, 11_037, 239, 11_034)) as { low: number; high: number };
  expect(low).toBeCloseTo(0.47, 2);
  expect(high).toBeCloseTo(0.72, 2);
  expect(await ratio(0, 10, 5, 10)).toEqual({ low: null, high: null });
});
