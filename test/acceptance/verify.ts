import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { type AnalysisId, openPortfolio, type Portfolio, type PortfolioOptions } from "../../src/index.ts";
import { type Base, type Card, readBase, reckon, type User } from "./base.ts";
import { type Layout, writeCsv } from "./write.ts";

export interface Expected {
  /** What the files say. */
  readonly base: Base;
  /** Columns that the files lack: null in every row, and in no figure. */
  readonly lacks?: readonly string[];
  /** Every finding, "code table.column" to its number. */
  readonly issues?: Readonly<Record<string, number>>;
}

/** An export of the portfolio, and what it says where that differs from the portfolio. */
export interface Export extends Partial<Expected> {
  readonly name: string;
  readonly layout?: Layout;
  /** Where it is no pair of csv files. */
  readonly write?: (folder: string) => Promise<readonly string[]>;
}

export const base = readBase();

/** Writes an export, opens it, and compares every cell, every headline and every finding. */
export async function checkExport({ layout, write, ...expected }: Export): Promise<void> {
  const full: Expected = { base, ...expected };
  await withExport(write ?? ((folder) => writeCsv(folder, full.base, layout)), (portfolio) =>
    verify(portfolio, full),
  );
}

/** The day of the figures. */
export const DAY = "2020-03-01";

const userFields: readonly (keyof User)[] = [
  "user_id",
  "age",
  "retirement_age",
  "birth_year",
  "birth_month",
  "gender",
  "latitude",
  "longitude",
  "area_income_usd",
  "annual_income_usd",
  "total_debt_usd",
  "credit_score",
  "card_count",
];
const cardFields: readonly (keyof Card)[] = [
  "card_id",
  "user_id",
  "brand",
  "type",
  "expires_on",
  "opened_on",
  "has_chip",
  "plastics_issued",
  "credit_limit_usd",
  "pin_changed_year",
  "on_dark_web",
];

/** Writes an export to a folder of its own, opens it on the day, and hands it over. */
export async function withExport(
  write: (folder: string) => Promise<readonly string[]>,
  check: (portfolio: Portfolio) => Promise<void>,
  options: PortfolioOptions = { asOf: DAY },
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "cardscope-acceptance-"));
  try {
    await using portfolio = await openPortfolio(await write(folder), options);
    await check(portfolio);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Compares every cell, every headline and every finding. */
export async function verify(portfolio: Portfolio, { base, lacks = [], issues }: Expected): Promise<void> {
  expect(issuesOf(portfolio)).toEqual({ ...doubts(base, lacks), ...issues });
  expect(await differ(portfolio, "users", base.users, userFields, lacks)).toEqual([]);
  expect(await differ(portfolio, "cards", base.cards, cardFields, lacks)).toEqual([]);
  expect(await headlines(portfolio)).toEqual(expectedHeadlines(base, lacks));
}

export const issuesOf = (portfolio: Portfolio): Record<string, number | null> =>
  Object.fromEntries(
    portfolio.issues.map(({ code, table, column, count }) => [`${code} ${table}.${column}`, count]),
  );

/** What is doubtful in the portfolio itself, however it is written. */
function doubts({ users, cards }: Base, lacks: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  const add = (column: string, name: string, n: number) => {
    if (n > 0 && !lacks.includes(column)) found[name] = n;
  };
  const within = (x: number | null, low: number, high: number) => x === null || (x >= low && x <= high);
  add("age", "implausible_value users.age", users.filter(({ age }) => !within(age, 18, 100)).length);
  add(
    "annual_income_usd",
    "implausible_value users.annual_income_usd",
    users.filter(({ annual_income_usd: income }) => !within(income, 5000, 1e7)).length,
  );
  add("", "orphan_card cards.user_id", reckon({ users, cards }).orphans);
  return found;
}

/** Cells of a canonical table unlike the expected ones: the first of each column, and how many. */
async function differ<T extends User | Card>(
  portfolio: Portfolio,
  table: "users" | "cards",
  expected: readonly T[],
  fields: readonly (keyof T & string)[],
  lacks: readonly string[],
): Promise<string[]> {
  const key = fields[0] as keyof T & string;
  const months = fields.filter((field) => field === "expires_on" || field === "opened_on");
  const select = fields.map((field) =>
    months.includes(field) ? `cast(${field} as varchar) as ${field}` : field,
  );
  const { rows } = await portfolio.query(`select ${select.join(", ")} from ${table}`);
  const found = new Map(rows.map((row) => [row[key], row]));
  const wrong = new Map<string, string[]>();
  const add = (field: string, text: string) => wrong.set(field, [...(wrong.get(field) ?? []), text]);
  if (rows.length !== expected.length) add("rows", `${rows.length}, not ${expected.length}`);
  for (const row of expected) {
    const actual = found.get(row[key] as never);
    if (actual === undefined) {
      add(key, `${String(row[key])} is not there`);
      continue;
    }
    for (const field of fields) {
      const isLacking = lacks.includes(field) || lacks.includes(`${table}.${field}`);
      const value = isLacking ? null : row[field];
      const wanted = months.includes(field) && value !== null ? `${String(value)}-01` : value;
      if (actual[field] !== wanted)
        add(field, `${String(row[key])}: ${String(actual[field])}, not ${String(wanted)}`);
    }
  }
  return [...wrong].map(
    ([field, texts]) => `${table}.${field} (${texts.length}): ${texts.slice(0, 3).join("; ")}`,
  );
}

type Headlines = Readonly<Record<string, unknown>>;

async function headlines(portfolio: Portfolio): Promise<Headlines> {
  const rows = async (id: AnalysisId): Promise<readonly Record<string, unknown>[]> =>
    portfolio.whyNot(id) === undefined
      ? ((await portfolio.run(id)).rows as readonly Record<string, unknown>[])
      : [];
  const [summary] = await rows("portfolio-summary");
  const [debt] = await rows("debt-to-income");
  const audiences = await rows("marketing-audiences");
  const statuses = await rows("card-expiry");
  const find = (list: readonly Record<string, unknown>[], key: string, name: string, column: string) =>
    list.find((row) => row[key] === name)?.[column] ?? null;
  return {
    customers: summary?.["customers"],
    cards: summary?.["cards"],
    creditCards: summary?.["credit_cards"],
    orphans: summary?.["cards_without_customer"],
    highDebt: debt?.["customers_high_debt"] ?? null,
    premium: find(audiences, "audience", "premium", "customers"),
    assistance: find(audiences, "audience", "assistance", "customers"),
    expired: find(statuses, "status", "expired", "cards"),
    expiring: find(statuses, "status", "expiring", "cards"),
  };
}

function expectedHeadlines(base: Base, lacks: readonly string[]): Headlines {
  const without = (...columns: string[]) => columns.some((column) => lacks.includes(column));
  const all = reckon(base);
  return {
    ...all,
    creditCards: without("type") ? null : all.creditCards,
    highDebt: without("total_debt_usd", "annual_income_usd") ? null : all.highDebt,
    premium: without("credit_score", "annual_income_usd") ? null : all.premium,
    assistance: without("credit_score", "annual_income_usd", "total_debt_usd") ? null : all.assistance,
    expired: without("expires_on") ? null : all.expired,
    expiring: without("expires_on") ? null : all.expiring,
  };
}
