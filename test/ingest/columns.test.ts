import { expect, test } from "vitest";
import { CARDS, found, openFolder, read, USERS } from "./folder.ts";

const SELECT =
  "select cast(min(opened_on) as varchar) as first, cast(max(opened_on) as varchar) as last from cards";

async function readBoth(users: string, cards: string, select = SELECT) {
  await using folder = await openFolder();
  return await read([await folder.file("users.csv", users), await folder.file("cards.csv", cards)], select);
}

test("a known header over cells that cannot be its is told", async () => {
  const users = "id,age,income,credit_score\n1,40,50k,700\n2,41,60K,710\n3,42,70K,720\n";
  const { rows, issues } = await readBoth(users, CARDS, "select annual_income_usd from users");
  expect(rows).toEqual([
    { annual_income_usd: null },
    { annual_income_usd: null },
    { annual_income_usd: null },
  ]);
  expect(issues.map(({ code, column, examples }) => [code, column, examples[0]?.value])).toContainEqual([
    "unreadable_column",
    "annual_income_usd",
    "income",
  ]);
});

test("a header that another header's column makes needless is not told", async () => {
  const users = USERS.replace(/^(.*)$/m, "$1,score").replaceAll(/(\d)\n/g, "$1,good\n");
  expect(
    found((await readBoth(users, CARDS)).issues).filter((issue) => /unreadable_column/.test(issue)),
  ).toEqual([]);
});

const opened = (days: readonly string[]) =>
  `card_id,client_id,brand,acct_open_date\n${days.map((day, i) => `${i + 1},${(i % 3) + 1},Visa,${day}`).join("\n")}\n`;

test("accounts opened on a few days of one year were opened in that year", async () => {
  const weekly = Array.from({ length: 36 }, (_, i) => `${(i % 9) + 1}/${[1, 8, 15, 22][i % 4]}/2026`);
  const { rows, issues } = await readBoth(USERS, opened(weekly));
  expect(rows).toEqual([{ first: "2026-01-01", last: "2026-09-01" }]);
  expect(found(issues).filter((issue) => issue.startsWith("retyped_month"))).toEqual([]);
});

test("opening and expiry in one and the same year, in any days, are years re-read as days", async () => {
  const rows = Array.from(
    { length: 12 },
    (_, i) => `${i + 1},${(i % 3) + 1},Visa,${i + 1}/${i + 2}/2026,${i + 1}/${i + 15}/2026`,
  );
  const cards = `card_id,client_id,brand,acct_open_date,expires\n${rows.join("\n")}\n`;
  const { rows: months, issues } = await readBoth(USERS, cards);
  expect(months).toEqual([{ first: "2002-01-01", last: "2013-12-01" }]);
  expect(
    issues.filter(({ code }) => code === "retyped_month").map(({ column, count }) => [column, count]),
  ).toEqual([
    ["expires_on", 12],
    ["opened_on", 12],
  ]);
});

test("few words are kept as an enum that sorts and compares as text does", async () => {
  const select = `select string_agg(brand, ' ' order by brand) as brands, min(type) as type,
    count(*) filter (where brand = 'nonesuch') as others, any_value(coalesce(brand, 'none') || '!') as shown
    from cards where brand > 'A'`;
  const { rows } = await readBoth(USERS, CARDS.replace("12,2,Visa", "12,2,Éclat"), select);
  expect(rows[0]).toMatchObject({ brands: "Mastercard Visa Éclat", type: "credit", others: 0 });
});

test("a key that repeats is found among ids that lie close, far apart, and among texts", async () => {
  for (const [id, again] of [
    ["12", "11"],
    ["912345678901", "11"],
    ["B-12", "A-11"],
  ] as const) {
    const cards = CARDS.replace("11,1,", `${again},1,`).replace("12,2,", `${id},2,`);
    const first = cards.split("\n")[1] ?? "";
    const { rows, issues } = await readBoth(
      USERS,
      `${cards}${first}\n`,
      "select count(*) as n, count(distinct card_id) as ids from cards",
    );
    expect(rows).toEqual([{ n: 3, ids: 3 }]);
    expect(found(issues)).toContain("duplicate_row card_id: 5");
  }
});
