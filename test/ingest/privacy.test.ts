import { createWriteStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import ExcelJS from "exceljs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPromise } from "yauzl";
import { openPortfolio } from "../../src/portfolio/portfolio.ts";
import { literal } from "../../src/sql/statement.ts";
import { cardscope } from "../cli/run.ts";
import { type Folder, openFolder } from "./folder.ts";

let folder: Folder;
beforeAll(async () => {
  folder = await openFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

/** Card numbers made so far: 4 and 15 digits that occur nowhere else. */
const numbers: string[] = [];
const number = (mark = ""): string => {
  const made = `4${String(391_827_364_550_000 + 7_919_000_003 * numbers.length)}`;
  numbers.push(made);
  return made.replace(/(.{4})(?=.)/g, `$1${mark}`);
};
const CVV = "Q83K";
const ADDRESS = "742 Marker Terrace";

type Table = readonly (readonly string[])[];
const users: Table = [
  [
    "id",
    "current_age",
    "city",
    "state",
    "employment_status",
    "gender",
    "income",
    "secret",
    "latitude",
    "address",
    number(),
  ],
  ["1", "53", `x ${number()} y`, number(" "), number("-"), "Female", "50000", number(), "34.1", ADDRESS, ""],
  [
    "2",
    number(),
    `a${number()}b`,
    number(),
    `card ${number(" ")}`,
    number(),
    "60000",
    number(),
    number(),
    ADDRESS,
    "",
  ],
  [
    "3",
    "55",
    number("."),
    number("\u00a0"),
    number("  "),
    "male",
    `$${number()}`,
    ADDRESS,
    number(" "),
    ADDRESS,
    "",
  ],
  [
    "4",
    "56",
    `${number()}/12`,
    `PAN:${number()}`,
    number() + number(),
    "male",
    number(),
    "",
    "33.1",
    ADDRESS,
    "",
  ],
  ["5", "57", `${"z".repeat(190)}${number()}`, "OH", "employed", "male", "70000", CVV, "33.1", ADDRESS, ""],
  [number(), "57", "a", "OH", "employed", "male", "70000", "", "33.1", ADDRESS, ""],
  ["7", "58", "a", "OH", "employed", "male", "70000", "", "33.1", ADDRESS, "", number(), ADDRESS],
  ["8", "58", "b", "OH", "employed", "male", "70000", "", "33.1", ADDRESS, ""],
];
const cards: Table = [
  [
    "card_id",
    "client_id",
    "card_brand",
    "card_type",
    "card_number",
    "cvv",
    "expires",
    "credit_limit",
    "has_chip",
    "opened",
  ],
  ["11", "1", "Visa", "Debit", number(), CVV, "12/2022", "24295", "YES", "09/2002"],
  ["12", "2", number(), number(), number(" "), CVV, number(), number(), number(), number("-")],
  [
    "13",
    "3",
    `Visa ${number("-")}`,
    "Credit",
    `x${number()}`,
    CVV,
    "12/2023",
    `$${number()}`,
    "NO",
    "09/2002",
  ],
  ["14", number(), "Amex", "Credit", number("."), CVV, "12/2023", "5", "NO", "09/2002"],
  ["15", "4", "Amex", "Credit", `${number()} ${number()}`, CVV, "12/2023", "5", "NO", "09/2002"],
  [number(), "5", "Amex", "Credit", number("\u00a0"), CVV, "12/2023", "5", "NO", "09/2002"],
];

const csv = (table: Table) =>
  Buffer.from(
    `${table.map((row) => row.map((cell) => (cell.includes(",") ? `"${cell}"` : cell)).join(",")).join("\n")}\n`,
  );

async function workbook(name: string, table: Table): Promise<string> {
  const path = await folder.file(name, "");
  const book = new ExcelJS.stream.xlsx.WorkbookWriter({ stream: createWriteStream(path) });
  const sheet = book.addWorksheet("data");
  // what a spreadsheet takes for a number is one
  for (const row of table)
    sheet.addRow(row.map((cell) => (/^\d+(\.\d+)?$/.test(cell) ? Number(cell) : cell))).commit();
  await book.commit();
  return path;
}

const rectangular = (table: Table) => table.map((row) => (table[0] ?? []).map((_, i) => row[i] ?? ""));

function json(table: Table): string {
  const [header = [], ...rows] = rectangular(table);
  return rows
    .map((row) => `${JSON.stringify(Object.fromEntries(header.map((name, i) => [name, row[i]])))}\n`)
    .join("");
}

function parquet(name: string, table: Table): Promise<string> {
  const [header = [], ...rows] = rectangular(table);
  const values = rows.map((row) => `(${row.map(literal).join(", ")})`).join(", ");
  return folder.parquet(
    name,
    `select * from (values ${values}) t(${header.map((one) => `"${one}"`).join(", ")})`,
  );
}

const formats: Readonly<Record<string, () => Promise<string[]>>> = {
  csv: async () => [await folder.file("users.csv", csv(users)), await folder.file("cards.csv", csv(cards))],
  "csv in UTF-16": async () => [
    await folder.file("users.csv", Buffer.from(`\uFEFF${csv(users)}`, "utf16le")),
    await folder.file("cards.csv", Buffer.from(`\uFEFF${csv(cards)}`, "utf16le")),
  ],
  xlsx: async () => [await workbook("users.xlsx", users), await workbook("cards.xlsx", cards)],
  json: async () => [
    await folder.file("users.json", json(users)),
    await folder.file("cards.json", json(cards)),
  ],
  parquet: async () => [await parquet("users.parquet", users), await parquet("cards.parquet", cards)],
};

/** What a text gives away: twelve digits and more of a card number in a row, however they are set apart. */
function givenAway(where: string, content: string): string[] {
  const plain = content.replaceAll(/[ .\-\u00a0]/g, "");
  return [
    ...numbers.filter((one) => plain.includes(one.slice(0, 12))),
    ...[CVV, ADDRESS, "Marker Terrace"].filter((marker) => content.includes(marker)),
  ].map((secret) => `${where}: ${secret}`);
}

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true });
  const found: string[] = [];
  for (const entry of entries) if ((await stat(join(path, entry))).isFile()) found.push(join(path, entry));
  return found;
}

/** A workbook's parts as text; any other file as it is. */
async function contentOf(path: string): Promise<string> {
  if (!path.endsWith(".xlsx"))
    return (await readFile(path)).toString("latin1") + (await readFile(path, "utf8"));
  const zip = await openPromise(path);
  let content = "";
  for await (const entry of zip.eachEntry()) content += await textOf(await zip.openReadStreamPromise(entry));
  return content;
}

test("the search finds what it looks for", () => {
  const [first = ""] = numbers;
  expect(givenAway("here", `is ${first.replace(/(.{4})(?=.)/g, "$1 ")}, ${ADDRESS}`)).toHaveLength(3);
  expect(givenAway("here", `is …${first.slice(-4)}`)).toEqual([]);
});

test.each(Object.entries(formats))(
  "no database file holds a card number, CVV or address: %s",
  async (format, write) => {
    const files = await write();
    const database = join(folder.path, `${format}.duckdb`);
    const leaks: string[] = [];
    const look = async () => {
      for (const path of (await filesIn(folder.path)).filter((one) => one.includes(`${format}.duckdb`)))
        leaks.push(...givenAway(path.slice(folder.path.length), await contentOf(path)));
    };
    const portfolio = await openPortfolio(files, { database });
    await look();
    expect(portfolio.issues.length).toBeGreaterThan(3);
    const { rows } = await portfolio.query("select count(*) as n from cards where card_last4 is not null");
    expect(rows[0]?.["n"]).toBeGreaterThan(format === "xlsx" ? 0 : 1);
    await portfolio.close();
    await look();
    expect(leaks).toEqual([]);
  },
);

test.each(Object.entries(formats))("nor does any output: %s", async (format, write) => {
  const files = await write();
  const cwd = join(folder.path, `run of ${format}`);
  const { mkdir } = await import("node:fs/promises");
  await mkdir(cwd);
  const leaks: string[] = [];
  for (const args of [
    ["analyze", ...files, "--out", "out"],
    ["analyze", ...files, "--json"],
    ["check", ...files],
    ["sql", "select * from users", ...files, "--csv", "--debug"],
    ["sql", "select * from cards join issues on true", ...files, "--json"],
    ["analyze", files[0] ?? "", "--debug"],
  ]) {
    const { stdout, stderr } = await cardscope(args, { cwd });
    expect(stdout + stderr).not.toMatch(/fault in Cardscope/);
    leaks.push(...givenAway(args[0] ?? "", stdout), ...givenAway(`${args[0]} stderr`, stderr));
  }
  const written = await filesIn(join(cwd, "out"));
  expect(written.length).toBeGreaterThan(15);
  for (const path of written) leaks.push(...givenAway(path.slice(cwd.length), await contentOf(path)));
  expect(leaks).toEqual([]);
});
