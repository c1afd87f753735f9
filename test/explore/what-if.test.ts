import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ResultRow } from "../../src/engines/engine.ts";
import { Explorer } from "../../src/explore/explorer.ts";
import { type Look, wholePortfolio } from "../../src/explore/look.ts";
import { type Change, changes, type WhatIf, whatIf, whatIfRows } from "../../src/explore/what-if.ts";
import { openPortfolio } from "../../src/index.ts";
import { writeSample } from "../../src/sample/sample.ts";
import { parameters } from "../../src/schema/measures.ts";
import { raw } from "../../src/sql/statement.ts";
import { hasShared, sources } from "../acceptance/shared.ts";

let folder: string;
let files: { users: string; cards: string };
let explorer: Explorer;
let users: readonly ResultRow[];
let cards: readonly ResultRow[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cardscope-what-if-"));
  files = await writeSample(folder, { customers: 800, seed: 5, format: "csv", brief: false });
  explorer = await Explorer.open([files.users, files.cards]);
  const read = (text: string) =>
    explorer.at(wholePortfolio, async ({ engine }) => (await engine.query(raw(text))).rows);
  users = await read("select * from users order by user_id");
  cards = await read("select * replace (strftime(expires_on, '%Y-%m') as expires_on) from cards");
});
afterAll(async () => {
  await explorer?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const lookWith = (settings: Look["settings"], more: Partial<Look> = {}): Look => ({
  ...wholePortfolio,
  settings,
  ...more,
});
const compare = (look: Look, from = explorer): Promise<WhatIf> =>
  from.at(look, (sight) => whatIf(from.portfolio, sight));
const idsOf = async (look: Look, list: string, change: Change, key = "user_id"): Promise<unknown[]> => {
  const { rows } = await explorer.at(look, (sight) =>
    whatIfRows(sight, { list, change, offset: 0, limit: 100_000 }),
  );
  return rows.map((row) => row[key]);
};
const n = (row: ResultRow, name: string): number => Number(row[name] ?? Number.NaN);
const ids = (rows: readonly ResultRow[], key = "user_id") =>
  rows.map((row) => Number(row[key])).sort((a, b) => a - b);

/** Members by plain comparisons, which a missing value (NaN) never passes. */
const members: Readonly<Record<string, (user: ResultRow, p: Readonly<Record<string, number>>) => boolean>> = {
  "high-risk": (user, p) =>
    n(user, "credit_score") < (p["high_risk.score_below"] ?? 580) ||
    (n(user, "credit_score") < (p["high_risk.score_below_with_debt"] ?? 670) &&
      n(user, "total_debt_usd") / n(user, "annual_income_usd") > (p["high_risk.debt_ratio"] ?? 1)),
  "high-debt": (user, p) =>
    n(user, "annual_income_usd") > 0 &&
    n(user, "total_debt_usd") / n(user, "annual_income_usd") > (p["high_debt.ratio"] ?? 0.5),
  premium: (user, p) =>
    n(user, "credit_score") > (p["premium.score_min"] ?? 700) &&
    n(user, "annual_income_usd") > (p["premium.income_min_usd"] ?? 50_000),
  assistance: (user, p) =>
    n(user, "credit_score") < (p["assistance.score_max"] ?? 600) &&
    n(user, "total_debt_usd") > (p["assistance.debt_share"] ?? 0.6) * n(user, "annual_income_usd"),
};

async function expectLists(look: Look, among: readonly ResultRow[]): Promise<void> {
  const { lists } = await compare(look);
  for (const [list, isMember] of Object.entries(members)) {
    const before = ids(among.filter((user) => isMember(user, {})));
    const after = ids(among.filter((user) => isMember(user, look.settings)));
    const entered = after.filter((id) => !before.includes(id));
    const left = before.filter((id) => !after.includes(id));
    expect(lists.find(({ id }) => id === list)).toMatchObject({
      opened: before.length,
      now: after.length,
      entered: entered.length,
      left: left.length,
    });
    expect(await idsOf(look, list, "entered")).toEqual(entered);
    expect(await idsOf(look, list, "left")).toEqual(left);
  }
}

describe("lists", () => {
  const settings = {
    "high_risk.score_below": 610,
    "high_risk.debt_ratio": 2,
    "high_debt.ratio": 0.8,
    "premium.score_min": 650,
    "premium.income_min_usd": 65_000,
    "assistance.score_max": 640,
    "assistance.debt_share": 1.1,
  };

  test("hold and change as plain loops count them", async () => {
    await expectLists(lookWith(settings), users);
  });

  test("are narrowed on both sides by a filter on customers, and by one on cards", async () => {
    const score = { low: 560, high: 720 };
    await expectLists(
      lookWith(settings, { filters: { score } }),
      users.filter((user) => n(user, "credit_score") >= 560 && n(user, "credit_score") < 720),
    );
    const owners = new Set(
      cards.filter((card) => card["brand"] === "Amex" && card["type"] === "credit").map((c) => c["user_id"]),
    );
    expect(owners.size).toBeGreaterThan(20);
    await expectLists(
      lookWith(settings, { filters: { product: { values: ["Amex~credit"] } } }),
      users.filter((user) => owners.has(user["user_id"] ?? null)),
    );
  });

  test("nothing changes where nothing was moved", async () => {
    const { lists, figures, caveat } = await compare(wholePortfolio);
    expect(caveat).toBeNull();
    for (const { opened, now, entered, left } of lists) expect([now, entered, left]).toEqual([opened, 0, 0]);
    for (const { opened, now } of figures) expect(now).toBe(opened);
    expect(lists.every(({ opened }) => opened > 0)).toBe(true);
  });

  test("cards follow the date and the horizon, and what the date does not move is said", async () => {
    const look = lookWith({ "expiry.months": 6 }, { asOf: "2021-03-31" });
    const opened = explorer.portfolio.asOf.slice(0, 7);
    const later = (month: string, months: number) => {
      const at = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + months;
      return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}`;
    };
    // both days are the last of their months: what ends with the horizon's last month does not end before it
    const expiring = (from: string, months: number) =>
      ids(
        cards.filter(
          (card) => String(card["expires_on"]) >= from && String(card["expires_on"]) < later(from, months),
        ),
        "card_id",
      );
    const before = expiring(opened, 12);
    const after = expiring("2021-03", 6);
    const { lists, caveat, asOf } = await compare(look);
    expect(asOf).toEqual({ opened: explorer.portfolio.asOf, now: "2021-03-31" });
    expect(caveat).toContain("closed accounts are not on file");
    expect(lists.find(({ id }) => id === "expiring-cards")).toMatchObject({
      opened: before.length,
      now: after.length,
    });
    const moved = await idsOf(look, "expiring-cards", "entered", "card_id");
    expect(moved.length).toBeGreaterThan(0);
    expect(moved).toEqual(after.filter((id) => !before.includes(id)));
  });

  test("offers are those of a portfolio that was opened with the thresholds", async () => {
    const set = { "credit_offer.score_min": 640, "card_renewal.months": 8, "premium.score_min": 720 };
    const look = lookWith(set);
    const candidatesOf = async (settings: Look["settings"]) => {
      await using portfolio = await openPortfolio([files.users, files.cards], { settings });
      const { rows } = await portfolio.run("offer-candidates");
      return rows.filter((row) => row.excluded_because === null);
    };
    const before = await candidatesOf({});
    const after = await candidatesOf(set);
    const { lists, figures } = await compare(look);
    const distinct = (rows: typeof before) => new Set(rows.map(({ user_id }) => user_id)).size;
    expect(figures.find(({ id }) => id === "candidates")).toMatchObject({
      opened: distinct(before),
      now: distinct(after),
      nowOf: users.length,
    });
    let moved = 0;
    for (const list of lists.filter(({ id }) => id.startsWith("offer-"))) {
      const of = (rows: typeof before) =>
        rows.filter(({ offer }) => `offer-${offer}` === list.id).map(({ user_id }) => Number(user_id));
      const [old, fresh] = [of(before), of(after)];
      expect([list.opened, list.now]).toEqual([old.length, fresh.length]);
      const entered = fresh.filter((id) => !old.includes(id)).sort((a, b) => a - b);
      expect(await idsOf(look, list.id, "entered")).toEqual(entered);
      expect(list.left).toBe(old.filter((id) => !fresh.includes(id)).length);
      moved += list.entered + list.left;
    }
    expect(moved).toBeGreaterThan(0);
  });

  test("pages of rows make the whole, with what was said before", async () => {
    const look = lookWith({ "credit_offer.score_min": 600 });
    const page = (offset: number, limit: number) =>
      explorer.at(look, (sight) =>
        whatIfRows(sight, { list: "offer-first-credit-card", change: "entered", offset, limit }),
      );
    const all = await page(0, 1000);
    expect(all.total).toBe(all.rows.length);
    expect(all.total).toBeGreaterThan(3);
    expect(all.rows.every((row) => row["before"] === "credit score below the minimum")).toBe(true);
    expect(all.rows.map((row) => Object.keys(row).join())).toEqual(
      all.rows.map(() => Object.keys(all.columns).join()),
    );
    expect([...(await page(0, 2)).rows, ...(await page(2, 1000)).rows]).toEqual(all.rows);
    expect((await page(0, 2)).total).toBe(all.total);
  });

  test("an unknown list is a usage error", async () => {
    for (const change of changes)
      await expect(idsOf(wholePortfolio, "no-such", change)).rejects.toMatchObject({ code: "USAGE" });
  });
});

test("figures are those of the analyses on both sides, narrowed and on another day, too", async () => {
  const looks = [
    lookWith({ "high_debt.ratio": 0.9 }, { asOf: "2021-06-30" }),
    lookWith({ "high_risk.score_below": 600 }, { filters: { age: { low: 30, high: 50 } } }),
    lookWith({}, { asOf: "2019-01-01", grain: "cards", filters: { product: { values: ["Visa~credit"] } } }),
  ];
  const { Results } = await import("../../src/explore/results.ts");
  const results = new Results(explorer);
  for (const look of looks) {
    const { figures } = await compare(look);
    const { asOf: _, ...rest } = look;
    for (const [side, of] of [
      ["opened", { ...rest, settings: {} }],
      ["now", look],
    ] as const) {
      const rows = async (id: Parameters<typeof results.one>[1]) =>
        (await results.one(of, id)) as unknown as { rows: readonly ResultRow[]; total: number };
      const summary = (await rows("portfolio-summary")).rows[0] ?? {};
      const debt = (await rows("debt-to-income")).rows[0] ?? {};
      const expired = (await rows("card-expiry")).rows.find((row) => row["status"] === "expired");
      const expected: Record<string, unknown> = {
        high_risk: (await rows("high-risk-customers")).total,
        high_debt: debt["customers_high_debt"],
        cards_valid: summary["cards_valid"],
        cards_expired: expired?.["cards"],
        credit_limit_valid_usd: summary["credit_limit_valid_usd"],
        without_valid_credit_card: summary["customers_without_valid_credit_card"],
      };
      for (const [id, value] of Object.entries(expected))
        expect([id, figures.find((figure) => figure.id === id)?.[side]]).toEqual([id, value]);
    }
  }
});

test("levers name every threshold that moves a list, within what may be set", async () => {
  const { levers } = await compare(lookWith({ "premium.income_min_usd": 900_000 }));
  const shown = levers.flatMap((group) => group.levers);
  // those of predictions are moved on their own page
  const aside = (name: string) =>
    /^(small|security|fairness|expert_card|risk_band|watchlist|expected_loss)\./.test(name);
  expect(shown.map(({ name }) => name).sort()).toEqual(
    Object.keys(parameters)
      .filter((name) => !aside(name))
      .sort(),
  );
  for (const lever of shown) {
    expect(lever.low).toBeLessThanOrEqual(lever.min);
    expect(lever.min).toBeLessThanOrEqual(lever.now);
    expect(lever.now).toBeLessThanOrEqual(lever.max);
    expect(lever.max).toBeLessThanOrEqual(lever.high);
    expect(
      Math.abs((lever.opened - lever.min) / lever.step - Math.round((lever.opened - lever.min) / lever.step)),
    ).toBeLessThan(1e-6);
  }
  expect(shown.find(({ name }) => name === "premium.income_min_usd")).toMatchObject({
    opened: 50_000,
    now: 900_000,
    max: 900_000,
  });
});

describe.skipIf(!hasShared)("the case study", () => {
  test("lists are those of the reference figures; what has no balances is named", async () => {
    await using study = await Explorer.open(sources["case-study"]);
    const { lists, levers } = await compare(wholePortfolio, study);
    const counts = Object.fromEntries(lists.map(({ id, opened }) => [id, opened]));
    expect(counts).toMatchObject({
      "high-risk": 378,
      "high-debt": 1588,
      premium: 348,
      assistance: 115,
      "offer-hardship-outreach": 114,
      "offer-card-renewal": 366,
      "offer-chip-upgrade": 409,
      "offer-first-credit-card": 261,
      "offer-credit-card-return": 83,
      "offer-premium-upgrade": 120,
      "offer-credit-line-review": 84,
      "offer-retirement-information": 256,
    });
    const transfer = lists.find(({ id }) => id === "offer-balance-transfer");
    expect(transfer?.lacking).toEqual(["cards.balance_usd"]);
    const headroom = levers
      .flatMap((group) => group.levers)
      .find(({ name }) => name === "balance_transfer.headroom_min_usd");
    expect(headroom?.lacking).toEqual(["cards.balance_usd"]);
  });
});
