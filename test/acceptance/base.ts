import { readFileSync } from "node:fs";
import { hasShared, sources } from "./shared.ts";

/** A customer as the shared export states it; null where a test takes the value away. */
export interface User {
  readonly user_id: number | string;
  readonly age: number | null;
  readonly retirement_age: number | null;
  readonly birth_year: number | null;
  readonly birth_month: number | null;
  readonly gender: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly area_income_usd: number | null;
  readonly annual_income_usd: number | null;
  readonly total_debt_usd: number | null;
  readonly credit_score: number | null;
  readonly card_count: number | null;
}

export interface Card {
  readonly card_id: number | string;
  readonly user_id: number | string;
  readonly brand: string | null;
  readonly type: "credit" | "debit" | "prepaid" | null;
  /** YYYY-MM */
  readonly expires_on: string | null;
  /** YYYY-MM */
  readonly opened_on: string | null;
  readonly has_chip: boolean | null;
  readonly plastics_issued: number | null;
  readonly credit_limit_usd: number | null;
  readonly pin_changed_year: number | null;
  readonly on_dark_web: boolean | null;
}

export interface Base {
  readonly users: readonly User[];
  readonly cards: readonly Card[];
}

/** The portfolio of the csv export, read by header and nothing else. */
export function readBase(): Base {
  if (!hasShared) return { users: [], cards: [] };
  const [usersFile, cardsFile] = sources["csv-export"];
  const users = records(usersFile).map(
    (r): User => ({
      user_id: Number(r["id"]),
      age: Number(r["current_age"]),
      retirement_age: Number(r["retirement_age"]),
      birth_year: Number(r["birth_year"]),
      birth_month: Number(r["birth_month"]),
      gender: String(r["gender"]),
      latitude: Number(r["latitude"]),
      longitude: Number(r["longitude"]),
      area_income_usd: Number(r["per_capita_income"]),
      annual_income_usd: Number(r["yearly_income"]),
      total_debt_usd: Number(r["total_debt"]),
      credit_score: Number(r["credit_score"]),
      card_count: Number(r["num_credit_cards"]),
    }),
  );
  const cards = records(cardsFile).map(
    (r): Card => ({
      card_id: Number(r["id"]),
      user_id: Number(r["client_id"]),
      brand: String(r["card_brand"]),
      type: typeOf(String(r["card_type"])),
      expires_on: monthOf(String(r["expires"])),
      opened_on: monthOf(String(r["acct_open_date"])),
      has_chip: r["has_chip"] === "YES",
      plastics_issued: Number(r["num_cards_issued"]),
      credit_limit_usd: Number(r["credit_limit"]),
      pin_changed_year: Number(r["year_pin_last_changed"]),
      on_dark_web: r["card_on_dark_web"] === "Yes",
    }),
  );
  return { users, cards };
}

/** The file has neither quotes nor line breaks in its cells. */
function records(path: string): Readonly<Record<string, string>>[] {
  const [header = [], ...rows] = readFileSync(path, "utf8")
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(","));
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name.trim(), row[i] ?? ""])));
}

function typeOf(text: string): NonNullable<Card["type"]> {
  if (text === "Credit") return "credit";
  return text === "Debit" ? "debit" : "prepaid";
}

export const monthNames = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** "Dec-22" -> "2022-12" */
function monthOf(text: string): string {
  const [name = "", yy = ""] = text.split("-");
  const month = monthNames.indexOf(name) + 1;
  return `${Number(yy) < 50 ? 20 : 19}${yy}-${String(month).padStart(2, "0")}`;
}

/** Headline figures on 2020-03-01, in plain loops. A missing value is in no group. */
export function reckon({ users, cards }: Base) {
  const status = (last: string | null) => {
    if (last === null) return null;
    // valid to the last day of the month: expired when the whole month is past
    if (last < "2020-03") return "expired";
    return last < "2021-03" ? "expiring" : "later";
  };
  const count = <T>(rows: readonly T[], fits: (row: T) => boolean | null) => rows.filter(fits).length;
  const above = (x: number | null, limit: number) => x !== null && x > limit;
  const owed = ({ total_debt_usd: debt, annual_income_usd: income }: User) =>
    debt === null || income === null || income <= 0 ? null : debt / income;
  return {
    customers: users.length,
    cards: cards.length,
    highDebt: count(users, (user) => above(owed(user), 0.5)),
    premium: count(users, (u) => above(u.credit_score, 700) && above(u.annual_income_usd, 50_000)),
    assistance: count(
      users,
      (u) =>
        u.credit_score !== null &&
        u.credit_score < 600 &&
        u.annual_income_usd !== null &&
        above(u.total_debt_usd, 0.6 * u.annual_income_usd),
    ),
    expired: count(cards, (card) => status(card.expires_on) === "expired"),
    expiring: count(cards, (card) => status(card.expires_on) === "expiring"),
    creditCards: count(cards, (card) => card.type === "credit"),
    orphans: (() => {
      const ids = new Set(users.map((user) => user.user_id));
      return count(cards, (card) => !ids.has(card.user_id));
    })(),
  };
}
