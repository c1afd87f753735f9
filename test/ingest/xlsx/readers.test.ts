import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import ExcelJS from "exceljs";
import { readXlsx, writeXlsx } from "hucre";
import { afterAll, describe, expect, test } from "vitest";
import XlsxPopulate from "xlsx-populate";
import { openWorkbook } from "../../../src/ingest/xlsx/workbook.ts";
import { madeFile } from "./made-workbook.ts";
import { readCells, type Value } from "./read-cells.ts";

/** Cells by their place, "row,column" counted from 1, empty ones left out. */
type Cells = Map<string, Value>;

async function ours(path: string, sheet: string): Promise<Cells> {
  const { rows, rowNumbers } = await readCells(path, { sheet });
  return placed(rows.map((row, i) => [rowNumbers[i] ?? -1, row]));
}

function placed(rows: readonly (readonly [number, readonly Value[]])[]): Cells {
  const cells: Cells = new Map();
  for (const [row, values] of rows) {
    values.forEach((value, column) => {
      if (value !== null && value !== "") cells.set(`${row},${column + 1}`, rounded(value));
    });
  }
  return cells;
}

/** The other readers give dates in milliseconds. */
const rounded = (value: Value): Value =>
  value !== null && typeof value === "object" && "days" in value
    ? { days: Math.round(value.days * 86_400_000) }
    : value;

const days = (date: Date): Value => ({ days: date.getTime() / 86_400_000 });

async function byExcelJs(path: string, sheet: string): Promise<Cells> {
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.readFile(path);
  const rows: [number, Value[]][] = [];
  workbook.getWorksheet(sheet)?.eachRow((row, number) => {
    const values: Value[] = [];
    row.eachCell((cell, column) => {
      values[column - 1] = excelJsValue(cell.value);
    });
    rows.push([number, Array.from(values, (value) => value ?? null)]);
  });
  return placed(rows);
}

function excelJsValue(value: ExcelJS.CellValue | undefined): Value {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return days(value);
  if (typeof value !== "object") return value;
  if ("richText" in value) return value.richText.map((run) => run.text).join("");
  if ("hyperlink" in value) return value.text;
  if ("error" in value) return { error: value.error };
  if ("result" in value) return excelJsValue(value.result);
  // exceljs loses the result false, and LibreOffice writes false as this formula.
  if ("formula" in value && value.formula === "FALSE()") return false;
  return { formula: true };
}

async function byHucre(path: string, sheet: string): Promise<Cells> {
  const workbook = await readXlsx(readFileSync(path), { sheets: [sheet] });
  const found = workbook.sheets[0];
  return placed(
    (found?.rows ?? []).map((row, r) => [
      r + 1,
      row.map((value, c): Value => {
        const cell = found?.cells?.get(`${r},${c}`);
        if (cell?.type === "error") return { error: String(value) };
        if (cell?.formula !== undefined && (value === null || value === "")) return { formula: true };
        return value instanceof Date ? days(value) : value;
      }),
    ]),
  );
}

async function expectAgreement(path: string): Promise<void> {
  await using workbook = await openWorkbook(path);
  expect(workbook.sheets.length).toBeGreaterThan(0);
  for (const { name } of workbook.sheets) {
    const cells = await ours(path, name);
    expect(cells.size).toBeGreaterThan(0);
    expect(differences(cells, await byExcelJs(path, name)), `exceljs, ${name}`).toEqual([]);
    expect(differences(cells, await byHucre(path, name)), `hucre, ${name}`).toEqual([]);
  }
}

function differences(a: Cells, b: Cells): string[] {
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((place) => JSON.stringify(a.get(place)) !== JSON.stringify(b.get(place)))
    .map((place) => `${place}: ${JSON.stringify(a.get(place))}, not ${JSON.stringify(b.get(place))}`)
    .slice(0, 20);
}

const data = fileURLToPath(new URL("../../../../shared/data/case-study/", import.meta.url));
const real = existsSync(data) ? readdirSync(data).filter((name) => name.endsWith(".xlsx")) : [];

if (real.length === 0)
  console.warn("skipped: no ../shared/data/case-study, so no workbooks of a spreadsheet program");
describe.skipIf(real.length === 0)("workbooks of a spreadsheet program", () => {
  test("are there", () => expect(real.length).toBeGreaterThan(0));
  test.each(real)("%s", async (name) => expectAgreement(join(data, name)), 120_000);
});

const folder = mkdtempSync(join(tmpdir(), "cardscope-office-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function office(path: string): string {
  const arguments_ = ["--headless", `-env:UserInstallation=file://${folder}/profile`, "--convert-to", "xlsx"];
  execFileSync("soffice", [...arguments_, "--outdir", join(folder, "out"), path], {
    stdio: "pipe",
    timeout: 110_000,
  });
  return join(folder, "out", basename(path).replace(/\.\w+$/, ".xlsx"));
}

const hasOffice = (process.env["PATH"] ?? "").split(":").some((bin) => existsSync(join(bin, "soffice")));

const moment = new Date(Date.UTC(2024, 1, 29, 13, 30, 15));

async function byExcelJsWriter(): Promise<Buffer> {
  const workbook = new ExcelJS.Workbook();
  const sheet = workbook.addWorksheet("R&D <1>");
  sheet.addRow(["id", "name", "when", "flag", "sum"]);
  sheet.addRow([1, "a & b < c", moment, true, { formula: "A2*2", result: 2 }]);
  sheet.addRow([0.1 + 0.2, "line\nbreak\tand tab", new Date(Date.UTC(1999, 0, 1)), false, { formula: "A3" }]);
  sheet.addRow([
    -1e-7,
    { richText: [{ text: "bold", font: { bold: true } }, { text: " not" }] },
    null,
    null,
    { error: "#N/A" },
  ]);
  sheet.addRow([4344676511950440, "é 東京 😀", null, null, { formula: "1/0", result: { error: "#DIV/0!" } }]);
  sheet.addRow([]);
  sheet.addRow([null, "after a gap", { text: "link", hyperlink: "https://example.org" }]);
  sheet.getCell("A9").value = 0.5;
  sheet.getCell("A9").numFmt = "0.00%";
  sheet.getCell("B9").value = 1234.5;
  sheet.getCell("B9").numFmt = '"USD" #,##0.00;[Red]-#,##0.00';
  sheet.getCell("C9").value = moment;
  sheet.getCell("C9").numFmt = "[$-409]d\\-mmm\\-yy;@";
  workbook.addWorksheet("hidden", { state: "hidden" }).addRow(["x"]);
  return Buffer.from(await workbook.xlsx.writeBuffer());
}

const byHucreWriter = async (stringMode: "shared" | "inline"): Promise<Buffer> =>
  Buffer.from(
    await writeXlsx({
      stringMode,
      sheets: [
        {
          name: "data",
          rows: [
            ["id", "name", "when", "flag"],
            [1, "a & b < c", moment, true],
            [0.1 + 0.2, " spaces ", new Date(Date.UTC(1999, 0, 1)), false],
            [-1e300, "é 東京 😀", null, null],
          ],
        },
      ],
    }),
  );

async function byXlsxPopulate(): Promise<Buffer> {
  const workbook = await XlsxPopulate.fromBlankAsync();
  const sheet = workbook.sheet(0);
  sheet.cell("A1").value([
    ["id", "name", "when", "flag"],
    [1, "a & b < c", 45_351.5625, true],
    [0.1 + 0.2, "é 東京 😀", 36_161, false],
  ]);
  sheet.range("C2:C3").style("numberFormat", "dd/mm/yyyy hh:mm");
  sheet.cell("F9").formula("A2+1");
  return workbook.outputAsync();
}

const writers = {
  exceljs: byExcelJsWriter,
  "hucre, shared": () => byHucreWriter("shared"),
  "hucre, inline": () => byHucreWriter("inline"),
  "xlsx-populate": byXlsxPopulate,
};

describe("workbooks of other writers", () => {
  test.each(Object.entries(writers))("%s", async (_, write) => expectAgreement(madeFile(await write())));
});

describe("workbooks of LibreOffice", () => {
  test.skipIf(!hasOffice || real.length === 0)(
    "saved again from a real one",
    async () => {
      await expectAgreement(office(join(data, "users_data.xlsx")));
    },
    240_000,
  );

  test.skipIf(!hasOffice)(
    "saved again from another writer",
    async () => {
      const { recalculated } = { recalculated: office(madeFile(await byExcelJsWriter(), "again.xlsx")) };
      await expectAgreement(recalculated);
    },
    120_000,
  );
});
