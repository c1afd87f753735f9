import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Card } from "./base.ts";
import { hasShared, sources } from "./shared.ts";
import { base, checkExport, type Export, withExport } from "./verify.ts";
import {
  cardColumns,
  mmmYy,
  monthNames,
  respell,
  retyped,
  shown,
  shuffled,
  tableOf,
  userColumns,
  without,
  writeCsv,
  writeTables,
} from "./write.ts";

/** Both columns of months, each written by a rule of its own. */
const months = (expires: (month: string) => string, opened = expires) => ({
  cards: respell(cardColumns, {
    expires_on: (month) => expires(month ?? ""),
    opened_on: (month) => opened(month ?? ""),
  }),
});
const yearOf = (month: string) => month.slice(0, 4);
const monthOf = (month: string) => month.slice(5);
const long = (month: string) =>
  new Date(`${month}-01T00:00:00Z`).toLocaleDateString("en-US", {
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
const lastDay = (month: string) =>
  new Date(Date.UTC(Number(yearOf(month)), Number(monthOf(month)), 0)).toISOString().slice(0, 10);
const serial = (day: string) => String(Date.parse(day) / 86_400_000 + 25_569);

/** Cards whose year Excel takes for a day of the year it saves in. */
const moved = (column: "expires_on" | "opened_on", saved: number) =>
  base.cards.filter((card: Card) => retyped(card[column] ?? "", saved).year === saved).length;

const dates: Export[] = [
  { name: "Dec-22; 2022-12", layout: months(mmmYy, (m) => m) },
  {
    name: "12/22; 202212",
    layout: months(
      (m) => `${monthOf(m)}/${m.slice(2, 4)}`,
      (m) => m.replace("-", ""),
    ),
  },
  { name: "December 2022; 01-December-2022", layout: months(long, (m) => `01-${long(m).replace(" ", "-")}`) },
  {
    name: "2022-12-01; 2022-12-01 00:00:00",
    layout: months(
      (m) => `${m}-01`,
      (m) => `${m}-01 00:00:00`,
    ),
  },
  {
    name: "12/1/2022; 01/12/2022",
    layout: months(
      (m) => `${Number(monthOf(m))}/1/${yearOf(m)}`,
      (m) => `01/${monthOf(m)}/${yearOf(m)}`,
    ),
  },
  {
    name: "2022-12-31; 12/31/2022",
    layout: months(lastDay, (m) => lastDay(m).replace(/^(\d+)-(\d+)-(\d+)$/, "$2/$3/$1")),
  },
  {
    name: "midnight east of Greenwich, in UTC; midnight in London, in UTC",
    layout: months(
      (m) => new Date(Date.parse(`${m}-01`) - 3_600_000).toISOString(),
      (m) => new Date(Date.parse(`${m}-01`) - (/-(?:0[4-9]|10)$/.test(m) ? 3_600_000 : 0)).toISOString(),
    ),
  },
  { name: "spreadsheet day numbers", layout: months((m) => serial(`${m}-01`)) },
  ...(
    [
      ["us", 2024, "us", 2026],
      ["us", 2020, "iso", 2020],
      ["european", 2026, "iso", 2024],
      ["timestamp", 2026, "dotted", 2026],
      ["usShort", 2024, "european", 2024],
    ] as const
  ).map(
    ([expires, expiresSaved, opened, openedSaved]): Export => ({
      name: `re-read as days of ${expiresSaved}, ${expires}; of ${openedSaved}, ${opened}`,
      layout: months(
        (m) => shown[expires](retyped(m, expiresSaved)),
        (m) => shown[opened](retyped(m, openedSaved)),
      ),
      issues: {
        "retyped_month cards.expires_on": moved("expires_on", expiresSaved),
        "retyped_month cards.opened_on": moved("opened_on", openedSaved),
      },
    }),
  ),
  {
    name: "re-read as days of 2025, shown as 22-Dec",
    layout: months((m) => shown.dMmm(2025)(retyped(m, 2025))),
    // what is no day of 2025 is shown as Sep-97
    issues: {
      "mixed_notation cards.expires_on": base.cards.length - moved("expires_on", 2025),
      "mixed_notation cards.opened_on": base.cards.length - moved("opened_on", 2025),
    },
  },
  (() => {
    const cards = base.cards.filter((card) => String(card.expires_on) >= "2001");
    const owned = (users: readonly { user_id: unknown; card_count: unknown }[]) =>
      users.filter((u) => cards.filter((c) => c.user_id === u.user_id).length !== u.card_count).length;
    return {
      name: "the expiry re-read as days of 2023, and nothing else that tells",
      base: { users: base.users, cards },
      layout: {
        cards: without(
          respell(cardColumns, { expires_on: (m) => shown.us(retyped(m ?? "", 2023)) }),
          "opened_on",
        ),
      },
      lacks: ["opened_on"],
      issues: {
        "retyped_month cards.expires_on": cards.length,
        "card_count_mismatch users.card_count": owned(base.users),
      },
    };
  })(),
  {
    name: "only the expiry re-read as days of 2023",
    layout: { cards: respell(cardColumns, { expires_on: (m) => shown.us(retyped(m ?? "", 2023)) }) },
    issues: { "retyped_month cards.expires_on": moved("expires_on", 2023) },
  },
];

const lacking = (...columns: readonly string[]): Export => {
  const names = columns as readonly never[];
  return {
    name: `no ${columns.join(", no ")}`,
    layout: { users: without(userColumns, ...names), cards: without(cardColumns, ...names) },
    lacks: columns,
  };
};
const least = new Set<string | null>(["user_id", "credit_score", "card_id", "expires_on"]);
const missing: Export[] = [
  lacking("gender", "has_chip"),
  lacking("birth_month", "latitude", "longitude"),
  lacking("type"),
  lacking("expires_on"),
  lacking("opened_on", "brand", "credit_limit_usd"),
  lacking("annual_income_usd"),
  lacking("total_debt_usd", "card_count"),
  lacking("credit_score", "age", "pin_changed_year"),
  {
    name: "the least: id and score; id, customer and expiry",
    layout: {
      users: userColumns.filter(({ column }) => least.has(column)),
      cards: cardColumns.filter(({ column }) => least.has(column)),
    },
    lacks: [...userColumns, ...cardColumns].flatMap(({ column }) =>
      column === null || least.has(column) ? [] : [column],
    ),
  },
];

/** What Excel takes for a day: 27.8 and 27.08 alike are 27 August. */
function dayOf(latitude: number | null): { day: number; month: number } | null {
  const [degrees = "", decimals = ""] = String(latitude).split(".");
  const [day, month] = [Number(degrees), Number(decimals)];
  return day <= 28 && month >= 1 && month <= 12 ? { day, month } : null;
}
const two = (n: number) => String(n).padStart(2, "0");
const damagedLatitudes = (
  name: string,
  spell: (day: number, month: number) => string,
  decimal = ".",
): Export => ({
  name: `latitudes re-read as days, ${name}`,
  base: {
    users: base.users.map((user) => (dayOf(user.latitude) === null ? user : { ...user, latitude: null })),
    cards: base.cards,
  },
  write: (folder) => {
    const number = (x: number | null) => String(x).replace(".", decimal);
    const users = respell(userColumns, {
      latitude: (x) => {
        const found = dayOf(x);
        return found === null ? number(x) : spell(found.day, found.month);
      },
      longitude: number,
    });
    const csv = { delimiter: decimal === "," ? ";" : "," };
    return writeTables(folder, tableOf(base.users, users), tableOf(base.cards, cardColumns), csv);
  },
  issues: {
    "date_in_number users.latitude": base.users.filter(({ latitude }) => dayOf(latitude) !== null).length,
  },
});
const changes: Export[] = [
  {
    name: "every seventh customer deleted",
    base: { users: base.users.filter(({ user_id }) => Number(user_id) % 7 !== 0), cards: base.cards },
  },
  {
    name: "every card of every eleventh customer deleted",
    base: { users: base.users, cards: base.cards.filter(({ user_id }) => Number(user_id) % 11 !== 0) },
    issues: {
      "card_count_mismatch users.card_count": base.users.filter(({ user_id }) => Number(user_id) % 11 === 0)
        .length,
    },
  },
  (() => {
    const is = (i: number) => i % 20 === 3;
    const n = base.users.filter((_, i) => is(i)).length;
    return {
      name: "incomes N/A and debts #N/A in places",
      base: {
        users: base.users.map((user, i) =>
          is(i) ? { ...user, annual_income_usd: null, total_debt_usd: null } : user,
        ),
        cards: base.cards,
      },
      layout: {
        users: respell(userColumns, {
          annual_income_usd: (x) => (x === null ? "N/A" : String(x)),
          total_debt_usd: (x) => (x === null ? "#N/A" : String(x)),
        }),
      },
      issues: { "missing_token users.annual_income_usd": n, "error_cell users.total_debt_usd": n },
    };
  })(),
  {
    name: "scores and expiries empty in places",
    base: {
      users: base.users.map((user, i) => (i % 50 === 1 ? { ...user, credit_score: null } : user)),
      cards: base.cards.map((card, i) => (i % 50 === 1 ? { ...card, expires_on: null } : card)),
    },
  },
  damagedLatitudes("27-Aug", (day, month) => `${day}-${monthNames[month - 1]}`),
  damagedLatitudes("2024-08-27", (day, month) => `2024-${two(month)}-${two(day)}`),
  damagedLatitudes("8/27/2024", (day, month) => `${month}/${day}/2024`),
  damagedLatitudes("45531", (day, month) => serial(`2024-${two(month)}-${two(day)}`)),
  damagedLatitudes("27.08.2024 among decimal commas", (d, m) => `${two(d)}.${two(m)}.2024`, ","),
];

describe.skipIf(!hasShared)("exports in which something is gone or was changed", () => {
  const exports = { dates, missing, changes };
  for (const [group, list] of Object.entries(exports))
    describe(group, () => {
      for (const found of list) test(found.name, () => checkExport(found));
    });

  const noMonth = without(userColumns, "birth_month");
  test.each([
    ["follows from the ages", {}, "2020-02-29", "inferred"],
    [
      "follows from the latest opening where no birth month is stated",
      { users: noMonth },
      "2020-02-29",
      "inferred",
    ],
    [
      "is today where nothing tells",
      { users: noMonth, cards: without(cardColumns, "opened_on") },
      "2022-05-17",
      "today",
    ],
  ] as const)("the as-of date %s", async (_, layout, asOf, asOfSource) => {
    await withExport(
      (folder) => writeCsv(folder, base, layout),
      async (portfolio) => expect(portfolio).toMatchObject({ asOf, asOfSource }),
      { today: "2022-05-17" },
    );
  });

  test("two customers under one id are refused, and named", async () => {
    const [first, second, ...rest] = base.users;
    const users = [first, { ...second, user_id: first?.user_id }, ...rest] as typeof base.users;
    await expect(
      withExport(
        (folder) => writeCsv(folder, { users, cards: base.cards }),
        async () => {},
      ),
    ).rejects.toMatchObject({
      code: "DATA_REFUSED",
      message: expect.stringContaining(String(first?.user_id)),
    });
  });

  describe("customers whom only their row names", () => {
    const [users, cards] = sources["ibm-synthetic"];
    const [header = "", ...rows] = hasShared ? readFileSync(users, "utf8").trim().split("\n") : [];
    const withRows = (lines: readonly string[]) => async (folder: string) => {
      const path = join(folder, "users.csv");
      await writeFile(path, [header, ...lines].join("\n"));
      return [path, cards];
    };

    test.each([
      ["every seventh row deleted", rows.filter((_, i) => i % 7 !== 0), /are of rows that it does not have/],
      ["rows in another order", shuffled(rows), /another number of cards/],
    ] as const)("%s: refused", async (_, lines, message) => {
      await expect(withExport(withRows(lines), async () => {})).rejects.toMatchObject({
        code: "DATA_REFUSED",
        message: expect.stringMatching(message),
      });
    });

    test("a row of totals is no customer", async () => {
      const total = header
        .split(",")
        .map((name, i) => (i === 0 ? "Total" : /Income|Debt/.test(name) ? 1e8 : ""));
      await withExport(withRows([...rows, total.join(",")]), async (portfolio) => {
        const [summary] = (await portfolio.run("portfolio-summary")).rows;
        expect(summary).toMatchObject({ customers: rows.length, cards: base.cards.length });
        expect(portfolio.issues.map(({ code }) => code)).toContain("missing_key");
      });
    });
  });
});
