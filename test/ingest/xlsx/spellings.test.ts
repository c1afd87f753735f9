import { describe, expect, test } from "vitest";
import { openWorkbook } from "../../../src/ingest/xlsx/workbook.ts";
import { madeWorkbook, main, office, relationsXml, sheetXml } from "./made-workbook.ts";
import { readCells } from "./read-cells.ts";

const rowsOf = async (rows: string, strings = "") => (await readCells(madeWorkbook({ rows, strings }))).rows;

describe("cells", () => {
  test.each([
    ["a number", '<c r="A1"><v>42</v></c>', 42],
    ["a negative fraction", '<c r="A1"><v>-0.25</v></c>', -0.25],
    ["a type that is said", '<c r="A1" t="n"><v>42</v></c>', 42],
    ["scientific notation", '<c r="A1"><v>4.34E+15</v></c>', 4.34e15],
    ["seventeen digits", '<c r="A1"><v>0.30000000000000004</v></c>', 0.30000000000000004],
    [
      "more digits than a number holds",
      '<c r="A1"><v>12345678901234567890</v></c>',
      Number("12345678901234567890"),
    ],
    ["spaces around a number", '<c r="A1"><v> 7 </v></c>', 7],
    ["a plus sign", '<c r="A1"><v>+7</v></c>', 7],
    ["a number in a section", '<c r="A1"><v><![CDATA[7]]></v></c>', 7],
    ["a number with a comment", '<c r="A1"><v>7<!-- seven --></v></c>', 7],
    ["no number at all", '<c r="A1"><v>1,5</v></c>', "1,5"],
    ["hexadecimal, which is no number", '<c r="A1"><v>0x10</v></c>', "0x10"],
    ["infinity, which is no number", '<c r="A1"><v>1E999</v></c>', "1E999"],
    ["true", '<c r="A1" t="b"><v>1</v></c>', true],
    ["false", '<c r="A1" t="b"><v>0</v></c>', false],
    ["true in words", '<c r="A1" t="b"><v>true</v></c>', true],
    ["an error", '<c r="A1" t="e"><v>#N/A</v></c>', { error: "#N/A" }],
    ["text of a formula", '<c r="A1" t="str"><f>A2&amp;"x"</f><v>a &lt; b</v></c>', "a < b"],
    ["text of a formula in quotes", '<c r="A1" t="str"><f>IF(A2&gt;1,"</f><v>y</v></c>', "y"],
    ["value of a formula", '<c r="A1"><f>1+1</f><v>2</v></c>', 2],
    ["value of a shared formula", '<c r="A1"><f t="shared" si="0"/><v>3</v></c>', 3],
    ["value of an array formula", '<c r="A1"><f t="array" ref="A1:A2">{1;2}</f><v>1</v></c>', 1],
    ["a formula without value", '<c r="A1"><f>1+1</f></c>', { formula: true }],
    ["a formula with an empty value", '<c r="A1"><f>1+1</f><v></v></c>', { formula: true }],
    ["a formula with an empty value, short", "<c r='A1'><f>1+1</f><v/></c>", { formula: true }],
    ["inline text", '<c r="A1" t="inlineStr"><is><t>a</t></is></c>', "a"],
    [
      "inline formatted text",
      '<c r="A1" t="inlineStr"><is><r><rPr><b/></rPr><t>a</t></r><r><t xml:space="preserve"> b</t></r></is></c>',
      "a b",
    ],
    [
      "inline text with pronunciation",
      '<c r="A1" t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></is></c>',
      "東京",
    ],
    ["a date in ISO 8601", '<c r="A1" t="d"><v>2024-02-29</v></c>', { days: 19782 }],
    ["a time in ISO 8601", '<c r="A1" t="d"><v>1970-01-02T06:00:00Z</v></c>', { days: 1.25 }],
    ["a day that never was", '<c r="A1" t="d"><v>2023-02-29</v></c>', "2023-02-29"],
    ["single quotes", "<c r='A1' t='str'><v>it's</v></c>", "it's"],
    ["spaces in tags", '<c  r = "A1"\n\tt="str" ><v >x</v ></c >', "x"],
    ["spaces between elements", '<c r="A1">\r\n  <v>5</v>\n</c>', 5],
    ["attributes in another order", '<c t="b" s="0" cm="1" r="A1"><v>1</v></c>', true],
    ["an attribute with a greater sign", '<c r="A1" x="a>b"><v>5</v></c>', 5],
    ["a small letter in the reference", '<c r="a1"><v>5</v></c>', 5],
    [
      "an element nobody knows",
      '<c r="A1"><v>5</v><extLst><ext uri="{0}"><x:row xmlns:x="y"><x:v/></x:row></ext></extLst></c>',
      5,
    ],
    ["a comment before the value", '<c r="A1"><!-- <v>4</v> --><v>5</v></c>', 5],
    ["an instruction before the value", '<c r="A1"><?x </c> ?><v>5</v></c>', 5],
  ] as const)("%s", async (_, cell, value) => {
    expect(await rowsOf(`<row r="1">${cell}</row>`)).toEqual([[value]]);
  });

  // Sixteen digits past 2 ** 53 that a division of rounded digits gets wrong, and neighbours that it gets right.
  test.each([
    "9.999999999999999",
    "94906265.62425157",
    "0.9007199254740993",
    "9007199254740993",
    "9007199254740991",
  ])("%s in full precision, spelled plainly or not", async (written) => {
    const cells = `<c r="A1"><v>${written}</v></c><c r='B1'><v>${written}</v></c>`;
    expect(await rowsOf(`<row r="1">${cells}</row>`)).toEqual([[Number(written), Number(written)]]);
  });

  test("minus zero keeps its sign", async () => {
    const rows = await rowsOf('<row r="1"><c r="A1"><v>-0</v></c></row>');
    expect(Object.is(rows[0]?.[0], -0)).toBe(true);
  });

  test("empty cells, and texts without characters, leave a row out", async () => {
    const rows =
      '<row r="1"><c r="A1"/><c r="B1" t="str"><v></v></c><c r="C1" t="inlineStr"><is><t/></is></c><c r="D1" t="s"><v>0</v></c></row><row r="2"/><row r="3"><c r="A3"><v>1</v></c></row>';
    const { rowNumbers } = await readCells(madeWorkbook({ rows, strings: "<si><t></t></si>" }));
    expect(rowNumbers).toEqual([3]);
  });
});

describe("texts", () => {
  test.each([
    ["one text", "<si><t>a b</t></si>", "a b"],
    ["runs", "<si><r><t>a</t></r><r><rPr><sz val='9'/></rPr><t>b</t></r></si>", "ab"],
    ["runs after a text", "<si><t>a</t><r><t>b</t></r></si>", "ab"],
    ["pronunciation", '<si><t>課</t><rPh sb="0" eb="1"><t>カ</t></rPh><phoneticPr fontId="1"/></si>', "課"],
    ["named entities", "<si><t>&lt;&amp;&gt;&quot;&apos;</t></si>", "<&>\"'"],
    ["numbered entities", "<si><t>&#233;&#x1F600;&#10;</t></si>", "é😀\n"],
    ["an entity of an entity", "<si><t>&amp;lt;</t></si>", "&lt;"],
    ["a section", "<si><t>a<![CDATA[<b> &amp; ]]>c</t></si>", "a<b> &amp; c"],
    ["a comment", "<si><t>a<!-- b -->c</t></si>", "ac"],
    ["a comment with an end tag", "<si><!-- </si> --><t>a</t></si>", "a"],
    ["spaces that are kept", '<si><t xml:space="preserve">  a </t></si>', "  a "],
    ["line ends", "<si><t>a\r\nb\rc\nd</t></si>", "a\nb\nc\nd"],
    ["an escaped carriage return", "<si><t>a_x000D_\nb</t></si>", "a\r\nb"],
    ["an escaped escape", "<si><t>_x005F_x000D_</t></si>", "_x000D_"],
    ["what only looks like an escape", "<si><t>_x00_ _xyz_</t></si>", "_x00_ _xyz_"],
    ["letters beyond ASCII", "<si><t>Šiauliai – 東京 😀</t></si>", "Šiauliai – 東京 😀"],
    ["a prefix", "<s:si xmlns:s='y'><s:r><s:t>a</s:t></s:r></s:si>", "a"],
    ["spaces in tags", "<si >\n<t >a</t >\n</si >", "a"],
  ] as const)("%s", async (_, strings, text) => {
    expect(await rowsOf('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings)).toEqual([[text]]);
  });

  test("an empty text keeps its number", async () => {
    const rows = '<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" t="s"><v>3</v></c></row>';
    expect(await rowsOf(rows, "<si/><si><t>one</t></si><si><t/></si><si><t>three</t></si>")).toEqual([
      ["one", "three"],
    ]);
  });

  test("a text of several blocks' size is read like a short one", async () => {
    const long = "x".repeat(600_000);
    const strings = `<si><t>${long}1</t></si><si><t>${long}2</t></si><si><t>a</t></si>`;
    const rows =
      '<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" t="s"><v>2</v></c><c r="C1" t="s"><v>0</v></c></row>';
    expect(await rowsOf(rows, strings)).toEqual([[`${long}2`, "a", `${long}1`]]);
  });
});

describe("rows", () => {
  test("cells and rows without a reference follow the one before", async () => {
    const rows =
      '<row><c><v>1</v></c><c><v>2</v></c></row><row r="5"><c r="C5"><v>3</v></c><c><v>4</v></c></row><row><c><v>5</v></c></row>';
    const table = await readCells(madeWorkbook({ rows }));
    expect(table.rowNumbers).toEqual([1, 5, 6]);
    expect(table.rows.map((row) => row.filter((value) => value !== null))).toEqual([[1, 2], [3, 4], [5]]);
    expect(table.rows[1]?.slice(2)).toEqual([3, 4]);
  });

  test("a row without a number takes that of its cells", async () => {
    const table = await readCells(
      madeWorkbook({ rows: '<row><c r="A7"><v>1</v></c></row><row><c><v>2</v></c></row>' }),
    );
    expect(table.rowNumbers).toEqual([7, 8]);
  });

  test("rows out of order keep their numbers", async () => {
    const rows = '<row r="9"><c r="A9"><v>9</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>';
    expect((await readCells(madeWorkbook({ rows }))).rowNumbers).toEqual([9, 2]);
  });

  test("cells out of order go to their columns", async () => {
    expect(await rowsOf('<row r="1"><c r="C1"><v>3</v></c><c r="A1"><v>1</v></c></row>')).toEqual([
      [1, null, 3],
    ]);
  });

  test("the last column of the format is read, and wide sheets come in shorter batches", async () => {
    const rows = Array.from(
      { length: 100 },
      (_, i) =>
        `<row r="${i + 1}"><c r="A${i + 1}"><v>${i}</v></c>${i === 50 ? '<c r="XFD51"><v>7</v></c>' : ""}<c r="B${i + 1}"><v>1</v></c></row>`,
    );
    const table = await readCells(madeWorkbook({ rows: rows.join("") }));
    expect(table.rowNumbers).toEqual(rows.map((_, i) => i + 1));
    expect(table.rows.map((row) => row[0])).toEqual(rows.map((_, i) => i));
    expect(table.rows.map((row) => row[1])).toEqual(rows.map(() => 1));
    expect(table.rows.map((row) => row[16383] ?? null)).toEqual(rows.map((_, i) => (i === 50 ? 7 : null)));
  });

  test("what stands before and after the rows does not count", async () => {
    const sheet = `<worksheet xmlns="${main}"><cols><col min="1" max="2"/></cols><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData><extLst><sheetData><row r="2"><c r="A2"><v>2</v></c></row></sheetData></extLst></worksheet>`;
    expect((await readCells(madeWorkbook({ sheet }))).rows).toEqual([[1]]);
  });

  test("a sheet without rows", async () => {
    expect(
      (await readCells(madeWorkbook({ sheet: `<worksheet xmlns="${main}"><sheetData/></worksheet>` }))).rows,
    ).toEqual([]);
    expect(await rowsOf("")).toEqual([]);
  });

  test.each(["x", "ss", "longprefix"])("elements with the prefix %s", async (x) => {
    const sheet = `<${x}:worksheet xmlns:${x}="${main}"><${x}:sheetData><${x}:row r="2"><${x}:c r="B2" t="str"><${x}:f>1</${x}:f><${x}:v>v</${x}:v></${x}:c></${x}:row></${x}:sheetData></${x}:worksheet>`;
    const table = await readCells(madeWorkbook({ sheet }));
    expect(table).toMatchObject({ rowNumbers: [2], rows: [[null, "v"]] });
  });

  test("a byte-order mark", async () => {
    expect(
      (
        await readCells(
          madeWorkbook({ sheet: `\uFEFF${sheetXml('<row r="1"><c r="A1"><v>1</v></c></row>')}` }),
        )
      ).rows,
    ).toEqual([[1]]);
  });
});

describe("workbooks", () => {
  const cell = sheetXml('<row r="1"><c r="A1"><v>1</v></c></row>');
  const relationsOf = (target: string) => relationsXml([["rId1", "worksheet", target]]);

  test.each([
    ["relative", "worksheets/sheet1.xml"],
    ["absolute", "/xl/worksheets/sheet1.xml"],
    ["with dots", "../xl/./worksheets/sheet1.xml"],
    ["in other letters", "Worksheets/Sheet1.XML"],
    ["with a backslash", "worksheets\\sheet1.xml"],
    ["with an escaped letter", "worksheets/shee%741.xml"],
  ])("a target %s", async (_, target) => {
    expect((await readCells(madeWorkbook({ sheet: cell, relations: relationsOf(target) }))).rows).toEqual([
      [1],
    ]);
  });

  test("names with entities, hidden sheets, and no chart sheets", async () => {
    const path = madeWorkbook({
      workbook: `<x:workbook xmlns:x="${main}" xmlns:rel="${office}"><x:sheets><x:sheet name="R&amp;D &#233;" sheetId="1" rel:id="a"/><x:sheet name="chart" sheetId="2" rel:id="b"/><x:sheet name="h" sheetId="3" state="hidden" rel:id="c"/><x:sheet name="v" sheetId="4" state="veryHidden" rel:id="c"/></x:sheets></x:workbook>`,
      relations: relationsXml([
        ["a", "worksheet", "worksheets/sheet1.xml"],
        ["b", "chartsheet", "chartsheets/sheet1.xml"],
        ["c", "worksheet", "worksheets/sheet1.xml"],
      ]),
    });
    await using workbook = await openWorkbook(path);
    expect(workbook.sheets.map(({ name, hidden }) => ({ name, hidden }))).toEqual([
      { name: "R&D é", hidden: false },
      { name: "h", hidden: true },
      { name: "v", hidden: true },
    ]);
  });

  test("the strict form of the format", async () => {
    const strict = "http://purl.oclc.org/ooxml/officeDocument/relationships";
    const path = madeWorkbook({
      sheet:
        '<worksheet xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"><sheetData><row r="1"><c r="A1" t="d"><v>2024-02-29</v></c></row></sheetData></worksheet>',
      workbook: `<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main" xmlns:r="${strict}" conformance="strict"><sheets><sheet name="data" sheetId="1" r:id="rId1"/></sheets></workbook>`,
      relations: relationsXml([["rId1", "worksheet", "worksheets/sheet1.xml"]], strict),
      parts: {
        "_rels/.rels": relationsXml([["rId1", "officeDocument", "xl/workbook.xml"]], strict),
      },
    });
    expect((await readCells(path)).rows).toEqual([[{ days: 19782 }]]);
  });

  test("no styles, no shared texts, and a workbook elsewhere", async () => {
    const path = madeWorkbook({
      parts: {
        "_rels/.rels": relationsXml([["rId1", "officeDocument", "/Book/book.xml"]]),
        "Book/book.xml": `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="data" r:id="rId1"/></sheets></workbook>`,
        "Book/_rels/book.xml.rels": relationsXml([["rId1", "worksheet", "one.xml"]]),
        "Book/one.xml": sheetXml('<row r="1"><c r="A1" s="4"><v>1</v></c></row>'),
        "xl/workbook.xml": undefined,
        "xl/styles.xml": undefined,
        "xl/sharedStrings.xml": undefined,
      },
    });
    expect((await readCells(path)).rows).toEqual([[1]]);
  });

  test.each([{ isStored: true }, { isZip64: true }])("a zip file with %o", async (part) => {
    expect((await readCells(madeWorkbook({ sheet: cell, part }))).rows).toEqual([[1]]);
  });
});

describe("reading", () => {
  const rows = Array.from(
    { length: 5000 },
    (_, i) =>
      `<row r="${i + 1}"><c r="A${i + 1}"><v>${i}</v></c><c r="C${i + 1}"${i % 7 ? "" : ' t="str"'}><v>${i * 2}</v></c></row>`,
  ).join("");

  test("gives the wanted columns in the wanted order", async () => {
    const table = await readCells(madeWorkbook({ rows }), { columns: [2, 9, 0] });
    expect(table.rows).toHaveLength(5000);
    expect(table.rows[0]).toEqual(["0", null, 0]);
    expect(table.rows[4999]).toEqual([9998, null, 4999]);
    expect(table.rows.map((row) => typeof row[0] === "string")).toEqual(
      table.rows.map((_, i) => i % 7 === 0),
    );
  });

  test("keeps rows whose wanted columns are empty", async () => {
    const table = await readCells(
      madeWorkbook({
        rows: '<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t/></is></c></row>',
      }),
      { columns: [1] },
    );
    expect(table).toMatchObject({ rowNumbers: [1], rows: [[null]] });
  });

  test.each([0, 1, 3, 2048, 2049, 4999, 5000, 6000])("stops after %i rows", async (maxRows) => {
    const table = await readCells(madeWorkbook({ rows }), { maxRows });
    expect(table.rowNumbers).toEqual(Array.from({ length: Math.min(maxRows, 5000) }, (_, i) => i + 1));
  });

  test("reads no further than it has to", async () => {
    const sheet = `<worksheet xmlns="${main}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2" t="s"><v>99</v></c></row></sheetData></worksheet>`;
    expect((await readCells(madeWorkbook({ sheet }), { maxRows: 1 })).rows).toEqual([[1]]);
  });

  test("counts formulas without a value in the wanted columns", async () => {
    const formulas =
      '<row r="1"><c r="A1"><f>1</f></c><c r="B1"><f>2</f><v/></c><c r="C1"><f>3</f><v>3</v></c></row>';
    const path = madeWorkbook({ rows: formulas });
    expect((await readCells(path)).formulasWithoutValue).toBe(2);
    expect((await readCells(path, { columns: [1, 2] })).formulasWithoutValue).toBe(1);
  });

  test("stops when asked to", async () => {
    await using workbook = await openWorkbook(madeWorkbook({ rows }));
    const abort = new AbortController();
    let batches = 0;
    const reading = workbook.read("data", { signal: abort.signal }, () => {
      batches++;
      abort.abort(new Error("enough"));
    });
    await expect(reading).rejects.toThrow("enough");
    expect(batches).toBe(1);
  });

  test("passes on what the callback throws, and can be read again", async () => {
    await using workbook = await openWorkbook(madeWorkbook({ rows }));
    await expect(
      workbook.read("data", {}, () => {
        throw new Error("not today");
      }),
    ).rejects.toThrow("not today");
    expect((await workbook.read("data", {}, () => {})).rows).toBe(5000);
  });
});
