import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { readXlsx } from "hucre";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { analyses } from "../../src/analyses/index.ts";
import { runAnalysis } from "../../src/analyses/run.ts";
import type { ResultRow, Scalar } from "../../src/engines/engine.ts";
import type { Explorer, Sight } from "../../src/explore/explorer.ts";
import { type Look, wholePortfolio } from "../../src/explore/look.ts";
import { rowsCsv, rowsXlsx } from "../../src/explore/row-files.ts";
import {
  allRows,
  columnsWithRows,
  type Find,
  type RowRequest,
  rowsBehind,
  rowsOf,
} from "../../src/explore/rows.ts";
import { raw } from "../../src/sql/statement.ts";
import { open } from "./opened.ts";

let explorer: Explorer;
beforeAll(async () => {
  explorer = await open("damaged");
}, 120_000);
afterAll(() => explorer[Symbol.asyncDispose]());

const find =
  ({ engine, view }: Sight): Find =>
  (id) =>
    runAnalysis(analyses[id] as never, engine, view) as never;

const page = { offset: 0, limit: 1_000 };
type Request = RowRequest & { readonly offset?: number; readonly limit?: number };
const ask = (request: Request, look: Look = wholePortfolio) =>
  explorer.at(look, (sight) =>
    "column" in request
      ? rowsBehind(sight, { ...page, ...request }, find(sight))
      : rowsOf(sight, { ...page, ...request }, find(sight)),
  );
const sql = (query: string, look: Look = wholePortfolio) =>
  explorer.at(look, async ({ engine }) => (await engine.query(raw(query))).rows);
const failing = async (request: Request) => {
  try {
    await ask(request);
  } catch (error) {
    return error as { code: string; message: string; hint: string };
  }
  throw new Error("was not refused");
};

const young = { analysis: "age-distribution", column: "customers", key: { band: "35-44" } };

describe("the rows behind a figure", () => {
  it("are the customers it counts, with what is known of them", async () => {
    const { of, title, total, rows, columns } = await ask(young);
    const expected = await sql("select user_id from users where age >= 35 and age < 45 order by user_id");
    expect(of).toBe("customer_profile");
    expect(title).toBe("Age: 35-44, customers");
    expect(total).toBe(expected.length);
    expect(rows.map((row) => row["user_id"])).toEqual(expected.map((row) => row["user_id"]));
    expect(columns.map(({ name }) => name)).toEqual(Object.keys(rows[0] ?? {}));
    expect(columns.map(({ name }) => name).join()).toBe(
      "user_id,age,gender,state,employment,annual_income_usd,total_debt_usd,debt_to_income,credit_score,score_band,utilisation,cards,valid_cards,credit_cards,credit_limit_valid_usd",
    );
    expect(columns[0]).toEqual({
      name: "user_id",
      label: "Customer",
      doc: "Key of the customer.",
      kind: "id",
    });
  });

  it("are the cards it counts, without columns that the files lack, months as YYYY-MM", async () => {
    const { of, title, rows, columns, total } = await ask({
      analysis: "expiry-calendar",
      column: "credit_cards",
      key: { month: "2020-12" },
    });
    const [expected] = await sql(
      "select count(*) as n from cards where expires_on = date '2020-12-01' and type = 'credit'",
    );
    expect([of, title, total]).toEqual([
      "card_profile",
      "Expiry calendar: 2020-12, credit cards",
      expected?.["n"],
    ]);
    expect(columns.map(({ name }) => name)).not.toContain("card_last4");
    expect(new Set(rows.map((row) => row["expires_on"]))).toEqual(new Set(["2020-12"]));
    for (const row of rows) expect(String(row["opened_on"])).toMatch(/^(null|\d{4}-\d\d)$/);
  });

  it("are the eligible customers of an offer, with what stops them", async () => {
    const key = { offer: "card-renewal", kind: "service" };
    const { rows, columns } = await ask({ analysis: "offers", column: "excluded", key });
    expect(columns.map(({ name }) => name)).toEqual(["user_id", "offer", "reason", "excluded_because"]);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row["excluded_because"]).not.toBeNull();
  });

  it("of the missing category, of a headline figure, and of a key as an address has it", async () => {
    const [expected] = await sql(
      "select count(*) filter (where city is null) as none, count(*) filter (where cards > 1) as several, count(*) filter (where cards = 2) as two from customer_profile",
    );
    const none = await ask({ analysis: "gender-ratio", column: "share", key: { value: null } });
    expect(none.title).toBe("Gender: no gender, share, customers");
    expect(none.rows.every((row) => row["gender"] === null)).toBe(true);
    const several = await ask({
      analysis: "portfolio-summary",
      column: "customers_with_several_cards",
      key: {},
    });
    expect([several.title, several.total]).toEqual([
      "The portfolio at a glance: customers with several cards",
      expected?.["several"],
    ]);
    const two = await ask({ analysis: "cards-per-customer", column: "customers", key: { cards: "2" } });
    expect([two.title, two.total]).toEqual(["Cards per customer: 2 cards, customers", expected?.["two"]]);
  });

  it("follow the look: its filters, its day, its thresholds", async () => {
    const narrowed: Look = { ...wholePortfolio, filters: { state: { values: ["CA"] } } };
    const { rows, total } = await ask(young, narrowed);
    const [expected] = await sql(
      "select count(*) as n from users where age between 35 and 44 and state = 'CA'",
    );
    expect(total).toBe(expected?.["n"]);
    expect(new Set(rows.map((row) => row["state"]))).toEqual(new Set(["CA"]));
    const high = { analysis: "debt-to-income", column: "customers_high_debt", key: {} };
    const { rows: above } = await ask(high, { ...wholePortfolio, settings: { "high_debt.ratio": 2 } });
    expect(above.length).toBeGreaterThan(0);
    expect(above.every((row) => Number(row["debt_to_income"]) > 2)).toBe(true);
  });

  it("say the statement that ran", async () => {
    const look: Look = { ...wholePortfolio, filters: { state: { values: ["CA"] } } };
    const { sql: statement, rows } = await ask({ ...young, limit: 3 }, look);
    expect(statement).toMatch(/limit 3 offset 0$/);
    expect(await sql(statement, look)).toEqual(rows);
  });
});

describe("order, pages and search", () => {
  const everyone = { analysis: "portfolio-summary", column: "customers", key: {} };
  const strip = (rows: readonly ResultRow[], name: string) => rows.map((row) => row[name] ?? null);

  it.each([true, false])(
    "missing values come last, equal ones by key; descending: %s",
    async (descending) => {
      const { rows } = await ask({ ...everyone, sort: { column: "credit_score", descending } });
      const compare = (a: ResultRow, b: ResultRow) => {
        const [x, y] = [a["credit_score"] as number | null, b["credit_score"] as number | null];
        if (x === y) return String(a["user_id"]) < String(b["user_id"]) ? -1 : 1;
        if (x === null || y === null) return x === null ? 1 : -1;
        return descending ? y - x : x - y;
      };
      expect(strip(rows, "user_id")).toEqual(strip([...rows].sort(compare), "user_id"));
      expect(rows.at(-1)?.["credit_score"]).toBeNull();
    },
  );

  it("pages make up the whole, in any order", async () => {
    for (const sort of [undefined, { column: "state", descending: true }]) {
      const chosen = { ...everyone, ...(sort !== undefined && { sort }) };
      const { rows, total } = await ask(chosen);
      const pages: ResultRow[] = [];
      for (let offset = 0; offset < total; offset += 37)
        pages.push(...(await ask({ ...chosen, offset, limit: 37 })).rows);
      expect(pages).toEqual(rows);
      expect(rows.length).toBe(total);
    }
    expect((await ask({ ...everyone, offset: 10_000 })).rows).toEqual([]);
  });

  it("finds ids by how they start, texts by what they hold, whatever the case", async () => {
    const ids = async (search: string) => strip((await ask({ ...everyone, search })).rows, "user_id");
    expect(await ids("u17")).toEqual(["U17", ...Array.from({ length: 10 }, (_, i) => `U17${i}`)]);
    expect(await ids("17")).toEqual([]);
    const women = await sql("select user_id from users where gender = 'Female' order by user_id");
    expect(await ids(" FEMALE ")).toEqual(strip(women, "user_id"));
    const brien = await sql("select user_id from users where gender = 'O''Brien' order by user_id");
    expect(brien.length).toBeGreaterThan(0);
    expect(await ids("o'b")).toEqual(strip(brien, "user_id"));
  });

  it.each(["%", "_", "!", "'; drop table users; --", "' or 1=1 --", "\\", "$$", "\u0000"])(
    "takes %j for what it is",
    async (search) => {
      if (search === "\u0000") {
        expect(await failing({ ...everyone, search })).toMatchObject({ code: "USAGE" });
        return;
      }
      const cities = {
        analysis: "customers-by-city",
        column: "customers",
        key: { state: "CA", city: "a%b_c!" },
      };
      const { rows } = await ask({ ...cities, search });
      const shown = (row: ResultRow) =>
        ["gender", "state", "employment", "score_band"].some((name) =>
          String(row[name] ?? "")
            .toLowerCase()
            .includes(search),
        );
      expect(rows.every(shown)).toBe(true);
      expect(Number((await sql("select count(*) as n from users"))[0]?.["n"])).toBe(180);
    },
  );

  it("finds a wildcard only where it stands", async () => {
    const offers = {
      analysis: "cards-by-brand-and-type",
      column: "cards",
      key: { brand: "=cmd()", type: "credit" },
    };
    const all = await ask(offers);
    expect(all.total).toBeGreaterThan(0);
    expect((await ask({ ...offers, search: "=c_d" })).total).toBe(0);
    expect((await ask({ ...offers, search: "=c%d" })).total).toBe(0);
    expect((await ask({ ...offers, search: "=CMD(" })).total).toBe(all.total);
  });

  it("rows of hostile names are found", async () => {
    const script = { value: "<script>alert(1)</script>" };
    const { total, title } = await ask({ analysis: "gender-ratio", column: "customers", key: script });
    const [expected] = await sql("select count(*) as n from users where gender like '<script>%'");
    expect(total).toBe(expected?.["n"]);
    expect(title).toBe("Gender: <script>alert(1)</script>, customers");
  });
});

describe("a list", () => {
  it.each(["high-risk-customers", "expiring-cards", "audience-members", "offer-candidates"] as const)(
    "%s is whole, in its own order, in pages and searched",
    async (id) => {
      const { rows: listed } = await explorer.at(
        wholePortfolio,
        (sight) => find(sight)(id) as Promise<{ rows: readonly unknown[] }>,
      );
      const list = listed as readonly ResultRow[];
      const all = await ask({ analysis: id });
      expect(all.rows).toEqual(list);
      expect(all.title).toBe(analyses[id].title);
      expect((await ask({ analysis: id, offset: 5, limit: 7 })).rows).toEqual(list.slice(5, 12));
      const hit = (row: ResultRow) => String(row["user_id"]).startsWith("U1");
      const found = (await ask({ analysis: id, search: "u1" })).rows;
      const wanted = list.filter(hit);
      expect(wanted.length).toBeGreaterThan(0);
      expect(found.filter(hit)).toEqual(wanted);
      const sorted = (await ask({ analysis: id, sort: { column: "user_id", descending: true } })).rows;
      expect(sorted.map((row) => row["user_id"])).toEqual(
        list
          .map((row) => String(row["user_id"]))
          .toSorted()
          .toReversed(),
      );
    },
  );
});

it("says which columns of a result can be opened", async () => {
  const open = (id: keyof typeof analyses) =>
    explorer.at(wholePortfolio, async (sight) => columnsWithRows(await find(sight)(id), sight.view));
  expect(await open("age-distribution")).toEqual(["customers", "share"]);
  expect(await open("selection-fairness")).toEqual(["selected", "customers", "rate", "ratio"]);
  // files without a column of the dark web say nothing of it, and names count nothing
  expect(await open("card-security")).toEqual(["cards", "share", "valid_cards", "unknown"]);
  expect(await open("high-risk-customers")).toEqual([]);
});

describe("what cannot be meant is refused", () => {
  it.each<[string, Request, string, RegExp, RegExp]>([
    ["an unknown analysis", { analysis: "age-distributio" }, "USAGE", /unknown analysis/, /age-distribution/],
    ["an unknown column", { ...young, column: "customer" }, "USAGE", /unknown column: customer/, /customers/],
    ["an unknown key", { ...young, key: { bund: "35-44" } }, "USAGE", /unknown column: bund/, /band/],
    ["no such row", { ...young, key: { band: "90+" } }, "NOT_FOUND", /no row has \{"band":"90\+"\}/, /gone/],
    ["several rows", { ...young, key: {} }, "USAGE", /6 rows|7 rows|8 rows/, /name more/],
    ["no rows of its own", { ...young, column: "band" }, "NOT_FOUND", /no rows of its own/, /a count/],
    ["no list", { analysis: "age-distribution" }, "USAGE", /lists no customers/, /name a column/],
    [
      "a sort by what is not shown",
      { ...young, sort: { column: "user_id; drop table users", descending: false } },
      "USAGE",
      /unknown column/,
      /did you mean/,
    ],
    ["a page before the first", { ...young, offset: -1 }, "USAGE", /offset/, /0 or more/],
    ["half a row", { ...young, limit: 0.5 }, "USAGE", /limit/, /0 or more/],
    [
      "a figure that the files do not tell",
      { analysis: "card-security", column: "cards", key: { finding: "on_dark_web" } },
      "NOT_FOUND",
      /no row has/,
      /gone/,
    ],
  ])("%s", async (_, request, code, message, hint) => {
    const error = await failing(request);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });
});

describe("the whole of it as a file", () => {
  const request = { analysis: "portfolio-summary", column: "cards", key: {} } as const;
  const chosen = { ...request, sort: { column: "brand", descending: false } };
  const file = <T>(make: (sight: Sight) => Promise<T>) => explorer.at(wholePortfolio, make);

  it("csv has every row in the order of the pages, and nothing that runs", async () => {
    const { rows, columns } = await ask(chosen);
    const csv = await file(async (sight) => text(rowsCsv(await allRows(sight, chosen, find(sight)))));
    const lines = csv.split("\r\n");
    expect(lines[0]).toBe(columns.map(({ name }) => name).join());
    expect(lines.length).toBe(rows.length + 2);
    expect(lines.slice(1, -1).map((line) => line.split(",")[0])).toEqual(rows.map((row) => row["card_id"]));
    expect(csv).toContain(",'=cmd(),");
    expect(csv).not.toContain(",=cmd()");
  });

  it("xlsx has every row with its kind, and goes on in further sheets", async () => {
    const { rows, columns } = await ask(chosen);
    const bytes = await file(async (sight) =>
      buffer(
        Readable.from(
          rowsXlsx(await allRows(sight, chosen, find(sight)), {
            asOf: "2020-02-29",
            note: "Brand and type: all.",
            maxRows: 105,
          }),
        ),
      ),
    );
    const { sheets } = await readXlsx(bytes);
    expect(sheets.map(({ name }) => name)).toEqual(["Rows", "Rows (2)", "Rows (3)", "Rows (4)", "Rows (5)"]);
    const cells = sheets.flatMap((sheet) => sheet.rows.slice(5));
    expect(sheets[0]?.rows[0]?.[0]).toBe("The portfolio at a glance: cards (sheet 1 of 5)");
    expect(sheets[0]?.rows[1]?.[0]).toBe("420 rows as of 2020-02-29.");
    expect(sheets[0]?.rows[2]?.[0]).toBe("Brand and type: all.");
    const at = (name: string) => columns.findIndex((column) => column.name === name);
    expect(cells.map((row) => row[at("card_id")])).toEqual(rows.map((row) => row["card_id"]));
    const brands = cells.map((row) => (row[at("brand")] ?? null) as Scalar);
    expect(brands).toEqual(rows.map((row) => row["brand"]));
    expect(brands).toContain("=cmd()");
    const opened = cells.map((row) => row[at("opened_on")] ?? null);
    expect(
      opened.every((value) => value === null || value instanceof Date || typeof value === "number"),
    ).toBe(true);
  });

  it("of no rows is a header", async () => {
    const none = { ...request, search: "no such card" };
    const csv = await file(async (sight) => text(rowsCsv(await allRows(sight, none, find(sight)))));
    expect(csv).toMatch(/^card_id,[\w,]+\r\n$/);
    const bytes = await file(async (sight) =>
      buffer(Readable.from(rowsXlsx(await allRows(sight, none, find(sight)), { asOf: "2020-02-29" }))),
    );
    const { sheets } = await readXlsx(bytes);
    expect(sheets[0]?.rows[1]?.[0]).toBe("0 rows as of 2020-02-29.");
    expect(
      sheets[0]?.rows
        .slice(5)
        .flat()
        .filter((value) => value !== null && value !== ""),
    ).toEqual([]);
  });
});
