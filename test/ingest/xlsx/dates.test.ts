import { describe, expect, test } from "vitest";
import { daysOfIsoDate, daysSinceEpoch } from "../../../src/ingest/xlsx/date-system.ts";
import { isBuiltInDate, isDateFormat } from "../../../src/ingest/xlsx/number-format.ts";
import { madeWorkbook, main, office } from "./made-workbook.ts";
import { readCells } from "./read-cells.ts";

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000;

describe("formats", () => {
  test.each([
    "yyyy-mm-dd",
    "yyyy\\-mm\\-dd;@",
    "[$-409]d\\-mmm\\-yy;@",
    "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy",
    '[Red]d"."m"."',
    "mmm\\-yy",
    "h:mm AM/PM",
    "mm:ss.0",
    "MM/DD/YY",
    'yyyy"年"m"月"d"日"',
    "[$-411]ge.m.d",
    "m/d/yy h:mm",
    "General_)yyyy".replace("General_)", ""),
  ])("%s is a date", (code) => expect(isDateFormat(code)).toBe(true));

  test.each([
    "General",
    "GENERAL",
    "0",
    "0.00",
    "#,##0",
    "0.00E+00",
    "# ?/?",
    "@",
    "",
    '"$"#,##0_);[Red]("$"#,##0)',
    '_-* #,##0.00\\ "DM"_-;\\-* #,##0.00\\ "DM"_-',
    '0 "days"',
    "0\\ \\d\\a\\y\\s",
    "0.00 USD",
    "[h]:mm:ss",
    "[mm]:ss",
    "[ss].00",
    "[>=100]0;0.0",
    "[Red]0",
    '"day" 0',
    '"unfinished yyyy',
    '0;"d"',
  ])("%s is none", (code) => expect(isDateFormat(code)).toBe(false));

  test("built-in ones", () => {
    const dates = Array.from({ length: 82 }, (_, id) => id).filter(isBuiltInDate);
    const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
    expect(dates).toEqual([...range(14, 22), ...range(27, 36), 45, 47, ...range(50, 58)]);
  });
});

describe("days", () => {
  test.each([
    [0, "1899-12-31"],
    [1, "1900-01-01"],
    [59, "1900-02-28"],
    [60, "1900-02-28"],
    [61, "1900-03-01"],
    [25_569, "1970-01-01"],
    [45_351, "2024-02-29"],
    [2_958_465, "9999-12-31"],
  ])("%i in the 1900 system is %s", (serial, text) => {
    expect(daysSinceEpoch(serial, 1900)).toBe(day(text));
    expect(daysSinceEpoch(serial + 0.25, 1900)).toBe(day(text) + 0.25);
  });

  test.each([
    [0, "1904-01-01"],
    [59, "1904-02-29"],
    [43_889, "2024-02-29"],
    [2_957_003, "9999-12-31"],
  ])("%i in the 1904 system is %s", (serial, text) => expect(daysSinceEpoch(serial, 1904)).toBe(day(text)));

  test.each([-1, -0.5, 2_958_466, 4.34e15, Number.NaN])("%d is no day", (serial) => {
    expect(daysSinceEpoch(serial, 1900)).toBeNaN();
    expect(daysSinceEpoch(serial, 1904)).toBeNaN();
  });

  test.each([
    ["2024-02-29", day("2024-02-29")],
    ["2024-02-29T12:00", day("2024-02-29") + 0.5],
    ["1969-12-31T18:00:00.000Z", -0.25],
    ["2023-02-29", Number.NaN],
    ["2024-13-01", Number.NaN],
    ["29.02.2024", Number.NaN],
    ["12:00", Number.NaN],
    ["", Number.NaN],
  ])("ISO 8601 %s", (text, expected) => expect(daysOfIsoDate(text)).toBe(expected));
});

describe("cells", () => {
  const formats = [0, 14, 46, "0.00", "dd/mm/yyyy", "[h]:mm", 22];
  const cells = (values: readonly (readonly [style: number, value: string])[]) =>
    `<row r="1">${values.map(([style, value]) => `<c s="${style}"><v>${value}</v></c>`).join("")}</row>`;

  test("the style decides", async () => {
    const rows = cells(formats.map((_, style) => [style, "45351.5"] as const).concat([[99, "45351.5"]]));
    const noon = { days: day("2024-02-29") + 0.5 };
    expect((await readCells(madeWorkbook({ rows, formats }))).rows).toEqual([
      [45351.5, noon, 45351.5, 45351.5, noon, 45351.5, noon, 45351.5],
    ]);
  });

  test("a code for a built-in number wins over what is built in", async () => {
    const styles =
      '<styleSheet><numFmts><numFmt numFmtId="14" formatCode="0.0"/></numFmts><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>';
    expect((await readCells(madeWorkbook({ rows: cells([[0, "45351"]]), styles }))).rows).toEqual([[45351]]);
  });

  test("numbers that no calendar shows stay numbers", async () => {
    const rows = cells([
      [1, "-3"],
      [1, "4344676511950440"],
    ]);
    expect((await readCells(madeWorkbook({ rows, formats }))).rows).toEqual([[-3, 4344676511950440]]);
  });

  test.each(["1", "true"])("the 1904 system, said by %s", async (said) => {
    const workbook = `<workbook xmlns="${main}" xmlns:r="${office}"><workbookPr date1904="${said}"/><sheets><sheet name="data" r:id="rId1"/></sheets></workbook>`;
    const path = madeWorkbook({ rows: cells([[1, "43889"]]), formats, workbook });
    expect((await readCells(path)).rows).toEqual([[{ days: day("2024-02-29") }]]);
  });
});
