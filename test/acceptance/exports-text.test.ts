import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Card, reckon, type User } from "./base.ts";
import { hasShared, readFigures } from "./shared.ts";
import { base, checkExport, type Export } from "./verify.ts";
import {
  cardColumns,
  extra,
  flagged,
  type Layout,
  mmYyyy,
  rename,
  respell,
  shuffled,
  type Table,
  tableOf,
  userColumns,
  without,
  writeTables,
} from "./write.ts";

const owners = new Map(base.users.map((user) => [user.user_id, user]));
const dollars = (value: number | null) => `$${value}`;
const grouped = (value: number | null) => value?.toLocaleString("en-US") ?? "";
const dotted = (value: number | null) => grouped(value).replaceAll(",", ".");
const comma = (value: number | null) => String(value).replace(".", ",");

/** Every amount of both files, written by one rule. */
const money = (spell: (value: number | null, row: unknown, index: number) => string): Layout => ({
  users: respell(userColumns, {
    area_income_usd: spell,
    annual_income_usd: spell,
    total_debt_usd: spell,
  }),
  cards: respell(cardColumns, { credit_limit_usd: spell }),
});
/** The same with decimal commas in the coordinates, between semicolons. */
const semicolons = (spell: (value: number | null) => string): Layout => {
  const { users = userColumns, cards = cardColumns } = money(spell);
  return { users: respell(users, { latitude: comma, longitude: comma }), cards, csv: { delimiter: ";" } };
};
/** A finding per amount in the rows that fit. */
const amounts = (code: string, fits: (index: number) => boolean) => {
  const users = base.users.filter((_, i) => fits(i)).length;
  return {
    [`${code} users.area_income_usd`]: users,
    [`${code} users.annual_income_usd`]: users,
    [`${code} users.total_debt_usd`]: users,
    [`${code} cards.credit_limit_usd`]: base.cards.filter((_, i) => fits(i)).length,
  };
};

const headers: Export[] = [
  {
    name: "the original brief's headers",
    layout: {
      users: rename(userColumns, {
        user_id: "User ID",
        age: "Age",
        gender: "Gender",
        annual_income_usd: "Income",
        total_debt_usd: "Total Debt",
        credit_score: "Credit Score",
      }),
      cards: rename(cardColumns, {
        card_id: "Card ID",
        user_id: "User ID",
        brand: "Card Brand",
        type: "Card Type",
        credit_limit_usd: "Credit Limit",
        expires_on: "Expiration Date",
        opened_on: "Open Date",
      }),
    },
  },
  {
    name: "a card type that holds brands, and no type",
    layout: { cards: rename(without(cardColumns, "type"), { card_id: "Card ID", brand: "Card Type" }) },
    lacks: ["type"],
  },
  {
    name: "the IBM set's headers and amounts beside ids",
    layout: {
      users: rename(
        respell(userColumns, {
          area_income_usd: (x) => `$${grouped(x)} `,
          annual_income_usd: (x) => `$${grouped(x)} `,
          total_debt_usd: (x) => `$${grouped(x)} `,
        }),
        {
          user_id: "User",
          age: "Current Age",
          retirement_age: "Retirement Age",
          birth_year: "Birth Year",
          birth_month: "Birth Month",
          area_income_usd: "Per Capita Income - Zipcode",
          annual_income_usd: "Yearly Income - Person",
          total_debt_usd: "Total Debt",
          credit_score: "FICO Score",
          card_count: "Num Credit Cards",
        },
      ),
      cards: rename(respell(cardColumns, { credit_limit_usd: dollars }), {
        card_id: "Card ID",
        user_id: "User",
        expires_on: "Expires",
        opened_on: "Acct Open Date",
        has_chip: "Has Chip",
        plastics_issued: "Cards Issued",
        pin_changed_year: "Year PIN last Changed",
        on_dark_web: "Card on Dark Web",
      }),
    },
  },
  (() => {
    const seen = new Map<Card["user_id"], number>();
    const cards = base.cards.map((card) => {
      const index = seen.get(card.user_id) ?? 0;
      seen.set(card.user_id, index + 1);
      return { ...card, card_id: `${card.user_id}-${index}` };
    });
    return {
      name: "the case study's customers, cards by customer and index",
      base: { users: base.users, cards },
      layout: {
        users: rename(userColumns, { user_id: "main_id" }),
        cards: rename(respell(cardColumns, { card_id: (id) => String(id).replace(/^.*-/, "") }), {
          card_id: "CARD INDEX",
          user_id: "User",
        }),
      },
    };
  })(),
  {
    name: "an index under id, and the customer's id under the header of the cards file",
    layout: {
      users: [extra<User>("id", (_, i) => String(i + 1)), ...rename(userColumns, { user_id: "client_id" })],
    },
  },
  {
    name: "two ids of customers in the cards file, of which the customers file has one",
    layout: {
      users: rename(userColumns, { user_id: "client_id" }),
      cards: [extra<Card>("user_id", (card) => String(9999 - Number(card.user_id))), ...cardColumns],
    },
    issues: { "duplicate_header cards.user_id": 1 },
  },
  {
    name: "upper case, blanks, a byte-order mark and a prefix",
    layout: {
      csv: { bom: true },
      users: userColumns.map((c) => ({ ...c, header: ` users_data.${c.header.toUpperCase()} ` })),
      cards: cardColumns.map((c) => ({ ...c, header: `Cards_Data.${c.header.replaceAll("_", "  ")}` })),
    },
  },
  {
    name: "camel case",
    layout: {
      users: rename(userColumns, {
        user_id: "clientId",
        age: "currentAge",
        annual_income_usd: "yearlyIncome",
      }),
      cards: rename(cardColumns, { card_id: "cardId", user_id: "clientId", expires_on: "expiryDate" }),
    },
  },
];

const numbers: Export[] = [
  { name: "dollars", layout: money(dollars) },
  {
    name: "dollars in every third row, plain numbers elsewhere",
    layout: money((x, _, i) => (i % 3 === 0 ? dollars(x) : String(x))),
    issues: amounts("mixed_notation", (i) => i % 3 === 0),
  },
  {
    name: "plain numbers in every fifth row, dollars and thousands elsewhere",
    layout: money((x, _, i) => (i % 5 === 0 ? String(x) : `$${grouped(x)}`)),
    issues: amounts("mixed_notation", (i) => i % 5 === 0),
  },
  { name: "thousands separators", layout: money(grouped) },
  { name: "USD, thousands and cents", layout: money((x) => `USD ${grouped(x)}.00`) },
  { name: "blanks between thousands", layout: money((x) => grouped(x).replaceAll(",", " ")) },
  {
    name: "apostrophes between thousands; blanks that do not break",
    layout: {
      users: respell(userColumns, {
        annual_income_usd: (x) => grouped(x).replaceAll(",", "'"),
        total_debt_usd: (x) => `$\u00a0${grouped(x)}\u00a0`,
      }),
    },
  },
  { name: "semicolons, decimal commas", layout: semicolons((x) => `${x},00`) },
  {
    name: "semicolons, dots between thousands, decimal commas",
    layout: semicolons((x) => `${dotted(x)},00`),
  },
  { name: "semicolons, dots between thousands", layout: semicolons(dotted) },
  { name: "semicolons, dollars, dots between thousands", layout: semicolons((x) => `$ ${dotted(x)}`) },
  (() => {
    const users = base.users.map((user, i) => (i === 700 ? { ...user, total_debt_usd: null } : user));
    return {
      name: "one debt of 12,5 among thousands is not read for all of them",
      base: { users, cards: base.cards },
      layout: {
        users: respell(userColumns, { total_debt_usd: (x) => (x === null ? "12,5" : grouped(x)) }),
      },
      issues: { "unreadable_value users.total_debt_usd": 1 },
    };
  })(),
  (() => {
    const users = base.users.map((user, i) => (i === 700 ? { ...user, total_debt_usd: null } : user));
    return {
      name: "one debt in words among decimal commas does not unmake the rest",
      base: { users, cards: base.cards },
      layout: {
        users: respell(userColumns, { total_debt_usd: (x) => (x === null ? "offen" : `${dotted(x)},00`) }),
        csv: { delimiter: ";" },
      },
      issues: { "unreadable_value users.total_debt_usd": 1 },
    };
  })(),
  {
    name: "every number a float, ids too, as pandas writes them",
    layout: {
      users: userColumns.map((c) =>
        c.column === "gender" || c.column === "latitude" || c.column === "longitude"
          ? c
          : { ...c, cell: (row: User, i: number) => `${c.cell(row, i)}.0` },
      ),
      cards: respell(cardColumns, { card_id: (x) => `${x}.0`, user_id: (x) => `${x}.0` }),
    },
  },
  {
    name: "float ids in the cards file only",
    layout: { cards: respell(cardColumns, { user_id: (x) => `${x}.0` }) },
  },
  {
    name: "thousands separators in the customers' ids",
    layout: { users: respell(userColumns, { user_id: (x) => grouped(Number(x)) }) },
  },
  {
    name: "ids with a letter in front",
    base: {
      users: base.users.map((u) => ({ ...u, user_id: `C${u.user_id}` })),
      cards: base.cards.map((c) => ({ ...c, user_id: `C${c.user_id}`, card_id: `K${c.card_id}` })),
    },
  },
];

const shapes: Export[] = [
  { name: "tabs; bars", layout: { csv: [{ delimiter: "\t" }, { delimiter: "|" }] } },
  { name: "CRLF; CR", layout: { csv: [{ eol: "\r\n" }, { eol: "\r" }] } },
  {
    name: "UTF-16 LE with tabs; UTF-16 BE",
    layout: {
      csv: [
        { encoding: "utf-16le", bom: true, delimiter: "\t", eol: "\r\n" },
        { encoding: "utf-16be", bom: true },
      ],
    },
  },
  {
    name: "windows-1252; gzip",
    layout: {
      csv: [{ encoding: "windows-1252" }, { gzip: true }],
      users: [...userColumns, extra<User>("Ort", (_, i) => (i % 2 === 0 ? "Bogotá" : "Orléans"))],
    },
  },
  { name: "everything quoted, with thousands", layout: { ...money(grouped), csv: { quoteAll: true } } },
  {
    name: "empty columns at the end, and an index in front",
    layout: {
      users: [extra<User>("", (_, i) => String(i)), ...userColumns, extra("", () => ""), extra("", () => "")],
      cards: [extra<Card>("Unnamed: 0", (_, i) => String(i)), ...cardColumns, extra("Unnamed: 12", () => "")],
    },
  },
  {
    name: "title rows above the header",
    write: (folder) =>
      writeTables(
        folder,
        [["Customer export"], ["as of", "2020-02-29"], [""], ...tableOf(base.users, userColumns)],
        [["Cards"], [""], ...tableOf(base.cards, cardColumns)],
      ),
  },
  {
    name: "blank rows between and below",
    write: (folder) => {
      const blank = (table: Table) =>
        table.flatMap((row, i) => (i > 0 && i % 100 === 0 ? [row, row.map(() => "")] : [row]));
      const users = blank(tableOf(base.users, userColumns));
      const cards = blank(tableOf(base.cards, cardColumns));
      return writeTables(folder, users, [...cards, [""], cardColumns.map(() => "")]);
    },
  },
  {
    name: "formula columns in both files",
    layout: {
      users: [
        ...userColumns,
        extra<User>("DTI", (user) => String(owed(user))),
        extra<User>("DTI Ratio", (user) => `${(100 * owed(user)).toFixed(2)}%`),
        extra<User>("Risk Level", (u) => (Number(u.credit_score) < 600 ? "High" : "Low")),
        extra<User>("Age Group", (u) => (Number(u.age) < 30 ? "18-29" : "30+")),
        extra<User>("Income Band", (u) => (Number(u.annual_income_usd) < 50_000 ? "<50k" : "50k+")),
        extra<User>("Total Cards", (u) => String(u.card_count)),
      ],
      cards: [
        ...cardColumns,
        extra<Card>("Expiring Soon", ({ expires_on }) => (String(expires_on) < "2021-01" ? "Yes" : "No")),
        extra<Card>("Limit Band", (c) => (Number(c.credit_limit_usd) < 5000 ? "Low" : "High")),
        extra<Card>("Years Open", ({ opened_on }) => String(2020 - Number(opened_on?.slice(0, 4)))),
      ],
    },
  },
  {
    name: "customers' columns looked up into the cards file",
    layout: {
      cards: [
        ...cardColumns,
        ...userColumns
          .filter(({ column }) => column !== "user_id")
          .map(({ header, cell }) => extra<Card>(header, (card, i) => cell(ownerOf(card), i))),
      ],
    },
  },
  {
    name: "rows and columns shuffled",
    layout: { users: shuffled(userColumns), cards: shuffled(cardColumns) },
    base: { users: shuffled(base.users), cards: shuffled(base.cards) },
  },
  {
    name: "rows repeated exactly",
    write: (folder) =>
      writeTables(
        folder,
        tableOf([...base.users, ...base.users.slice(0, 25)], userColumns),
        tableOf([...base.cards.slice(100, 140), ...base.cards], cardColumns),
      ),
    issues: { "duplicate_row users.user_id": 25, "duplicate_row cards.card_id": 40 },
  },
  {
    name: "a row of totals below each table, its word under the key",
    write: (folder) => {
      const total = (n: number, word: string) =>
        Array.from({ length: n }, (_, i) => (i === 0 ? word : i > 7 && i < 11 ? "123456789" : ""));
      return writeTables(
        folder,
        [...tableOf(base.users, userColumns), total(userColumns.length, "Total")],
        [...tableOf(base.cards, cardColumns), total(cardColumns.length, "Grand Total:")],
      );
    },
    issues: { "missing_key users.user_id": 1, "missing_key cards.card_id": 1 },
  },
  {
    name: "a row of totals without a word",
    write: (folder) => {
      const total = userColumns.map(({ column }) => (column === "annual_income_usd" ? "91431764" : ""));
      return writeTables(
        folder,
        [...tableOf(base.users, userColumns), total],
        tableOf(base.cards, cardColumns),
      );
    },
    issues: { "missing_key users.user_id": 1 },
  },
];

const flags = (chip: readonly [string, string], darkWeb: readonly [string, string]) => ({
  cards: cardColumns.map((c) => {
    if (c.column === "has_chip") return flagged(c.column, c.header, ...chip);
    return c.column === "on_dark_web" ? flagged(c.column, c.header, ...darkWeb) : c;
  }),
});
const words: Export[] = [
  {
    name: "lower case",
    layout: {
      users: respell(userColumns, { gender: (x) => String(x).toLowerCase() }),
      cards: respell(cardColumns, {
        brand: (x) => String(x).toLowerCase(),
        type: (x) => (x === "prepaid" ? "debit (prepaid)" : String(x)),
        has_chip: (x) => (x ? "yes" : "no"),
      }),
    },
  },
  {
    name: "upper case, initials, other words",
    layout: {
      users: respell(userColumns, { gender: (x) => String(x).slice(0, 1) }),
      cards: respell(cardColumns, {
        brand: (x) => (x === "Amex" ? "AMERICAN EXPRESS" : String(x).toUpperCase()),
        type: (x) => `${String(x).toUpperCase()}${x === "credit" ? " CARD" : ""}`,
      }),
    },
  },
  { name: "flags 1 and 0; true and false", layout: flags(["1", "0"], ["true", "false"]) },
  { name: "flags Y and N; TRUE and FALSE", layout: flags(["Y", "N"], ["TRUE", "FALSE"]) },
];

const json = async (folder: string, print: (rows: readonly object[]) => string): Promise<string[]> => {
  const paths = [join(folder, "customers.json"), join(folder, "cards.json")] as const;
  await writeFile(paths[0], print(base.users.map(({ user_id, ...rest }) => ({ id: user_id, ...rest }))));
  const cards = base.cards.map(({ card_id, user_id, expires_on, opened_on, ...rest }) => ({
    id: card_id,
    client_id: user_id,
    expires: mmYyyy(expires_on),
    acct_open_date: mmYyyy(opened_on),
    ...rest,
  }));
  await writeFile(paths[1], print(cards));
  return [...paths];
};
const files: Export[] = [
  {
    name: "newline JSON",
    write: (folder) => json(folder, (rows) => rows.map((row) => JSON.stringify(row)).join("\n")),
  },
  { name: "a JSON array", write: (folder) => json(folder, (rows) => JSON.stringify(rows, null, 1)) },
];

describe.skipIf(!hasShared)("exports of the portfolio as text", () => {
  test("the plain loops that the exports are held against give the published figures", () => {
    const truth = readFigures();
    const expiry = truth["card_expiration.2020-03-01"]?.value as Record<string, number> | undefined;
    expect(reckon(base)).toMatchObject({
      customers: truth["data_quality.users_rows"]?.value,
      cards: truth["data_quality.cards_rows"]?.value,
      highDebt: truth["credit_risk.dti_gt_0.5"]?.value,
      premium: truth["marketing.premium_targets"]?.value,
      assistance: truth["marketing.assistance_targets"]?.value,
      expired: expiry?.["expired"],
      expiring: expiry?.["within_12m"],
    });
  });

  const exports = { headers, numbers, shapes, words, files };
  for (const [group, list] of Object.entries(exports))
    describe(group, () => {
      for (const found of list) test(found.name, () => checkExport(found));
    });
});

function owed({ total_debt_usd, annual_income_usd }: User): number {
  return Number(total_debt_usd) / Number(annual_income_usd);
}

function ownerOf({ user_id }: Card): User {
  const found = owners.get(user_id);
  if (found === undefined) throw new TypeError(`no customer ${user_id}`);
  return found;
}
