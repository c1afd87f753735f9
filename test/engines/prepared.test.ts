import fc from "fast-check";
import { expect, test } from "vitest";
import { openDuckDB } from "../../src/engines/duckdb.ts";
import { Prepared, preparable } from "../../src/engines/prepared.ts";
import { raw } from "../../src/sql/statement.ts";

/** Each of them could be answered from what a table held when it was planned. */
const statements = [
  "select count(*) from a where x > 100",
  "select count(*) from a where x is null",
  "select count(*) from a where y is not null",
  "select count(*), min(x), max(x) from a",
  "select count(*) from a join b using (x)",
  "select count(*) filter (b.x is null) from a left join b using (x)",
  "select count(*) from a left join b using (x) where b.x is null or b.y > a.y",
  "select count(*) from a where x in (select x from b)",
  "select count(*) from a where x not in (select x from b where x is not null)",
  "select y, count(*), sum(x) from a group by y order by y",
];

const cell = fc.option(fc.integer({ min: -5, max: 300 }), { nil: null });
const change = fc.oneof(
  fc.record({
    into: fc.constantFrom("a", "b"),
    rows: fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }),
  }),
  fc.record({ from: fc.constantFrom("a", "b"), above: fc.integer({ min: -5, max: 300 }) }),
);

test("a statement that was planned before answers as one that is planned now", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
      await using engine = await openDuckDB(":memory:", { threads: "1", ...preparable });
      for (const table of ["a", "b"])
        await engine.execute(raw(`create table ${table} (x bigint, y integer)`));
      using prepared = await Prepared.on(engine);
      for (const one of changes) {
        await engine.execute(
          raw(
            "into" in one
              ? `insert into ${one.into} values ${one.rows.map(([x, y]) => `(${x}, ${y})`).join(", ")}`
              : `delete from ${one.from} where x > ${one.above}`,
          ),
        );
        for (const text of statements) {
          const found = (await prepared.chunks(text)).flatMap((chunk) => chunk.getRows());
          const fresh = await engine.connection.run(text);
          expect(found, text).toEqual((await fresh.fetchAllChunks()).flatMap((chunk) => chunk.getRows()));
        }
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);

test("parameters, rows that changed, and an instance that would answer from what it held", async () => {
  await using engine = await openDuckDB(":memory:", preparable);
  await engine.execute(raw("create table a (x bigint, name varchar)"));
  using prepared = await Prepared.on(engine);
  const insert = "insert into a values ($1, $2)";
  expect(await prepared.run(insert, 1n, "one")).toBe(1);
  expect(await prepared.run(insert, 2n, null)).toBe(1);
  expect(await prepared.run("update a set name = 'two' where name is null")).toBe(1);
  expect(await prepared.number("select count(*) from a where name = $1", "two")).toBe(1);
  await expect(prepared.run("select nothing")).rejects.toMatchObject({ code: "QUERY_FAILED" });
  await using other = await openDuckDB();
  await expect(Prepared.on(other)).rejects.toThrow("not preparable");
});
