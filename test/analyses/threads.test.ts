import { expect, it } from "vitest";
import type { ResultRow } from "../../src/engines/engine.ts";
import { raw } from "../../src/sql/statement.ts";
import { portfolioWithOutcomes } from "./learnt.ts";
import { card, Desk, ids, type Portfolio } from "./portfolio.ts";

/** As many ties, gaps and kinds of cards as a portfolio may have: what is equal could come in any order. */
function various(customers: number): Portfolio {
  const { users, cards } = portfolioWithOutcomes(customers);
  const pick = <T>(i: number, ...values: readonly T[]) => values[(i * 7_919) % values.length] as T;
  return {
    users: users.map((user, i) => ({
      ...user,
      age: i % 41 === 0 ? null : user.age,
      retirement_age: pick(i, 62, 65, 67, null),
      gender: i % 53 === 0 ? null : user.gender,
      employment_status: pick(i, "employed", "retired", "student", null, "employed"),
      area_income_usd: i % 10 === 0 ? null : 10_000 + ((i * 131) % 9_000),
      total_debt_usd: i % 37 === 0 ? null : user.total_debt_usd,
      state: pick(i, "CA", "NY", "TX", null),
      city: pick(i, "Fresno", "Albany", null),
    })),
    cards: [
      ...cards,
      ...users.flatMap(({ user_id }, i) =>
        Array.from({ length: i % 4 }, (_, n) =>
          card(100_000 + i * 4 + n, i % 97 === 0 ? user_id + 1_000_000 : user_id, {
            brand: pick(i + n, "Visa", "Amex", "Mastercard", null),
            type: pick(i + 2 * n, "credit", "debit", "prepaid", "credit", null),
            credit_limit_usd: i % 29 === 0 ? null : 500.1 * (1 + ((i + n) % 30)),
            balance_usd: i % 31 === 0 ? null : ((i * 17 + n) % 5_000) / 7 - 20,
            opened_on: pick(i + n, "2005-03-01", "2019-06-01", "2020-03-01", null),
            expires_on: pick(i + 3 * n, "2020-02-01", "2020-04-01", "2022-09-01", "2019-01-01", null),
            has_chip: pick(i + n, true, false, null),
            pin_changed_year: pick(i, 2008, 2015, null),
            on_dark_web: pick(i, false, true, null),
          }),
        ),
      ),
    ],
  };
}

/** Every analysis on so many threads, of rows in one order or another. */
async function figures(portfolio: Portfolio, threads: number) {
  await using desk = await Desk.open();
  await desk.engine.execute(raw(`set threads = ${threads}`));
  // so few rows would otherwise be read by one thread
  if (threads > 1) await desk.engine.execute(raw("pragma verify_parallelism"));
  await desk.load(portfolio);
  const rows = new Map<string, readonly ResultRow[]>();
  for (const id of ids) {
    const result = await desk.try(id);
    if (result !== undefined) rows.set(id, result.rows as unknown as readonly ResultRow[]);
  }
  return rows;
}

const shuffled = <T>(rows: readonly T[]): readonly T[] =>
  rows
    .map((row, i) => ({ row, place: Math.imul(i + 1, 2_654_435_761) >>> 0 }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ row }) => row);

const same = (a: unknown, b: unknown): boolean =>
  typeof a === "number" && typeof b === "number" && !(Number.isInteger(a) && Number.isInteger(b))
    ? Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b))
    : a === b;

it("figures are the same on one thread and on four, and whatever the order of the rows", {
  timeout: 300_000,
}, async () => {
  const portfolio = various(2_000);
  const once = await figures(portfolio, 1);
  expect(once.size).toBe(ids.length);
  const others = {
    "on four threads": await figures(portfolio, 4),
    "in another order": await figures(
      { users: shuffled(portfolio.users), cards: shuffled(portfolio.cards) },
      4,
    ),
  };
  for (const [how, rows] of Object.entries(others))
    for (const id of ids) {
      const [expected, got] = [once.get(id) ?? [], rows.get(id) ?? []];
      expect(got.length, `${id} ${how}`).toBe(expected.length);
      for (const [i, row] of expected.entries())
        for (const [column, value] of Object.entries(row))
          if (!same(value, got[i]?.[column]))
            expect(got[i]?.[column], `${id} ${how}: ${column} of row ${i}`).toBe(value);
    }
});
