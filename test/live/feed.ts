import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cell, SourceState } from "./state-oracle.ts";

/** A folder that goes with the test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "cardscope-live-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const userColumns = ["user_id", "age", "annual_income_usd", "total_debt_usd", "credit_score", "state"];
const cardColumns = [
  ...["card_id", "user_id", "brand", "type", "credit_limit_usd", "expires_on", "opened_on", "balance_usd"],
];

/** Writes a portfolio as two csv files. */
export async function writeFiles(folder: string, state: SourceState): Promise<[string, string]> {
  const csv = (columns: readonly string[], rows: readonly Readonly<Record<string, Cell>>[]) =>
    `${[columns.join(","), ...rows.map((row) => columns.map((c) => row[c] ?? "").join(","))].join("\n")}\n`;
  const users = join(folder, "users.csv");
  const cards = join(folder, "cards.csv");
  const byKey = (rows: Iterable<[string, Readonly<Record<string, Cell>>]>, key: string) =>
    [...rows]
      .toSorted(([a], [b]) => Number(a) - Number(b))
      .map(([subject, row]) => ({ [key]: subject, ...row }));
  await writeFile(users, csv(userColumns, byKey(state.customers, "user_id")));
  await writeFile(cards, csv(cardColumns, byKey(state.cards, "card_id")));
  return [users, cards];
}

const customer = (i: number) => ({
  age: 20 + ((i * 7) % 60),
  annual_income_usd: 20_000 + ((i * 3571) % 90_000),
  total_debt_usd: (i * 7919) % 120_000,
  credit_score: 500 + ((i * 37) % 350),
  state: ["CA", "TX", "NY"][i % 3] ?? "CA",
});

const card = (i: number, owner: number) => ({
  user_id: String(owner),
  brand: ["Visa", "Mastercard"][i % 2] ?? "Visa",
  type: ["credit", "debit"][i % 4 === 3 ? 1 : 0] ?? "credit",
  credit_limit_usd: 1000 + ((i * 613) % 20_000),
  expires_on: `${2024 + (i % 5)}-${String((i % 12) + 1).padStart(2, "0")}`,
  opened_on: `${2010 + (i % 10)}-${String((i % 12) + 1).padStart(2, "0")}`,
  balance_usd: (i * 331) % 9000,
});

/** A portfolio of so many customers, each with two cards, always the same. */
export function portfolioOf(customers: number): SourceState {
  const state: SourceState = { customers: new Map(), cards: new Map() };
  for (let i = 1; i <= customers; i++) {
    state.customers.set(String(i), customer(i));
    for (const own of [2 * i - 1, 2 * i]) state.cards.set(String(own), card(own, i));
  }
  return state;
}
