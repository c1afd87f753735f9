import { expect, test } from "vitest";
import { defaultLimits, type WorkbookLimits } from "../../../src/ingest/xlsx/workbook.ts";
import { type Made, madeWorkbook, main, office } from "./made-workbook.ts";
import { readCells } from "./read-cells.ts";

const rows = Array.from(
  { length: 300 },
  (_, i) =>
    `<row r="${i + 1}"><c r="A${i + 1}" t="s"><v>${i}</v></c><c r="B${i + 1}" t="str"><v>${"y".repeat(40)}</v></c></row>`,
).join("");
const strings = Array.from(
  { length: 300 },
  (_, i) => `<si><t>text number ${i} ${"x".repeat(30)}</t></si>`,
).join("");
const sheets = `<sheets>${'<sheet name="data" r:id="rId1"/>'.repeat(3)}</sheets>`;
const made: Made = {
  rows,
  strings,
  workbook: `<workbook xmlns="${main}" xmlns:r="${office}">${sheets}</workbook>`,
};
const path = (): string => madeWorkbook(made);
const sheetBytes = Buffer.byteLength(rows) + 131;

/** Each limit with the most that still refuses and the least that passes. */
const edges: readonly [keyof WorkbookLimits, number, number, RegExp][] = [
  ["entries", 6, 7, /has 7 parts, and 6 are allowed/],
  ["sheets", 2, 3, /has 3 sheets, and 2 are allowed/],
  ["rows", 299, 300, /has a row 300, and 299 are allowed/],
  ["columns", 1, 2, /has a cell in column 2, and 1 are allowed/],
  ["cells", 599, 600, /has more than 599 cells/],
  ["textBytes", 45, 46, /has a text of more than 45 bytes/],
  ["sharedStrings", 299, 300, /has more than 299 different texts/],
  ["sharedStringBytes", 13_689, 13_690, /has more than 13689 bytes of text/],
  ["wholePartBytes", 10, 10_000, /takes more than 10 bytes/],
  ["totalBytes", 30_000, 100_000, /brings the workbook to more than 30000 bytes/],
];

test.each(edges)("%s: %i refuses, %i passes", async (name, tooLittle, enough, message) => {
  await expect(readCells(path(), { limits: { [name]: tooLittle } })).rejects.toThrow(message);
  expect((await readCells(path(), { limits: { [name]: enough } })).rows).toHaveLength(300);
});

test("partBytes: a sheet may be exactly that long", async () => {
  const size = sheetBytes;
  await expect(readCells(path(), { limits: { partBytes: 1000 } })).rejects.toThrow(
    /takes more than 1000 bytes unzipped/,
  );
  expect((await readCells(path(), { limits: { partBytes: size * 2 } })).rows).toHaveLength(300);
});

test("ratio: looked at once a part is large enough to matter", async () => {
  const bomb = madeWorkbook({ rows: `<row r="1"><c r="A1"><v>1</v></c></row>${" ".repeat(3_000_000)}` });
  const limits = { ratio: 100, ratioFromBytes: 1_000_000 };
  await expect(readCells(bomb, { limits })).rejects.toThrow(
    /sheet "data" of .* unzips to more than 100 times its size/,
  );
  expect((await readCells(bomb, { limits: { ratio: 100 } })).rows).toEqual([[1]]);
  expect((await readCells(bomb, { limits: { ...limits, ratio: 2000 } })).rows).toEqual([[1]]);
});

test("an element that never ends is refused long before the part does", async () => {
  const endless = `<row r="1"><c r="A1" x="${"y".repeat(20_000_000)}"/></row>`;
  await expect(readCells(madeWorkbook({ rows: endless }))).rejects.toThrow(
    /has an element of more than 8388608 bytes/,
  );
});

test("long texts are refused in each of the three places that hold them", async () => {
  const long = "z".repeat(200);
  const limits = { textBytes: 100 };
  const inline = `<row r="1"><c r="A1" t="inlineStr"><is><r><t>${long.slice(0, 99)}</t></r><r><t>zz</t></r></is></c></row>`;
  const formula = `<row r="1"><c r="A1" t="str"><v>${long}</v></c></row>`;
  await expect(readCells(madeWorkbook({ rows: inline }), { limits })).rejects.toThrow(
    /row 1 has a text of more than 100/,
  );
  await expect(readCells(madeWorkbook({ rows: formula }), { limits })).rejects.toThrow(
    /row 1 has a text of more than 100/,
  );
  await expect(readCells(madeWorkbook({ strings: `<si><t>${long}</t></si>` }), { limits })).rejects.toThrow(
    /more than 100/,
  );
});

test("reading a sheet again does not count its bytes again", async () => {
  const limits = { ...defaultLimits, totalBytes: 60_000 };
  const { openWorkbook } = await import("../../../src/ingest/xlsx/workbook.ts");
  await using workbook = await openWorkbook(path(), limits);
  for (let time = 0; time < 4; time++) expect((await workbook.read("data", {}, () => {})).rows).toBe(300);
});
