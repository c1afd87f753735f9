import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DuckDBEngine, openDuckDB } from "../../src/engines/duckdb.ts";
import { cutCardNumber, cutCardNumberSql } from "../../src/ingest/card-number.ts";
import { maskCardNumbers, maskCardNumbersSql } from "../../src/schema/mask.ts";
import { literal, raw } from "../../src/sql/statement.ts";

let engine: DuckDBEngine;
beforeAll(async () => {
  engine = await openDuckDB();
});
afterAll(() => engine[Symbol.asyncDispose]());

async function inSql(texts: readonly string[], sql: (x: string) => string): Promise<unknown[]> {
  const rows = texts.map((text, i) => `(${i}, ${literal(text)})`).join(", ");
  const { rows: found } = await engine.query(
    raw(`select ${sql("x")} as value from (values ${rows}) t(i, x) order by i`),
  );
  return found.map(({ value }) => value);
}

const digit = fc.constantFrom(..."0123456789");
const digits = (min: number, max: number) =>
  fc.array(digit, { minLength: min, maxLength: max }).map((found) => found.join(""));
/** Digits as people and spreadsheets set them apart. */
const cardNumber = fc
  .tuple(
    digits(13, 19),
    fc.constantFrom("", " ", "-", ".", "\u00a0", "  ", " - ".slice(1)),
    fc.constantFrom(1, 2, 4),
  )
  .map(([number, apart, every]) => number.replace(new RegExp(`(.{${every}})(?=.)`, "g"), `$1${apart}`));
const text = fc
  .array(
    fc.oneof(
      cardNumber,
      digits(0, 12),
      fc.string({ unit: fc.constantFrom("a", "é", " ", "-", "/", "x", "'", "\n", "$", "１") }),
    ),
    {
      maxLength: 4,
    },
  )
  .map((parts) => parts.join(" and "));

test("a masked text holds no card number, and one without any is left as it is", () => {
  fc.assert(
    fc.property(text, cardNumber, (before, number) => {
      const masked = maskCardNumbers(`${before} is ${number}.`);
      expect(masked.replaceAll(/[ .\-\u00a0]/g, "")).not.toMatch(/\p{Nd}{13}/u);
      expect(masked).not.toContain(number);
    }),
    { numRuns: 500 },
  );
  for (const kept of ["2020-02-29", "127613", "12/2022", "462 Rose Lane", "123456789012"])
    expect(maskCardNumbers(kept)).toBe(kept);
  expect(maskCardNumbers("card 4111-1111 1111.1234!")).toBe("card …1234!");
});

test("the database masks and cuts as JavaScript does", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(text, cardNumber), { minLength: 1, maxLength: 20 }), async (texts) => {
      expect(await inSql(texts, maskCardNumbersSql)).toEqual(texts.map(maskCardNumbers));
      const filled = texts.filter((one) => one.trim() !== "");
      if (filled.length > 0) expect(await inSql(filled, cutCardNumberSql)).toEqual(filled.map(cutCardNumber));
    }),
    { numRuns: 60 },
  );
});

test("no more than four digits of a card number are kept", () => {
  fc.assert(
    fc.property(cardNumber, (number) => {
      expect(cutCardNumber(number)).toMatch(/^\d{1,2}:(?:\d{4})?$/);
    }),
  );
  expect(cutCardNumber("4.34E+15")).toBe("0:");
  expect(cutCardNumber("**** **** **** 1234")).toBe("4:1234");
});
