import { describe, expect, test } from "vitest";
import { SharedStrings } from "../../../src/ingest/xlsx/shared-strings.ts";
import { readSheet } from "../../../src/ingest/xlsx/sheet-reader.ts";
import { defaultLimits } from "../../../src/ingest/xlsx/workbook.ts";
import { collector, type Rows } from "./read-cells.ts";

const strings =
  "\uFEFF<?xml version='1.0'?><!-- texts --><sst><si><t>one &amp; é😀</t></si><si/><si><r><t>a</t></r><r><t xml:space='preserve'> b</t></r><rPh><t>x</t></rPh></si><si><t>c<![CDATA[<d>]]></t></si></sst>";
const sheet =
  '<?xml version="1.0"?><!-- <row r="9"> --><worksheet><cols><col min="1"/></cols><sheetData><row r="1" spans="1:5"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>45351.5</v></c><c r="C1"><v>-12.75</v></c>' +
  '<c r="D1" t="b"><v>1</v></c><c r="E1" t="e"><v>#DIV/0!</v></c></row><row r=\'3\'><c r="A3" t="s"><v>2</v></c><c r="B3" t="str"><f>"&lt;"</f><v>é&lt;<![CDATA[</c>]]></v></c>' +
  '<c r="D3"/><x:c r="E3"><f>1</f></x:c></row><!-- </row> --><row><c t="inlineStr"><is><t>in</t><t>line</t></is></c><c r="C4"><v>1e3</v></c><c r="D4" t="s"><v>3</v></c></row></sheetData><after/></worksheet>';

const whole: Rows = {
  rowNumbers: [1, 3, 4],
  rows: [
    ["one & é😀", { days: 19782.5 }, -12.75, true, { error: "#DIV/0!" }],
    ["a b", "é<</c>", null, null, { formula: true }],
    ["inline", null, 1000, "c<d>", null],
  ],
};

async function* cut(text: string, ...places: number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  let from = 0;
  for (const to of [...places, bytes.length]) {
    // Copies, as a reader may write into what it was given.
    yield Buffer.from(bytes.subarray(from, to));
    from = to;
  }
}

async function read(sheetChunks: AsyncIterable<Buffer>, stringChunks: AsyncIterable<Buffer>) {
  const { table, onBatch } = collector();
  const context = {
    strings: await SharedStrings.read(stringChunks, defaultLimits),
    dateStyles: [false, true],
    dateSystem: 1900,
  } as const;
  await readSheet(sheetChunks, context, defaultLimits, {}, onBatch);
  return table;
}

const widest = (table: Rows) => ({
  ...table,
  rows: table.rows.map((row) => Array.from({ length: 5 }, (_, i) => row[i] ?? null)),
});

describe("pieces of a part", () => {
  test("the whole at once", async () => {
    expect(widest(await read(cut(sheet), cut(strings)))).toEqual(whole);
  });

  test("a sheet cut in two at every byte", async () => {
    for (let place = 0; place <= Buffer.byteLength(sheet); place++) {
      expect(widest(await read(cut(sheet, place), cut(strings))), `cut at ${place}`).toEqual(whole);
    }
  });

  test("a sheet cut in three around every byte", async () => {
    for (let place = 0; place < Buffer.byteLength(sheet); place++) {
      expect(widest(await read(cut(sheet, place, place + 1), cut(strings))), `cut at ${place}`).toEqual(
        whole,
      );
    }
  });

  test("shared texts cut in two at every byte", async () => {
    for (let place = 0; place <= Buffer.byteLength(strings); place++) {
      expect(widest(await read(cut(sheet), cut(strings, place))), `cut at ${place}`).toEqual(whole);
    }
  });

  test("both byte by byte", async () => {
    const each = (text: string) => Array.from({ length: Buffer.byteLength(text) }, (_, i) => i);
    expect(widest(await read(cut(sheet, ...each(sheet)), cut(strings, ...each(strings))))).toEqual(whole);
  });

  test("a sheet that stops in the middle is refused wherever it stops", async () => {
    const last = Buffer.byteLength(sheet.slice(0, sheet.indexOf("</sheetData>"))) + "</sheetData".length;
    for (let length = 0; length <= last; length++) {
      const part = Buffer.from(sheet).subarray(0, length).toString("latin1");
      await expect(read(cut(part), cut(strings)), `stops at ${length}`).rejects.toThrow(
        "ends before its rows do",
      );
    }
  });
});

test("long texts end a batch early, in the middle of a row too, and none is lost", async () => {
  const texts = (row: number) => ["a", "é", "z"].map((letter) => letter.repeat(300_000 + row));
  const rows = Array.from({ length: 40 }, (_, row) => texts(row));
  const xml = rows.map(
    (row, i) =>
      `<row r="${i + 1}"><c><v>${i}</v></c>${row.map((one) => `<c t="inlineStr"><is><t>${one}</t></is></c>`).join("")}</row>`,
  );
  const { table, onBatch } = collector();
  const context = { strings: new SharedStrings(), dateStyles: [], dateSystem: 1900 } as const;
  const sizes: number[] = [];
  await readSheet(
    cut(`<worksheet><sheetData>${xml.join("")}</sheetData></worksheet>`),
    context,
    defaultLimits,
    {},
    (batch) => {
      sizes.push(batch.texts.bytes.length);
      onBatch(batch);
    },
  );
  expect(table.rows).toEqual(rows.map((row, i) => [i, ...row]));
  expect(sizes.length).toBeGreaterThan(3);
  expect(Math.max(...sizes)).toBeLessThan(32 * 2 ** 20);
});
