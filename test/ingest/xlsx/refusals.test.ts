import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { writeXlsx } from "hucre";
import { describe, expect, test } from "vitest";
import XlsxPopulate from "xlsx-populate";
import { CardscopeError } from "../../../src/errors.ts";
import { type Made, madeFile, madeWorkbook, main, partsOf, relationsXml, sheetXml } from "./made-workbook.ts";
import { readCells } from "./read-cells.ts";
import { type ZipPart, zip } from "./zip.ts";

const rows = '<row r="1"><c r="A1"><v>1</v></c></row>';

async function refusal(path: string): Promise<CardscopeError> {
  const error = await readCells(path).then(
    () => new Error("was read"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof CardscopeError)) throw error;
  expect(error).toMatchObject({ code: "DATA_REFUSED", exitCode: 3 });
  expect(error.hint).toMatch(/^[a-z]/);
  expect(error.message).not.toContain(tmpdir());
  return error;
}

const expectRefused = async (path: string, message: RegExp): Promise<void> =>
  expect((await refusal(path)).message).toMatch(message);

describe("files that are no workbook", () => {
  const compound = Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.alloc(3000)]);

  test.each<[string, Buffer | string, RegExp]>([
    ["an empty file", "", /is empty/],
    ["a page", "<!DOCTYPE html><html></html>", /is not a workbook/],
    ["a pointer", "version https://git-lfs.github.com/spec/v1\n", /is not a workbook/],
    ["a table of text", "id,age\n1,2\n", /is not a workbook/],
    ["a legacy workbook", compound, /is a legacy workbook \(\.xls\)/],
    ["the start of a zip file", Buffer.from("PK\u0003\u0004"), /is cut off or damaged/],
    ["an empty zip file", zip([]), /without a workbook/],
    ["a zip file of something", zip([{ name: "a.csv", bytes: "a\n1" }]), /without a workbook inside/],
    ["a text document", zip([{ name: "word/document.xml", bytes: "<w/>" }]), /is a text document \(\.docx\)/],
    ["a presentation", zip([{ name: "ppt/presentation.xml", bytes: "<p/>" }]), /is a presentation/],
    ["a binary workbook", zip([{ name: "xl/workbook.bin", bytes: "" }]), /is a binary workbook \(\.xlsb\)/],
    [
      "an OpenDocument table",
      zip([{ name: "content.xml", bytes: "<o/>" }]),
      /is an OpenDocument file \(\.ods\)/,
    ],
  ])("%s", async (_, bytes, message) => expectRefused(madeFile(bytes), message));

  test("a file that is not there", async () =>
    expectRefused("nowhere.xlsx", /nowhere\.xlsx cannot be opened/));

  test("workbooks with a password, of two writers", async () => {
    const sheets = [{ name: "data", rows: [[1]] }];
    const hucre = await writeXlsx({ sheets, encryption: { password: "x", spinCount: 10 } });
    await expectRefused(madeFile(Buffer.from(hucre)), /is protected by a password/);
    const workbook = await XlsxPopulate.fromBlankAsync();
    await expectRefused(
      madeFile(await workbook.outputAsync({ password: "x" })),
      /is protected by a password/,
    );
  });

  test("a password's mark on the edge of what is read at once", async () => {
    const mark = Buffer.from("EncryptedPackage", "utf16le");
    const before = Buffer.concat([compound, Buffer.alloc(2 ** 20 - compound.length - 7)]);
    await expectRefused(
      madeFile(Buffer.concat([before, mark, Buffer.alloc(99)])),
      /is protected by a password/,
    );
  });
});

describe("damaged zip files", () => {
  const good = readFileSync(madeWorkbook({ rows }));
  const withParts = (change: (parts: ZipPart[]) => ZipPart[]) => madeFile(zip(change(partsOf({ rows }))));
  const withSheet = (claims: ZipPart["claims"]) =>
    withParts((parts) =>
      parts.map((part) => (part.name.includes("sheet1") ? { ...part, claims: claims ?? {} } : part)),
    );

  test("cut off anywhere", async () => {
    for (let length = 4; length < good.length; length += 37) {
      await expectRefused(madeFile(good.subarray(0, length), "cut.xlsx"), /cut off or damaged/);
    }
  });

  test("a byte of the sheet changed, whichever", async () => {
    const name = good.indexOf("xl/worksheets/sheet1.xml") + "xl/worksheets/sheet1.xml".length;
    const next = good.indexOf("PK", name);
    // The last byte ends in bits that mean nothing.
    for (let place = name; place < next - 1; place++) {
      const bad = Buffer.from(good);
      bad[place] = (bad[place] ?? 0) ^ 0x10;
      await expectRefused(madeFile(bad, "changed.xlsx"), /^sheet "data" of changed\.xlsx /);
    }
  });

  test("a wrong checksum", async () => expectRefused(withSheet({ crc32: 1 }), /checksum or size is wrong/));
  test("a size that is too small", async () =>
    expectRefused(withSheet({ size: 10 }), /checksum or size is wrong/));
  test("a size that is too large", async () =>
    expectRefused(withSheet({ size: 1e6 }), /checksum or size is wrong/));
  test("an encrypted part", async () => expectRefused(withSheet({ flags: 1 }), /sheet1\.xml is encrypted/));
  test("strong encryption", async () =>
    expectRefused(withSheet({ flags: 0x41 }), /list of parts cannot be read/));
  test("an unknown compression", async () =>
    expectRefused(withSheet({ method: 12 }), /compressed by method 12/));
  test("parts that overlap", async () => expectRefused(withSheet({ offset: 0 }), /overlaps another/));
  test("an offset beyond the file", async () => expectRefused(withSheet({ offset: 1e6 }), /damaged/));

  test("two parts of one name", async () => {
    const twice = withParts((parts) => [...parts, { name: "XL/Worksheets/Sheet1.xml", bytes: sheetXml("") }]);
    await expectRefused(twice, /has two parts named/);
  });

  test("a name that leads outside", async () => {
    await expectRefused(
      withParts((parts) => [...parts, { name: "../x", bytes: "" }]),
      /list of parts cannot be read/,
    );
  });
});

describe("parts that break the format", () => {
  const big = '?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]';

  test.each<[string, Made, RegExp]>([
    ["a document type in a sheet", { sheet: `<${big}><worksheet><sheetData/></worksheet>` }, /document type/],
    ["a document type in the texts", { sst: `<${big}><sst><si><t>&e;</t></si></sst>` }, /document type/],
    ["a document type in the workbook", { workbook: `<${big}><workbook/>` }, /document type/],
    ["a document type in the styles", { styles: `<${big}><styleSheet/>` }, /document type/],
    ["an entity of its own", { rows: '<row r="1"><c r="A1" t="str"><v>&e;</v></c></row>' }, /ampersand/],
    ["an ampersand alone", { rows: '<row r="1"><c r="A1" t="str"><v>a & b</v></c></row>' }, /ampersand/],
    [
      "a character that is none",
      { rows: '<row r="1"><c r="A1" t="str"><v>&#x110000;</v></c></row>' },
      /ampersand/,
    ],
    ["a sheet in UTF-16", { sheet: Buffer.from(`\uFEFF${sheetXml(rows)}`, "utf16le") }, /not text in UTF-8/],
    ["texts in UTF-16", { sst: Buffer.from(`\uFEFF<sst/>`, "utf16le") }, /not text in UTF-8/],
    ["a workbook in UTF-16", { workbook: Buffer.from("\uFEFF<workbook/>", "utf16le") }, /not text in UTF-8/],
    ["UTF-16 without zero bytes", { sheet: Buffer.from("\uFEFF東東", "utf16le") }, /not text in UTF-8/],
    [
      "a sheet in Latin-1",
      { sheet: Buffer.from(sheetXml(rows.replace("<v>1", "<v>é")), "latin1") },
      /not text in UTF-8/,
    ],
    ["texts in Latin-1", { sst: Buffer.from("<sst><si><t>é</t></si></sst>", "latin1") }, /not text in UTF-8/],
    [
      "a name of a part that is none",
      { relations: relationsXml([["rId1", "worksheet", "%zz.xml"]]) },
      /by a name that is none/,
    ],
    ["a sheet without rows to speak of", { sheet: "<worksheet></worksheet>" }, /ends before its rows do/],
    [
      "a cell without an end",
      { rows: '<row r="1"><c r="A1"><v>1</v></row>' },
      /row 1 has a cell without an end/,
    ],
    ["a row without an end", { rows: '<row r="1"><c r="A1"><v>1</v></c><row r="2"/>' }, /row inside a row/],
    ["a row number that is none", { rows: '<row r="x"/>' }, /row whose number is none/],
    ["a row 0", { rows: '<row r="0"/>' }, /row whose number is none/],
    ["a reference without a column", { rows: '<row r="1"><c r="12"><v>1</v></c></row>' }, /names no column/],
    ["a column too far", { rows: '<row r="1"><c r="XFE1"><v>1</v></c></row>' }, /column 16385/],
    ["a row too far", { rows: '<row r="1048577"/>' }, /row 1048577/],
    [
      "an element in a value",
      { rows: '<row r="1"><c r="A1"><v>1<b/></v></c></row>' },
      /element inside a text/,
    ],
    ["an attribute without quotes", { rows: "<row r=1/>" }, /attribute without quotes/],
    ["an attribute without a value", { rows: "<row hidden><c/></row>" }, /attribute without a value/],
    ["a slash in a tag", { rows: "<row / r='1'/>" }, /slash in the middle of a tag/],
    [
      "a text that is not there",
      { rows: '<row r="1"><c r="A1" t="s"><v>0</v></c></row>' },
      /shared text that is not/,
    ],
    [
      "a text before the first",
      { rows: '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>' },
      /shared text that is not/,
    ],
    [
      "half a text",
      { rows: '<row r="1"><c r="A1" t="s"><v>0.5</v></c></row>', strings: "<si/><si/>" },
      /shared text that/,
    ],
    ["texts that stop", { sst: "<sst><si><t>a</t>" }, /ends in the middle of a text/],
    ["a workbook that is another thing", { workbook: "<html/>" }, /no element workbook/],
    ["a workbook that is not XML", { workbook: "<workbook><sheets></workbook>" }, /not well-formed XML/],
    ["a workbook without sheets", { workbook: `<workbook xmlns="${main}"/>` }, /has no worksheet/],
    [
      "a sheet that is missing",
      { relations: relationsXml([["rId1", "worksheet", "gone.xml"]]) },
      /sheet "data" of .* is missing/,
    ],
    ["a sheet without a relation", { relations: relationsXml([]) }, /sheet "data" of .* is missing/],
  ])("%s", async (_, made, message) => expectRefused(madeWorkbook(made), message));

  test("a sheet outside the file is not fetched", async () => {
    const relations = relationsXml([["rId1", "worksheet", "worksheets/sheet1.xml"]]).replace(
      "/>",
      ' TargetMode="External"/>',
    );
    await expectRefused(madeWorkbook({ rows, relations }), /is missing/);
  });

  test("an unknown sheet is a mistake of the caller, who is told the names", async () => {
    const reading = readCells(madeWorkbook({ rows }), { sheet: "Data" });
    await expect(reading).rejects.toMatchObject({ code: "USAGE", hint: 'its sheets are "data"' });
  });
});
