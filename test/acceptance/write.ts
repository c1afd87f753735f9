import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Base, type Card, monthNames, type User } from "./base.ts";

export { monthNames } from "./base.ts";

/** A column of an export: what it means, what it is called, and how a cell is written. */
export interface Column<T> {
  /** Name of the canonical column; null for what an export adds. */
  readonly column: (keyof T & string) | null;
  readonly header: string;
  readonly cell: (row: T, index: number) => string;
}
export type Columns<T> = readonly Column<T>[];

const plain = <T>(column: keyof T & string, header: string): Column<T> => ({
  column,
  header,
  cell: (row) => String(row[column] ?? ""),
});
const typeNames = { credit: "Credit", debit: "Debit", prepaid: "Debit (Prepaid)" };

/** The headers and the spelling of the common csv export. */
export const userColumns: Columns<User> = [
  plain("user_id", "id"),
  plain("age", "current_age"),
  plain("retirement_age", "retirement_age"),
  plain("birth_year", "birth_year"),
  plain("birth_month", "birth_month"),
  plain("gender", "gender"),
  plain("latitude", "latitude"),
  plain("longitude", "longitude"),
  plain("area_income_usd", "per_capita_income"),
  plain("annual_income_usd", "yearly_income"),
  plain("total_debt_usd", "total_debt"),
  plain("credit_score", "credit_score"),
  plain("card_count", "num_credit_cards"),
];
export const cardColumns: Columns<Card> = [
  plain("card_id", "id"),
  plain("user_id", "client_id"),
  plain("brand", "card_brand"),
  { column: "type", header: "card_type", cell: ({ type }) => (type === null ? "" : typeNames[type]) },
  { column: "expires_on", header: "expires", cell: ({ expires_on }) => mmYyyy(expires_on) },
  flagged("has_chip", "has_chip", "YES", "NO"),
  plain("plastics_issued", "num_cards_issued"),
  plain("credit_limit_usd", "credit_limit"),
  { column: "opened_on", header: "acct_open_date", cell: ({ opened_on }) => mmYyyy(opened_on) },
  plain("pin_changed_year", "year_pin_last_changed"),
  flagged("on_dark_web", "card_on_dark_web", "Yes", "No"),
];

export function flagged(
  column: "has_chip" | "on_dark_web",
  header: string,
  yes: string,
  no: string,
): Column<Card> {
  return { column, header, cell: (card) => (card[column] === null ? "" : card[column] ? yes : no) };
}

/** "2022-12" -> "12/2022" */
export const mmYyyy = (month: string | null): string =>
  month === null ? "" : `${month.slice(5)}/${month.slice(0, 4)}`;
/** "2022-12" -> "Dec-22" */
export const mmmYy = (month: string | null): string =>
  month === null ? "" : `${monthNames[Number(month.slice(5)) - 1]}-${month.slice(2, 4)}`;

export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/**
 * What Excel makes of "Dec-22" typed or opened in `year`: 22 December of that year. What cannot be a day of the
 * month, "Sep-97" or "Dec-00", is the first of that month.
 */
export function retyped(month: string, year: number): Day {
  const m = Number(month.slice(5));
  const yy = Number(month.slice(2, 4));
  const last = new Date(Date.UTC(year, m, 0)).getUTCDate();
  if (yy >= 1 && yy <= last) return { year, month: m, day: yy };
  return { year: yy < 30 ? 2000 + yy : 1900 + yy, month: m, day: 1 };
}

const two = (n: number) => String(n).padStart(2, "0");
/** How a day is shown. */
export const shown = {
  us: ({ year, month, day }: Day) => `${month}/${day}/${year}`,
  iso: ({ year, month, day }: Day) => `${year}-${two(month)}-${two(day)}`,
  timestamp: ({ year, month, day }: Day) => `${year}-${two(month)}-${two(day)} 00:00:00`,
  european: ({ year, month, day }: Day) => `${two(day)}/${two(month)}/${year}`,
  dotted: ({ year, month, day }: Day) => `${two(day)}.${two(month)}.${year}`,
  usShort: ({ year, month, day }: Day) => `${month}/${day}/${two(year % 100)}`,
  /** Excel's own d-mmm; other years are shown as mmm-yy. */
  dMmm:
    (saved: number) =>
    ({ year, month, day }: Day) =>
      year === saved ? `${day}-${monthNames[month - 1]}` : `${monthNames[month - 1]}-${two(year % 100)}`,
} as const;

/** The same columns, some of them written otherwise. */
export const respell = <T>(
  columns: Columns<T>,
  cells: { readonly [K in keyof T & string]?: (value: T[K], row: T, index: number) => string },
): Columns<T> =>
  columns.map((c) => {
    const spell = c.column === null ? undefined : cells[c.column];
    if (c.column === null || spell === undefined) return c;
    const { column } = c;
    return { ...c, cell: (row, index) => spell(row[column], row, index) };
  });

/** The same columns under other headers. */
export const rename = <T>(
  columns: Columns<T>,
  headers: { readonly [K in keyof T & string]?: string },
): Columns<T> =>
  columns.map((c) => ({ ...c, header: (c.column === null ? undefined : headers[c.column]) ?? c.header }));

export const without = <T>(columns: Columns<T>, ...names: readonly (keyof T & string)[]): Columns<T> =>
  columns.filter(({ column }) => column === null || !names.includes(column));

export const extra = <T>(header: string, cell: Column<T>["cell"]): Column<T> => ({
  column: null,
  header,
  cell,
});

export type Table = readonly (readonly string[])[];

export const tableOf = <T>(rows: readonly T[], columns: Columns<T>): Table => [
  columns.map(({ header }) => header),
  ...rows.map((row, i) => columns.map(({ cell }) => cell(row, i))),
];

export interface CsvOptions {
  readonly delimiter?: string;
  readonly eol?: string;
  readonly quoteAll?: boolean;
  readonly bom?: boolean;
  readonly encoding?: "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";
  readonly gzip?: boolean;
}

export function csvOf(table: Table, options: CsvOptions = {}): Buffer {
  const { delimiter = ",", eol = "\n", quoteAll = false, bom = false, encoding = "utf-8" } = options;
  const quote = (cell: string) =>
    quoteAll || cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  const text = `${bom ? "\uFEFF" : ""}${table.map((row) => row.map(quote).join(delimiter)).join(eol)}${eol}`;
  const bytes =
    encoding === "windows-1252"
      ? Buffer.from(text, "latin1")
      : encoding === "utf-8"
        ? Buffer.from(text, "utf8")
        : Buffer.from(text, "utf16le");
  if (encoding === "utf-16be") bytes.swap16();
  return options.gzip ? gzipSync(bytes) : bytes;
}

export interface Layout {
  readonly users?: Columns<User>;
  readonly cards?: Columns<Card>;
  /** Of both files, or of the customers file and of the cards file. */
  readonly csv?: CsvOptions | readonly [users: CsvOptions, cards: CsvOptions];
}

/** A customers file and a cards file as csv; the layout says how they are written. */
export const writeCsv = (
  folder: string,
  base: Base,
  { users = userColumns, cards = cardColumns, csv = {} }: Layout = {},
): Promise<string[]> => writeTables(folder, tableOf(base.users, users), tableOf(base.cards, cards), csv);

export async function writeTables(
  folder: string,
  users: Table,
  cards: Table,
  csv: NonNullable<Layout["csv"]> = {},
): Promise<string[]> {
  const [ofUsers, ofCards] = isPair(csv) ? csv : [csv, csv];
  const paths = [join(folder, "customers.csv"), join(folder, "cards.csv")] as const;
  await writeFile(paths[0], csvOf(users, ofUsers));
  await writeFile(paths[1], csvOf(cards, ofCards));
  return [...paths];
}

const isPair = (csv: NonNullable<Layout["csv"]>): csv is readonly [CsvOptions, CsvOptions] =>
  Array.isArray(csv);

/** The same shuffle on every run. */
export function shuffled<T>(items: readonly T[]): T[] {
  const order = items.map((item, i) => [(i * 7919 + 13) % 10_007, item] as const);
  return order.sort(([a], [b]) => a - b).map(([, item]) => item);
}
