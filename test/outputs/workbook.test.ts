import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer, text as readText } from "node:stream/consumers";
import { promisify } from "node:util";
import { getCharts, openXlsx, readXlsx } from "hucre";
import Papa from "papaparse";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromBufferPromise } from "yauzl";
import type { Result } from "../../src/analyses/run.ts";
import type { ResultRow } from "../../src/engines/engine.ts";
import type { Findings } from "../../src/outputs/document.ts";
import { workbookChunks } from "../../src/outputs/workbook.ts";
import { count, id, label, month, share } from "../../src/schema/columns.ts";
import { bandsResult, findings, listResult, listRows, monthsResult, result } from "./findings.ts";

const write = (of: Findings, options?: { maxRows?: number }) =>
  buffer(Readable.from(workbookChunks(of, options)));

async function parts(bytes: Buffer): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const zip = await fromBufferPromise(bytes);
  for await (const entry of zip.eachEntry())
    found.set(entry.fileName, await readText(await zip.openReadStreamPromise(entry)));
  return found;
}

async function sheetRows(bytes: Buffer, name: string): Promise<readonly (readonly unknown[])[]> {
  const { sheets } = await readXlsx(bytes, { sheets: [name] });
  return sheets[0]?.rows ?? [];
}

const heatmap = result(
  {
    id: "risk-matrix",
    columns: { band: label("Band", ""), tier: label("Tier", ""), customers: count("Customers", "") },
    chart: { mark: "heatmap", x: "tier", y: "band", value: "customers" },
  },
  [
    { band: "poor", tier: "low", customers: 10 },
    { band: "poor", tier: "high", customers: 20 },
    { band: "good", tier: "low", customers: 30 },
    { band: "good", tier: "high", customers: 40 },
  ],
);

const stacked = result(
  {
    id: "cards-by-brand-and-type",
    columns: { brand: label("Brand", ""), type: label("Type", ""), cards: count("Cards", "") },
    chart: { mark: "bar", x: "brand", y: "cards", color: "type" },
  },
  [
    { brand: "Visa", type: "credit", cards: 5 },
    { brand: "Visa", type: "debit", cards: 6 },
    { brand: "Amex", type: "credit", cards: 7 },
  ],
);

const all = findings({ results: [bandsResult, monthsResult, listResult, heatmap, stacked] });

test("has a sheet per analysis between those about all of them", async () => {
  const { sheets } = await readXlsx(await write(all));
  expect(sheets.map(({ name }) => name)).toEqual([
    "Summary",
    "age-distribution",
    "expiry-calendar",
    "high-debt-customers",
    "risk-matrix",
    "cards-by-brand-and-type",
    "Issues",
    "Inputs",
    "Not computable",
    "Definitions",
  ]);
});

test("cells keep their types, and rows stand below title, sentence, definition and header", async () => {
  const rows = await sheetRows(await write(all), "high-debt-customers");
  expect(rows.slice(0, 3).map(([cell]) => cell)).toEqual([
    "Title of high-debt-customers",
    "Sentence of high-debt-customers.",
    "One row per customer. Customers by band.",
  ]);
  expect(rows[4]).toEqual(["Customer", "City", "Debt to income", "Total debt", "Latitude", "Opened", "Chip"]);
  expect(rows.slice(5)).toEqual([
    [7, '=HYPERLINK("http://x","y")', 0.1 + 0.2, -1234.5, -27.8, new Date("2002-09-01"), true],
    [12, 'St. John\'s, "NL"\nCanada', 1e-7, 0, 90, new Date("1999-12-01"), false],
    [1_000_001, null, 2, 12_345_678.9, 0, new Date("2020-01-01"), true],
  ]);
});

test("formats follow the kind of the column, in lists and in short tables", async () => {
  const { sheets } = await readXlsx(await write(all), { readStyles: true });
  const formatsOf = (name: string, row: number) => {
    const sheet = sheets.find((s) => s.name === name);
    return Array.from({ length: 7 }, (_, c) => sheet?.cells?.get(`${row},${c}`)?.style?.numFmt);
  };
  expect(formatsOf("high-debt-customers", 5)).toEqual([
    "0",
    undefined,
    "0.00",
    "$#,##0",
    "#,##0.00",
    "yyyy-mm",
    undefined,
  ]);
  expect(formatsOf("age-distribution", 5).slice(0, 3)).toEqual([undefined, "#,##0", "0.0%"]);
});

test("holds no formula and nothing from outside", async () => {
  const files = await parts(await write(all));
  for (const [name, xml] of files) {
    if (name.startsWith("xl/worksheets/sheet")) expect(xml, name).not.toMatch(/<f[ >/]/);
    expect(name).not.toMatch(/vba|externalLink|connections/i);
    expect(xml, name).not.toContain('TargetMode="External"');
  }
});

test("a header can be filtered, stays in sight, and is printed on every page", async () => {
  const files = await parts(await write(all));
  const list = files.get("xl/worksheets/sheet4.xml") ?? "";
  expect(list).toContain('<autoFilter ref="A5:G8"/>');
  expect(list).toContain('<dimension ref="A1:G8"/>');
  expect(list).toMatch(/<pane ySplit="5" topLeftCell="A6" state="frozen"/);
  expect(files.get("xl/workbook.xml")).toContain(
    `<definedName name="_xlnm.Print_Titles" localSheetId="3">'high-debt-customers'!$5:$5</definedName>`,
  );
});

test("lines are native scatter charts, a series for each, beside the diagonal", async () => {
  const calibration = result(
    {
      id: "model-calibration",
      columns: { model: label("Model", ""), predicted: share("Predicted", ""), rate: share("Observed", "") },
      chart: { mark: "line", x: "predicted", y: "rate", color: "model", diagonal: true },
    },
    [
      { model: "scorecard", predicted: 0.05, rate: 0.04 },
      { model: "scorecard", predicted: 0.31, rate: 0.33 },
      { model: "trees", predicted: 0.06, rate: 0.05 },
    ],
  );
  const bytes = await write(findings({ results: [calibration] }));
  const [found] = getCharts(await openXlsx(bytes));
  expect(
    found?.chart.series?.map(({ name, categoriesRef, valuesRef }) => [name, categoriesRef, valuesRef]),
  ).toEqual([
    ["scorecard", "'model-calibration'!B6:B7", "'model-calibration'!C6:C7"],
    ["trees", "'model-calibration'!B8:B8", "'model-calibration'!C8:C8"],
    ["both equal", "'model-calibration'!E6:E7", "'model-calibration'!F6:F7"],
  ]);
  const rows = await sheetRows(bytes, "model-calibration");
  expect(rows.slice(5, 7).map((row) => row.slice(4, 6))).toEqual([
    [0, 0],
    [0.4, 0.4],
  ]);
});

test("bars and columns are native charts over the cells", async () => {
  const bytes = await write(all);
  const charts = getCharts(await openXlsx(bytes));
  expect(
    charts.map(({ sheetName, chart }) => [sheetName, chart.title, chart.series?.map((s) => s.valuesRef)]),
  ).toEqual([
    // A row without a key needs a name in the picture: the block beside the rows gives it one.
    ["age-distribution", "Title of age-distribution", ["'age-distribution'!F6:F8"]],
    ["expiry-calendar", "Title of expiry-calendar", ["'expiry-calendar'!B6:B7"]],
    [
      "cards-by-brand-and-type",
      "Title of cards-by-brand-and-type",
      ["'cards-by-brand-and-type'!F6:F7", "'cards-by-brand-and-type'!G6:G7"],
    ],
  ]);
  const bands = await sheetRows(bytes, "age-distribution");
  expect(bands.slice(4).map((row) => row.slice(4, 6))).toEqual([
    ["Band", "Customers"],
    ["18-24", 200],
    ["25-34", 795],
    ["(missing)", 5],
  ]);
  const brands = await sheetRows(bytes, "cards-by-brand-and-type");
  expect(brands.slice(4, 7).map((row) => row.slice(4, 7))).toEqual([
    ["Brand", "credit", "debit"],
    ["Visa", 5, 6],
    ["Amex", 7, null],
  ]);
});

test("a heatmap is a shaded block", async () => {
  const bytes = await write(all);
  const rows = await sheetRows(bytes, "risk-matrix");
  expect(rows.slice(4, 7).map((row) => row.slice(4, 7))).toEqual([
    ["Band", "low", "high"],
    ["poor", 10, 20],
    ["good", 30, 40],
  ]);
  const xml = (await parts(bytes)).get("xl/worksheets/sheet5.xml") ?? "";
  expect(xml).toMatch(/<conditionalFormatting sqref="F6:G7">/);
});

test("more bars than can be told apart are no chart", async () => {
  const rows = Array.from({ length: 61 }, (_, n) => ({ band: `b${n}`, customers: n, share: 0 }));
  const many = result(bandsResult.analysis, rows);
  expect(getCharts(await openXlsx(await write(findings({ results: [many] }))))).toEqual([]);
  const few = result(bandsResult.analysis, rows.slice(1));
  expect(getCharts(await openXlsx(await write(findings({ results: [few] }))))).toHaveLength(1);
});

test("a long list goes on in further sheets, each with its header", async () => {
  const long = longList(25);
  const bytes = await write(long, { maxRows: 15 });
  const { sheets } = await readXlsx(bytes);
  const pages = sheets.filter(({ name }) => name.startsWith("high-debt-customers"));
  expect(pages.map(({ name, rows }) => [name, rows.length])).toEqual([
    ["high-debt-customers", 15],
    ["high-debt-customers (2)", 15],
    ["high-debt-customers (3)", 10],
  ]);
  expect(pages.map(({ rows }) => rows[0]?.[0])).toEqual([
    "Title of high-debt-customers (sheet 1 of 3)",
    "Title of high-debt-customers (sheet 2 of 3)",
    "Title of high-debt-customers (sheet 3 of 3)",
  ]);
  expect(pages.flatMap(({ rows }) => rows.slice(5).map(([user]) => user))).toEqual(
    Array.from({ length: 25 }, (_, n) => n),
  );
});

test.each([0, 1, 10, 11])("a list of %i rows at ten to a sheet", async (length) => {
  const { sheets } = await readXlsx(await write(longList(length), { maxRows: 15 }));
  const pages = sheets.filter(({ name }) => name.startsWith("high-debt-customers"));
  expect(pages).toHaveLength(Math.max(1, Math.ceil(length / 10)));
  expect(pages.flatMap(({ rows }) => rows.slice(5))).toHaveLength(length);
});

test("a list with more rows than were counted is not cut in silence", async () => {
  const grown = { ...longList(25), results: [{ ...listResult, total: 24 }] };
  await expect(write(grown)).rejects.toMatchObject({ code: "RESULT_SHAPE" });
});

test("a failure of the engine ends the workbook, and the rows are let go", async () => {
  let released = false;
  const failing = {
    ...longList(0),
    results: [{ ...listResult, total: 10 }],
    async *rows() {
      try {
        yield [listRows[0] ?? {}];
        throw new Error("the engine stopped");
      } finally {
        released = true;
      }
    },
  };
  await expect(write(failing)).rejects.toThrow("the engine stopped");
  expect(released).toBe(true);
});

test("names of sheets are ones that Excel takes", async () => {
  const columns = { a: count("A", "") };
  const ids = [
    "issues",
    "History",
    "a".repeat(40),
    "a".repeat(41),
    "x/y:z*[1]?\\",
    "'quoted'",
    "X-Y-Z--1---",
  ];
  const bytes = await write(
    findings({ results: ids.map((name) => result({ id: name, columns }, [{ a: 1 }])) }),
  );
  const names = (await readXlsx(bytes)).sheets.map(({ name }) => name);
  expect(names.slice(1, 8)).toEqual([
    "issues (2)",
    "History (2)",
    "a".repeat(31),
    `${"a".repeat(27)} (2)`,
    "x-y-z--1---",
    "quoted",
    "X-Y-Z--1--- (2)",
  ]);
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
});

const nasty: readonly (readonly [string, string])[] = [
  ["=1+1", "=1+1"],
  ["@SUM(A1)", "@SUM(A1)"],
  ["  two blanks  ", "  two blanks  "],
  ["<b>&amp;</b>", "<b>&amp;</b>"],
  ["_x0041_ _x000D_", "_x0041_ _x000D_"],
  ["\u0000\u0001\u001f\u0008", "\u2400\u2401\u241f\u2408"],
  ["a\tb\r\nc\rd", "a\tb\nc\nd"],
  ["\ud83d half", "\ufffd half"],
  ["whole 😀", "whole 😀"],
  ["\ufffe\uffff", "\ufffd\ufffd"],
  ["x".repeat(40_000), `${"x".repeat(32_742)}… [cut, 40000 characters]`],
];
const texts = (list: boolean): Result =>
  result(
    { id: list ? "texts-list" : "texts", columns: { a: label("A", "") }, ...(list && { list: true }) },
    nasty.map(([a]) => ({ a })),
  );

test.each([true, false])("any text is text (in a list: %s)", async (list) => {
  const one = texts(list);
  const rows = await sheetRows(await write(findings({ results: [one] })), one.analysis.id);
  expect(rows.slice(5).map(([cell]) => cell)).toEqual(nasty.map(([, shown]) => shown));
  expect(nasty.at(-1)?.[1]).toHaveLength(32_767);
});

test("ids beyond the precision of a workbook are text; months before its calendar, too", async () => {
  const odd = result(
    { id: "odd", columns: { id: id("Id", ""), month: month("Month", ""), part: share("Part", "") } },
    [
      { id: 999_999_999_999_999, month: "1900-03", part: 0.5 },
      { id: 9_007_199_254_740_991, month: "1900-02", part: -0 },
    ],
  );
  const rows = await sheetRows(await write(findings({ results: [odd] })), "odd");
  expect(rows.slice(5)).toEqual([
    [999_999_999_999_999, new Date("1900-03-01"), 0.5],
    ["9007199254740991", "1900-02", 0],
  ]);
});

test("the first sheet says as of when, from which files, and what each sheet says", async () => {
  const rows = await sheetRows(await write(all), "Summary");
  expect(rows[1]).toEqual(["As of", new Date("2020-02-29"), "inferred from the data", null, null]);
  expect(rows.flat()).toContain("491227dd8a020222fa9442cccd87c5beacce1a1e9f5686a5570797caf2304f32");
  expect(rows.map(([first, , third]) => [first, third])).toContainEqual([
    "age-distribution",
    "Sentence of age-distribution.",
  ]);
});

test("issues, inputs, gaps and definitions are there to be read", async () => {
  const bytes = await write(all);
  expect((await sheetRows(bytes, "Issues"))[1]).toEqual([
    "date_in_number",
    "warning",
    "users",
    "latitude",
    45,
    "value is missing",
    "row 12: 2024-08-27",
  ]);
  expect((await sheetRows(bytes, "Inputs")).slice(1).map((row) => row.slice(3, 6))).toEqual([
    ["main_id", "user_id", "integer"],
    ["address", null, "left out"],
  ]);
  expect((await sheetRows(bytes, "Not computable"))[1]).toEqual([
    "utilisation",
    "no cards.balance_usd in the files",
  ]);
  const definition = (await sheetRows(bytes, "Definitions"))[1];
  expect(definition?.[5]).toBe("high_debt.ratio = 0.5");
  expect(definition?.[7]).toBe("select 1");
});

test("the same findings make the same bytes", async () => {
  expect((await write(all)).equals(await write(all))).toBe(true);
});

function longList(length: number): Findings {
  const rows = Array.from({ length }, (_, n): ResultRow => ({ ...listRows[0], user_id: n }));
  return findings({
    results: [{ ...listResult, rows: rows.slice(0, 3) as unknown as Result["rows"], total: length }],
    async *rows() {
      for (let at = 0; at < length; at += 4) yield rows.slice(at, at + 4);
    },
  });
}

const office = (() => {
  try {
    execFileSync("soffice", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!office)("LibreOffice (skipped where soffice is not installed)", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cardscope-workbook-"));
    await writeFile(
      join(folder, "report.xlsx"),
      await write(findings({ results: [bandsResult, monthsResult, stacked, listResult, texts(true)] })),
    );
    const convert = (to: string) =>
      promisify(execFile)("soffice", [
        "--headless",
        `-env:UserInstallation=file://${join(folder, "profile")}`,
        "--convert-to",
        to,
        "--outdir",
        folder,
        join(folder, "report.xlsx"),
      ]);
    // Comma, double quote, UTF-8, every sheet (-1), cells as they are rather than as shown.
    await convert("csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1");
    await convert("ods");
    await convert("pdf");
  });
  afterAll(() => rm(folder, { recursive: true }));

  const csv = async (sheet: string): Promise<string[][]> =>
    Papa.parse<string[]>(await readFile(join(folder, `report-${sheet}.csv`), "utf8"), {
      skipEmptyLines: false,
    }).data;

  test("reads the cells of a list", async () => {
    const rows = (await csv("high-debt-customers")).slice(4, 8);
    // LibreOffice writes numbers in full, with fifteen digits.
    expect(
      rows.slice(1).map(([user, city, ...numbers]) => [user, city, ...numbers.slice(0, 3).map(Number)]),
    ).toEqual(
      listRows.map((row) => [
        String(row["user_id"]),
        String(row["city"] ?? "").replace("\r\n", "\n"),
        Number(Number(row["debt_to_income"]).toPrecision(15)),
        row["total_debt_usd"],
        row["latitude"],
      ]),
    );
    expect(rows.slice(1).map((row) => row[6])).toEqual(["TRUE", "FALSE", "TRUE"]);
  });

  test("shows any text as it is", async () => {
    const rows = (await csv("texts-list")).slice(5);
    expect(rows.slice(0, nasty.length).map(([cell]) => cell)).toEqual(nasty.map(([, shown]) => shown));
  });

  test("draws the charts and prints the pages", async () => {
    const ods = (await fromBufferPromise(await readFile(join(folder, "report.ods")))) as Awaited<
      ReturnType<typeof fromBufferPromise>
    >;
    const charts: string[] = [];
    for await (const entry of ods.eachEntry())
      if (/^Object \d+\/content\.xml$/.test(entry.fileName))
        charts.push(await readText(await ods.openReadStreamPromise(entry)));
    expect(charts).toHaveLength(3);
    expect(charts.join()).toContain("Title of expiry-calendar");
    // The values are in the chart: its references point at the cells that hold them.
    expect(charts.find((xml) => xml.includes("Title of age-distribution"))).toMatch(/office:value="795"/);
    const pdf = await readFile(join(folder, "report.pdf"));
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
  });
});
