import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import ExcelJS from "exceljs";
import { describe, expect, test } from "vitest";
import { openDuckDB } from "../../src/engines/duckdb.ts";
import { raw } from "../../src/sql/statement.ts";
import { hasShared } from "./shared.ts";
import { base, checkExport, type Export, withExport } from "./verify.ts";
import { cardColumns, csvOf, type Day, respell, retyped, type Table, tableOf, userColumns } from "./write.ts";

type Cell = ExcelJS.CellValue;
type Cells = readonly (readonly Cell[])[];
interface Sheet {
  readonly name: string;
  readonly cells: Cells;
  readonly hidden?: true;
  /** Number formats by 0-based column. */
  readonly formats?: Readonly<Record<number, string>>;
}

async function workbook(path: string, sheets: readonly Sheet[]): Promise<string> {
  const book = new ExcelJS.Workbook();
  for (const { name, cells, hidden, formats = {} } of sheets) {
    const sheet = book.addWorksheet(name, { state: hidden ? "hidden" : "visible" });
    for (const [column, format] of Object.entries(formats))
      sheet.getColumn(Number(column) + 1).numFmt = format;
    sheet.addRows(cells.map((row) => [...row]));
  }
  await book.xlsx.writeFile(path);
  return path;
}

/** The text of a table as a spreadsheet keeps it: numbers are numbers. */
const typed = (table: Table): Cells =>
  table.map((row, i) =>
    row.map((cell) => (i > 0 && cell.trim() !== "" && Number.isFinite(Number(cell)) ? Number(cell) : cell)),
  );
/** The same, with the cells of some columns replaced by what a spreadsheet has for text. */
const replaced = <T>(
  rows: readonly T[],
  cells: Cells,
  columns: Readonly<Record<number, (row: T, index: number) => Cell>>,
): Cells =>
  cells.map((row, i) =>
    row.map((cell, column) => {
      const made = columns[column];
      const source = rows[i - 1];
      return made === undefined || source === undefined ? cell : made(source, i - 1);
    }),
  );
const dateOf = ({ year, month, day }: Day) => new Date(Date.UTC(year, month - 1, day));
const firstOf = (month: string | null) => new Date(`${month}-01T00:00:00Z`);
const indexOf = (name: string): number => cardColumns.findIndex(({ column }) => column === name);
const [EXPIRES, OPENED, CHIP, LIMIT] = ["expires_on", "opened_on", "has_chip", "credit_limit_usd"].map(
  indexOf,
) as [number, number, number, number];

const users = typed(tableOf(base.users, userColumns));
const cards = replaced(base.cards, typed(tableOf(base.cards, cardColumns)), {
  [EXPIRES]: ({ expires_on }) => firstOf(expires_on),
  [OPENED]: ({ opened_on }) => firstOf(opened_on),
});
const monthFormats = { [EXPIRES]: "mmm-yy", [OPENED]: "mmm-yy" };
const dictionary: Sheet = {
  name: "Dictionary",
  cells: [
    ["Column", "Meaning", "Example"],
    ...[...userColumns, ...cardColumns].map(({ header }) => [header, `what ${header} means`, 1]),
  ],
};
const dashboard: Sheet = {
  name: "Dashboard",
  cells: [
    ["Customer Dashboard"],
    ["Total Customers", base.users.length],
    ["Gender", "Customers"],
    ["Female", 10],
    ["Male", 20],
    ["Card Type", "Cards", "Credit Limit"],
    ["Credit", 1, 2],
    ["Debit", 3, 4],
    [],
    ["Top customers"],
    ["id", "credit_score", "yearly_income"],
    ...base.users.slice(0, 10).map((u) => [u.user_id, u.credit_score, u.annual_income_usd]),
  ],
};
const moved = (column: "expires_on" | "opened_on", saved: number) =>
  base.cards.filter((card) => retyped(card[column] ?? "", saved).year === saved).length;

const workbooks: Export[] = [
  {
    name: "one workbook: dashboard, cards, dictionary, a hidden list, customers with a formula",
    write: async (folder) => [
      await workbook(join(folder, "portfolio.xlsx"), [
        dashboard,
        { name: "cards", cells: cards, formats: monthFormats },
        dictionary,
        { name: "Lists", hidden: true, cells: [["gender"], ["Female"], ["Male"]] },
        {
          name: "users",
          cells: users.map((row, i) => [
            ...row,
            i === 0 ? "DTI" : { formula: `K${i + 1}/J${i + 1}`, result: Number(row[10]) / Number(row[9]) },
          ]),
        },
      ]),
    ],
  },
  {
    name: "dates re-read as days of 2024, in cells of dates; booleans; the cards first",
    write: async (folder) => [
      await workbook(join(folder, "a.xlsx"), [
        dictionary,
        {
          name: "Sheet1",
          cells: replaced(base.cards, cards, {
            [EXPIRES]: (card) => dateOf(retyped(card.expires_on ?? "", 2024)),
            [OPENED]: (card) => dateOf(retyped(card.opened_on ?? "", 2024)),
            [CHIP]: (card) => card.has_chip,
          }),
          formats: { [EXPIRES]: "d-mmm", [OPENED]: "d-mmm" },
        },
      ]),
      await workbook(join(folder, "b.xlsx"), [{ name: "Sheet1", cells: users }]),
    ],
    issues: {
      "retyped_month cards.expires_on": moved("expires_on", 2024),
      "retyped_month cards.opened_on": moved("opened_on", 2024),
    },
  },
  {
    name: "every number stored as text",
    write: async (folder) => [
      await workbook(join(folder, "users.xlsx"), [
        { name: "users", cells: tableOf(base.users, userColumns) },
      ]),
      await workbook(join(folder, "cards.xlsx"), [
        { name: "cards", cells: tableOf(base.cards, cardColumns) },
      ]),
    ],
  },
  {
    name: "a title, an empty first column, amounts in dollars, totals in formulas",
    write: async (folder) => {
      const framed = (cells: Cells, total: readonly Cell[]): Cells => [
        ["", "Portfolio report"],
        [],
        ["", "all amounts in USD"],
        ...cells.map((row) => ["", ...row]),
        [],
        ["", ...total],
      ];
      const sums = (cells: Cells, columns: readonly number[]): Cell[] =>
        (cells[0] ?? []).map((_, i) =>
          columns.includes(i)
            ? {
                formula: "SUM(A1:A9)",
                result: cells.slice(1).reduce((all, row) => all + Number(row[i]), 0),
              }
            : i === 0
              ? "Total"
              : null,
        );
      return [
        await workbook(join(folder, "portfolio.xlsx"), [
          {
            name: "Customers",
            cells: framed(users, sums(users, [8, 9, 10])),
            formats: { 9: '"$"#,##0', 10: '"$"#,##0', 11: '"$"#,##0.00' },
          },
          {
            name: "Cards",
            cells: framed(cards, sums(cards, [LIMIT])),
            formats: { [EXPIRES + 1]: "mm/yyyy", [OPENED + 1]: "mm/yyyy", [LIMIT + 1]: '"$"#,##0' },
          },
        ]),
      ];
    },
    issues: { "missing_key users.user_id": 1, "missing_key cards.card_id": 1 },
  },
  {
    name: "dollars as text in every fourth cell, numbers elsewhere; days that lost their format",
    write: async (folder) => {
      const mixed = (value: number | null, i: number): Cell =>
        i % 4 === 0 ? `$${value?.toLocaleString("en-US")}` : value;
      return [
        await workbook(join(folder, "users.xlsx"), [
          {
            name: "users",
            cells: replaced(base.users, users, {
              9: (user, i) => mixed(user.annual_income_usd, i),
              10: (user, i) => mixed(user.total_debt_usd, i),
            }),
          },
        ]),
        await workbook(join(folder, "cards.xlsx"), [
          {
            name: "cards",
            cells: replaced(base.cards, cards, {
              [EXPIRES]: (card) => firstOf(card.expires_on).getTime() / 86_400_000 + 25_569,
              [OPENED]: (card) => firstOf(card.opened_on).getTime() / 86_400_000 + 25_569,
              [LIMIT]: (card, i) => mixed(card.credit_limit_usd, i),
            }),
          },
        ]),
      ];
    },
    issues: {
      "mixed_notation users.annual_income_usd": Math.ceil(base.users.length / 4),
      "mixed_notation users.total_debt_usd": Math.ceil(base.users.length / 4),
      "mixed_notation cards.credit_limit_usd": Math.ceil(base.cards.length / 4),
    },
  },
  {
    name: "an old copy of the customers, hidden, before the customers",
    write: async (folder) => [
      await workbook(join(folder, "portfolio.xlsx"), [
        { name: "users_old", hidden: true, cells: users.slice(0, 1200) },
        { name: "users", cells: users },
        { name: "cards", cells: cards, formats: monthFormats },
      ]),
    ],
  },
  {
    name: "a short visible list of customers before the hidden data",
    write: async (folder) => [
      await workbook(join(folder, "portfolio.xlsx"), [
        dashboard,
        { name: "Top 100", cells: users.slice(0, 101).map((row) => [row[0], row[9], row[10], row[11]]) },
        { name: "users", hidden: true, cells: users },
        { name: "cards", hidden: true, cells: cards, formats: monthFormats },
      ]),
    ],
  },
];

/** Writes Parquet from csv text; `columns` are SQL over its columns. */
async function parquet(path: string, table: Table, columns: string): Promise<string> {
  const text = `${path}.csv`;
  await writeFile(text, csvOf(table));
  await using engine = await openDuckDB();
  await engine.execute(
    raw(
      `copy (select ${columns} from read_csv('${text}', all_varchar = true)) to '${path}' (format parquet, compression zstd)`,
    ),
  );
  return path;
}
const monthly = respell(cardColumns, { expires_on: (m) => `${m}-01`, opened_on: (m) => `${m}-01` });
const columnar: Export[] = [
  {
    name: "Parquet with types: integers, decimals, days, booleans",
    write: async (folder) => [
      await parquet(
        join(folder, "users.parquet"),
        tableOf(base.users, userColumns),
        `* replace (id::bigint as id, current_age::smallint as current_age, birth_year::integer as birth_year,
          latitude::double as latitude, longitude::double as longitude, total_debt::decimal(12, 2) as total_debt,
          yearly_income::float as yearly_income)`,
      ),
      await parquet(
        join(folder, "cards.parquet"),
        tableOf(base.cards, monthly),
        `* replace (id::uinteger as id, client_id::hugeint as client_id, expires::date as expires,
          acct_open_date::timestamp as acct_open_date, (has_chip = 'YES') as has_chip,
          credit_limit::decimal(18, 3) as credit_limit)`,
      ),
    ],
  },
  {
    name: "Parquet of text only, customers beside a csv file",
    write: async (folder) => {
      const text = join(folder, "cards.csv");
      await writeFile(text, csvOf(tableOf(base.cards, cardColumns)));
      return [text, await parquet(join(folder, "users.parquet"), tableOf(base.users, userColumns), "*")];
    },
  },
];

describe.skipIf(!hasShared)("exports of the portfolio as workbooks and Parquet", () => {
  for (const found of [...workbooks, ...columnar]) test(found.name, () => checkExport(found));

  test("two sheets that read alike are refused, and named", async () => {
    const write = async (folder: string) => [
      await workbook(join(folder, "portfolio.xlsx"), [
        { name: "users", cells: users },
        { name: "users (2)", cells: users.slice(0, 1500) },
        { name: "cards", cells: cards, formats: monthFormats },
      ]),
    ];
    await expect(withExport(write, async () => {})).rejects.toMatchObject({
      code: "DATA_REFUSED",
      message: expect.stringMatching(/"users".*"users \(2\)"/),
    });
    await withExport(
      write,
      async (portfolio) =>
        expect((await portfolio.run("portfolio-summary")).rows).toMatchObject([
          { customers: base.users.length },
        ]),
      { sheets: { users: "users" } },
    );
  });
});
