import fc from "fast-check";
import { writeXlsx } from "hucre";
import { describe, expect, test } from "vitest";
import { escaped, madeFile, madeWorkbook } from "./made-workbook.ts";
import { readCells, type Value } from "./read-cells.ts";

/** What XML may hold; a spreadsheet escapes the rest, and line ends other than newline do not survive XML. */
const text = fc
  .string({
    unit: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(..."aZ0 <>&\"'_x;]#é東\n\t") },
      { weight: 1, arbitrary: fc.constant("😀") },
    ),
    minLength: 1,
    maxLength: 20,
  })
  .filter((value) => !/_x[0-9a-f]{4}_/i.test(value));
const decimal = fc.double({ noNaN: true, noDefaultInfinity: true });
const money = fc.integer({ min: -1e9, max: 1e9 }).map((cents) => cents / 100);
const number = fc.oneof(
  decimal,
  money,
  fc.integer(),
  fc.constantFrom(-0, Number.MAX_SAFE_INTEGER, 2 ** 53, 5e-324),
);
/** Days from 1 March 1900 on, in whole seconds. */
const date = fc
  .integer({ min: -25_508 * 86_400, max: 2_932_896 * 86_400 })
  .map((seconds): Value => ({ days: seconds / 86_400 }));
const value: fc.Arbitrary<Value> = fc.oneof(number, text, fc.boolean(), date, fc.constant(null));
const table = fc.array(fc.array(value, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 12 });

const letter = (column: number): string => String.fromCharCode(65 + column);

function typed(cell: Value): [attributes: string, content: string] {
  if (typeof cell === "number") return ["", `<v>${Object.is(cell, -0) ? "-0" : cell}</v>`];
  if (typeof cell === "boolean") return ['t="b"', `<v>${cell ? 1 : 0}</v>`];
  if (typeof cell === "string") return ['t="str"', `<v>${escaped(cell)}</v>`];
  if (cell !== null && "days" in cell) return ['s="1"', `<v>${cell.days + 25_569}</v>`];
  return ["", ""];
}

/** Ways to spell one and the same cell. */
const spelling = fc.record({
  quote: fc.constantFrom('"', "'"),
  gap: fc.constantFrom(" ", "  ", "\n\t"),
  hasReference: fc.boolean(),
  prefix: fc.constantFrom("", "x:"),
  between: fc.constantFrom("", " ", "\r\n", "<!-- <v>9</v></c> -->", "<?php </c> ?>"),
});
type Spelling = typeof spelling extends fc.Arbitrary<infer S> ? S : never;

function spelled(rows: readonly (readonly Value[])[], how: Spelling): string {
  const { quote, gap, prefix, between } = how;
  const cell = (content: Value, row: number, column: number): string => {
    const [attributes, inner] = typed(content);
    const reference = how.hasReference ? `${gap}r="${letter(column)}${row}"` : "";
    const opening = `${prefix}c${reference}${attributes && gap}${attributes}`.replaceAll('"', quote);
    return `<${opening}${inner ? `>${between}${inner.replaceAll(/(<\/?)v/g, `$1${prefix}v`)}${between}</${prefix}c>` : "/>"}${between}`;
  };
  return rows
    .map(
      (row, r) =>
        `<${prefix}row>${between}${row.map((one, c) => cell(one, r + 1, c)).join("")}</${prefix}row>`,
    )
    .join(between);
}

const isEmpty = (row: readonly Value[]): boolean => row.every((cell) => cell === null);
const widened = (rows: readonly (readonly Value[])[]): Value[][] =>
  rows.map((row) => Array.from({ length: 6 }, (_, i) => rounded(row[i] ?? null)));
/** A serial number has less room for the time of day than a count from 1970, by some microseconds. */
const rounded = (cell: Value): Value =>
  cell !== null && typeof cell === "object" && "days" in cell
    ? { days: Math.round(cell.days * 86_400) }
    : cell;

describe("any table", () => {
  test("reads back as it was written by hand, however it is spelled", async () => {
    await fc.assert(
      fc.asyncProperty(table, spelling, async (rows, how) => {
        const read = await readCells(madeWorkbook({ rows: spelled(rows, how) }));
        const kept = rows.map((row, i) => ({ row, number: i + 1 })).filter(({ row }) => !isEmpty(row));
        expect(read.rowNumbers).toEqual(kept.map((one) => one.number));
        expect(widened(read.rows)).toEqual(widened(kept.map((one) => one.row)));
      }),
      { numRuns: 150 },
    );
  });

  test("reads back as another program wrote it", async () => {
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom("shared", "inline"), async (rows, stringMode) => {
        const cells = rows.map((row) =>
          row.map((cell) =>
            cell !== null && typeof cell === "object" && "days" in cell
              ? new Date(cell.days * 86_400_000)
              : cell,
          ),
        );
        const sheets = [{ name: "data", rows: cells as (string | number | boolean | Date | null)[][] }];
        const read = await readCells(
          madeFile(Buffer.from(await writeXlsx({ sheets, stringMode: stringMode as "shared" | "inline" }))),
        );
        expect(widened(read.rows)).toEqual(
          widened(rows.filter((row) => !isEmpty(row))).map((row) =>
            row.map((cell) => (Object.is(cell, -0) ? 0 : cell)),
          ),
        );
      }),
      { numRuns: 100 },
    );
  });
});

test("every number comes out bit for bit as Number reads it", async () => {
  const spelledNumbers = fc.oneof(
    decimal.map(String),
    decimal.map((x) => x.toExponential()),
    fc.tuple(fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }), fc.nat(22)).map(([digits, places]) => {
      const sign = digits < 0n ? "-" : "";
      const all = String(digits < 0n ? -digits : digits).padStart(places + 1, "0");
      return places === 0 ? sign + all : `${sign}${all.slice(0, -places)}.${all.slice(-places)}`;
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(spelledNumbers, { minLength: 1, maxLength: 200 }), async (numbers) => {
      const rows = numbers
        .map((written, i) => `<row r="${i + 1}"><c r="A${i + 1}"><v>${written}</v></c></row>`)
        .join("");
      const read = await readCells(madeWorkbook({ rows }));
      for (const [i, written] of numbers.entries()) {
        expect(Object.is(read.rows[i]?.[0], Number(written)), `${written} became ${read.rows[i]?.[0]}`).toBe(
          true,
        );
      }
    }),
    { numRuns: 100 },
  );
});

test("a text is the same in every place that a cell may have it, among any others", async () => {
  const escapes = text.map((value) => value.replaceAll("_x", "_x005F_x"));
  const few = fc.tuple(escapes, escapes, escapes).chain((words) => fc.array(fc.constantFrom(...words)));
  await fc.assert(
    fc.asyncProperty(fc.oneof(few, fc.array(escapes, { maxLength: 50 })), async (texts) => {
      const rows = texts.map((written, i) => {
        const [xml, n] = [escaped(written), i + 1];
        return `<row r="${n}"><c r="A${n}" t="inlineStr"><is><t>${xml}</t></is></c><c r="B${n}" t="inlineStr" s="1"><is><t xml:space="preserve">${xml}</t></is></c><c r="C${n}" s="1" t="str"><v>${xml}</v></c><c r='D${n}' t='str'><v>${xml}</v></c><c r="E${n}" t="s"><v>${i}</v></c></row>`;
      });
      const strings = texts.map((written) => `<si><t>${escaped(written)}</t></si>`).join("");
      const read = await readCells(madeWorkbook({ rows: rows.join(""), strings }));
      expect(read.rows).toEqual(
        texts.map((written) => Array.from({ length: 5 }, () => written.replaceAll("_x005F_x", "_x"))),
      );
    }),
    { numRuns: 100 },
  );
});
