import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DuckDBEngine, openDuckDB } from "../../src/engines/duckdb.ts";
import { infer } from "../../src/ingest/infer.ts";
import { cards } from "../../src/schema/cards.ts";
import type { Field } from "../../src/schema/tables.ts";
import { users } from "../../src/schema/users.ts";
import { literal, raw } from "../../src/sql/statement.ts";

let engine: DuckDBEngine;
beforeAll(async () => {
  engine = await openDuckDB();
});
afterAll(() => engine[Symbol.asyncDispose]());

/** What a whole column of cells is read as, with the name of the notation found for it. */
async function readColumn(field: Field, cells: readonly string[]) {
  const rows = cells.map((cell, i) => `(${i}, ${literal(cell)})`).join(", ");
  await engine.execute(raw(`create or replace table cells as select * from (values ${rows}) t(i, x)`));
  const column = await infer(engine, "cells", { column: "x", field, type: "VARCHAR" });
  const shown = field.reading === "month" ? `strftime(${column.value}, '%Y-%m')` : column.value;
  const { rows: found } = await engine.query(raw(`select ${shown} as value from cells order by i`));
  return { notation: column.notation, values: found.map(({ value }) => value) };
}

const money: Field = users.fields.annual_income_usd;
const group = (n: number, mark: string) => String(Math.abs(n)).replace(/\B(?=(\d{3})+(?!\d))/g, mark);
const cents = (n: number) => String(Math.abs(n) % 100).padStart(2, "0");
const units = (n: number, mark: string) => group(Math.trunc(Math.abs(n) / 100), mark);
const sign = (n: number) => (n < 0 ? "-" : "");

/** How a sum, in cents, is written. */
const moneyNotations: Readonly<Record<string, (n: number) => string>> = {
  plain: (n) => String(n / 100),
  dollars: (n) => `${sign(n)}$${units(n, "")}.${cents(n)}`,
  "dollars with thousands": (n) => `${sign(n)}$${units(n, ",")}.${cents(n)}`,
  "dollars, sign inside": (n) => `$${sign(n)}${units(n, ",")}.${cents(n)}`,
  "dollars and blanks": (n) => `  $${sign(n)}${units(n, ",")}.${cents(n)} `,
  "USD behind": (n) => `${sign(n)}${units(n, ",")}.${cents(n)} USD`,
  commas: (n) => `${sign(n)}${units(n, ",")}.${cents(n)}`,
  parentheses: (n) => (n < 0 ? `(${units(n, ",")}.${cents(n)})` : `${units(n, ",")}.${cents(n)}`),
  "decimal comma": (n) => `${sign(n)}${units(n, ".")},${cents(n)}`,
  euros: (n) => `${sign(n)}${units(n, ".")},${cents(n)} €`,
  "narrow blanks": (n) => `${sign(n)}${units(n, "\u202f")}.${cents(n)}`,
};

test.each(Object.entries(moneyNotations))("money in %s: what was printed is read", async (_, print) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: -99_999_999_99, max: 99_999_999_99 }), { minLength: 2, maxLength: 30 }),
      async (sums) => {
        const { values } = await readColumn(money, sums.map(print));
        expect(values).toEqual(sums.map((n) => expect.closeTo(n / 100, 6)));
      },
    ),
    { numRuns: 15 },
  );
});

test("thousands by dots, where every cell has three digits after its dot", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1000, max: 9_999_999 }), { minLength: 1, maxLength: 30 }),
      async (sums) => {
        const { values } = await readColumn(
          money,
          sums.map((n) => group(n, ".")),
        );
        expect(values).toEqual(sums);
      },
    ),
    { numRuns: 15 },
  );
});

test("dollars with thousands beside plain numbers keep their thousands", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 1000, max: 999_999 }), fc.boolean()), {
        minLength: 2,
        maxLength: 40,
      }),
      async (cells) => {
        const written = cells.map(([n, isText]) => (isText ? `$${group(n, ",")}` : String(n)));
        expect((await readColumn(money, written)).values).toEqual(cells.map(([n]) => n));
      },
    ),
    { numRuns: 30 },
  );
});

interface Month {
  readonly y: number;
  readonly m: number;
}
const month = fc.record({ y: fc.integer({ min: 1990, max: 2035 }), m: fc.integer({ min: 1, max: 12 }) });
const iso = ({ y, m }: Month) => `${y}-${String(m).padStart(2, "0")}`;
const two = (n: number) => String(n % 100).padStart(2, "0");
const short = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const long = "January February March April May June July August September October November December".split(
  " ",
);
const name = (m: number, names = short) => names[m - 1] ?? "";
const serial = ({ y, m }: Month) => Date.UTC(y, m - 1, 1) / 86_400_000 + 25_569;

const monthNotations: Readonly<Record<string, (month: Month) => string>> = {
  "yyyy-mm-dd": (d) => `${iso(d)}-01`,
  "yyyy/m/d": ({ y, m }) => `${y}/${m}/1`,
  "a day and a time": (d) => `${iso(d)}-01 00:00:00`,
  "a time with a zone": (d) => `${iso(d)}-01T00:00:00.000Z`,
  "yyyy-mm": iso,
  "mm/yyyy": ({ y, m }) => `${two(m)}/${y}`,
  "m/yyyy": ({ y, m }) => `${m}/${y}`,
  yyyymm: ({ y, m }) => `${y}${two(m)}`,
  yyyymmdd: ({ y, m }) => `${y}${two(m)}01`,
  serial: (d) => String(serial(d)),
  "m/d/yyyy": ({ y, m }) => `${m}/1/${y}`,
  "d.m.yyyy": ({ y, m }) => `1.${m}.${y}`,
  "dd-mm-yyyy": ({ y, m }) => `01-${two(m)}-${y}`,
  "mm/yy": ({ y, m }) => `${two(m)}/${two(y)}`,
  "m/d/yy": ({ y, m }) => `${m}/1/${two(y)}`,
  "Mmm-yy": ({ y, m }) => `${name(m)}-${two(y)}`,
  "MMM yy": ({ y, m }) => `${name(m).toUpperCase()} ${two(y)}`,
  "Mmm-yyyy": ({ y, m }) => `${name(m)}-${y}`,
  "Month yyyy": ({ y, m }) => `${name(m, long)} ${y}`,
  "d-Mmm-yyyy": ({ y, m }) => `1-${name(m)}-${y}`,
  "dd-Mmm-yy": ({ y, m }) => `01-${name(m)}-${two(y)}`,
  "Month d, yyyy": ({ y, m }) => `${name(m, long)} 1, ${y}`,
  "yy-Mmm": ({ y, m }) => `${two(y)}-${name(m)}`,
};

test.each(Object.entries(monthNotations))("months as %s: what was printed is read", async (_, print) => {
  await fc.assert(
    fc.asyncProperty(fc.array(month, { minLength: 2, maxLength: 30 }), async (months) => {
      // two days of one month tell nothing of the order of day and month
      fc.pre(new Set(months.map(({ m }) => m)).size > 1 && months.some(({ m }) => m > 1));
      const { values } = await readColumn(cards.fields.expires_on, months.map(print));
      expect(values).toEqual(months.map(iso));
    }),
    { numRuns: 15 },
  );
});

test.each<[string, (y: number, m: number, d: number) => string]>([
  ["m/d/yyyy", (y, m, d) => `${m}/${d}/${y}`],
  ["d/m/yyyy", (y, m, d) => `${d}/${m}/${y}`],
])("days as %s: one day past the twelfth decides for the column", async (_, print) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(month, fc.integer({ min: 1, max: 28 })), { minLength: 3, maxLength: 30 }),
      async (days) => {
        const written = [...days, [{ y: 2019, m: 3 }, 31] as const, [{ y: 2021, m: 5 }, 17] as const];
        const { values } = await readColumn(
          cards.fields.opened_on,
          written.map(([{ y, m }, d]) => print(y, m, d)),
        );
        expect(values).toEqual(written.map(([date]) => iso(date)));
      },
    ),
    { numRuns: 20 },
  );
});

test.each<[string, (y: number, m: number, d: number) => string]>([
  ["m/d/yyyy", (y, m, d) => `${m}/${d}/${y}`],
  ["yyyy-mm-dd", (y, m, d) => `${y}-${two(m)}-${two(d)}`],
])("Mmm-yy that a spreadsheet retyped as %s becomes the month it was", async (_, print) => {
  // a spreadsheet takes no 00 for a day: 2000 was left alone, as text
  const year = fc.integer({ min: 1991, max: 2020 }).map((y) => (y === 2000 ? 1999 : y));
  const opened = fc.noBias(fc.record({ y: year, m: fc.integer({ min: 1, max: 12 }) }));
  await fc.assert(
    fc.asyncProperty(fc.array(opened, { minLength: 40, maxLength: 60 }), async (months) => {
      // the file was saved in 2026; 97 is no day, so that such months became the first of theirs
      const retyped = months.map(({ y, m }) => (y >= 2001 ? print(2026, m, y - 2000) : print(y, m, 1)));
      const moved = months.filter(({ y }) => y >= 2001);
      fc.pre(moved.length > months.length / 2 && moved.length < months.length);
      const { values, notation } = await readColumn(cards.fields.opened_on, retyped);
      expect(notation).toContain("retyped");
      expect(values).toEqual(months.map(iso));
    }),
    { numRuns: 10 },
  );
});

test.each<[string, (i: number) => string]>([
  ["the last days of months", (i) => new Date(Date.UTC(2022, (i % 12) + 1, 0)).toISOString().slice(0, 10)],
  ["the first days of months", (i) => `2022-${two((i % 12) + 1)}-01`],
  [
    "days up to the 31st",
    (i) => new Date(Date.UTC(2022, 0, 1 + ((i * 11) % 365))).toISOString().slice(0, 10),
  ],
])("genuine dates of one year stay: %s", async (_, day) => {
  const days = Array.from({ length: 48 }, (_, i) => day(i));
  const { values, notation } = await readColumn(cards.fields.expires_on, days);
  expect(notation).toBe("yyyy-mm-dd");
  expect(values).toEqual(days.map((text) => text.slice(0, 7)));
});

test.each<[string, readonly string[], readonly boolean[]]>([
  ["yes/no", ["YES", "no", "Yes"], [true, false, true]],
  ["true/false", ["TRUE", "false", "True"], [true, false, true]],
  ["1/0", ["1", "0", "1"], [true, false, true]],
  ["y/n", ["Y", "n", "y"], [true, false, true]],
])("flags as %s", async (name, cells, values) => {
  expect(await readColumn(cards.fields.has_chip, cells)).toEqual({ notation: name, values });
});

test.each<[string, Field, readonly string[], readonly (number | string | null)[]]>([
  [
    "a cell that is no day of the calendar",
    cards.fields.expires_on,
    ["2022-02-30", "2022-03-01"],
    [null, "2022-03"],
  ],
  [
    "digits too many for a day number",
    cards.fields.expires_on,
    ["45000", "4111111111111111"],
    ["2023-03", null],
  ],
  [
    "words for missing and errors",
    money,
    ["5", "n/a", "NULL", "-", "#REF!", "7"],
    [5, null, null, null, null, 7],
  ],
  ["a number too large to be one", money, ["5", "1e999"], [5, null]],
  ["ages with decimals", users.fields.age, ["53.5", "44.25", "33"], [53.5, 44.25, 33]],
  ["three decimals below one", money, ["0.125", "50.123"], [0.125, 50.123]],
])("%s", async (_, field, cells, values) => {
  const found = await readColumn(field, cells);
  expect(found.values.map((value) => (value === Number.POSITIVE_INFINITY ? null : value))).toEqual(values);
});
