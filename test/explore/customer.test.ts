import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ResultRow } from "../../src/engines/engine.ts";
import { whyNotEligible } from "../../src/explore/customer/offers.ts";
import { verdictsOf } from "../../src/explore/customer/verdicts.ts";
import { customerProfile, searchCustomers } from "../../src/explore/customer.ts";
import { Explorer } from "../../src/explore/explorer.ts";
import { type Look, wholePortfolio } from "../../src/explore/look.ts";
import { writeSample } from "../../src/sample/sample.ts";
import { isComputable, offers } from "../../src/schema/offers.ts";
import { raw } from "../../src/sql/statement.ts";
import { hasShared, sources } from "../acceptance/shared.ts";

let folder: string;
let explorer: Explorer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cardscope-customer-"));
  const files = await writeSample(join(folder, "sample"), {
    customers: 600,
    seed: 3,
    format: "csv",
    brief: false,
  });
  explorer = await Explorer.open([files.users, files.cards]);
});
afterAll(async () => {
  await explorer?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const rowsOf = (from: Explorer, text: string, look = wholePortfolio) =>
  from.at(look, async ({ engine }) => (await engine.query(raw(text))).rows);
const profileOf = (from: Explorer, id: string | number, look: Look = wholePortfolio) =>
  from.at(look, (sight) => customerProfile(sight, String(id)));
const search = (text: string, limit = 10, from = explorer) =>
  from.at(wholePortfolio, (sight) => searchCustomers(sight, text, limit));

const number = (row: ResultRow, name: string): number | null => row[name] as number | null;
const present = (rows: readonly (number | null)[]): number[] => rows.filter((x) => x !== null);

describe("search", () => {
  test("the id itself first, then ids that begin with it, in their order", async () => {
    const ids = (await rowsOf(explorer, "select user_id from users")).map((row) => Number(row["user_id"]));
    const expected = ids
      .filter((id) => String(id).startsWith("12"))
      .sort((a, b) => Number(b === 12) - Number(a === 12) || a - b);
    const { matches, total } = await search("12", 1000);
    const own = matches.filter(({ found_by }) => found_by === "customer");
    expect(own.map(({ user_id }) => user_id)).toEqual(expected);
    expect(total).toBe(matches.length);
    expect((await search(" 12 ", 2)).matches.map(({ user_id }) => user_id)).toEqual(expected.slice(0, 2));
    expect((await search("12", 2)).total).toBe(total);
  });

  test("a card's id finds its owner, and says so", async () => {
    const [card] = await rowsOf(explorer, "select card_id, user_id from cards order by card_id desc limit 1");
    const { matches } = await search(String(card?.["card_id"]));
    expect(matches.at(-1)).toMatchObject({
      user_id: card?.["user_id"],
      found_by: "card",
      card_id: card?.["card_id"],
    });
  });

  test("an empty text finds everyone, a quote or a wildcard nobody", async () => {
    expect((await search("")).total).toBe(600);
    for (const text of ["'", "%", "_", "1'; drop table users", "  nobody  "])
      expect(await search(text)).toEqual({ matches: [], total: 0 });
  });
});

describe("standing", () => {
  const measured: Readonly<Record<string, (user: ResultRow, cards: readonly ResultRow[]) => number | null>> =
    {
      credit_score: (user) => number(user, "credit_score"),
      annual_income_usd: (user) => number(user, "annual_income_usd"),
      total_debt_usd: (user) => number(user, "total_debt_usd"),
      debt_to_income: (user) => {
        const [debt, income] = [number(user, "total_debt_usd"), number(user, "annual_income_usd")];
        return debt === null || income === null || income <= 0 ? null : debt / income;
      },
      cards: (_, cards) => cards.length,
      credit_limit_usd: (_, cards) => {
        const credit = cards.filter((card) => card["type"] === "credit");
        const limits = credit.map((card) => number(card, "credit_limit_usd"));
        return credit.length === 0 || limits.includes(null)
          ? null
          : present(limits).reduce((a, b) => a + b, 0);
      },
    };

  test("percentile and median are those of plain loops, of everyone and of a selection", async () => {
    const users = await rowsOf(explorer, "select * from users order by user_id");
    const cards = await rowsOf(explorer, "select * from cards");
    const cardsOf = (user: ResultRow) => cards.filter((card) => card["user_id"] === user["user_id"]);
    const middle = users.filter((user) => {
      const score = number(user, "credit_score");
      return score !== null && score >= 650 && score < 720;
    });
    const looks = [
      { look: wholePortfolio, among: users },
      {
        look: { ...wholePortfolio, filters: { score: { low: 650, high: 720 } } },
        among: middle,
      },
    ];
    for (const { look, among } of looks)
      for (const user of [users[0], users[299], users[599]] as ResultRow[]) {
        const profile = await profileOf(explorer, String(user["user_id"]), look);
        expect(profile.isSelected).toBe(among.includes(user));
        for (const [name, of] of Object.entries(measured)) {
          const figure = profile.standing.find((standing) => standing.name === name);
          const own = of(user, cardsOf(user));
          const all = present(among.map((other) => of(other, cardsOf(other))));
          all.sort((a, b) => a - b);
          const rank =
            all.filter((x) => own !== null && x < own).length +
            all.filter((x) => own !== null && x === own).length / 2;
          expect(figure?.customers).toBe(all.length);
          expect(figure?.value).toBe(own);
          const half = (all.length - 1) / 2;
          const median = ((all[Math.floor(half)] ?? 0) + (all[Math.ceil(half)] ?? 0)) / 2;
          expect(figure?.median).toBeCloseTo(median, 9);
          if (own === null) expect(figure?.percentile).toBeNull();
          else expect(figure?.percentile).toBeCloseTo(rank / all.length, 12);
        }
      }
  });
});

/** Reasons and rules of every customer agree with the models that decide. */
async function expectAgreement(from: Explorer, look: Look): Promise<void> {
  await from.at(look, async ({ engine, view: { values, inputs } }) => {
    const { rows } = await engine.query(raw("select * from customer_profile"));
    const eligible = new Set(
      (await engine.query(raw("select offer, user_id from offer_profile"))).rows.map(
        ({ offer, user_id }) => `${offer} ${user_id}`,
      ),
    );
    const disagree: string[] = [];
    for (const profile of rows) {
      const id = profile["user_id"];
      for (const offer of offers.filter((o) => isComputable(o, inputs))) {
        const why = whyNotEligible(offer.offer, profile, values);
        if ((why === undefined) !== eligible.has(`${offer.offer} ${id}`))
          disagree.push(`${offer.offer} of ${id}: ${why}`);
      }
      for (const verdict of Object.values(verdictsOf(profile, values, inputs))) {
        const held = verdict.rules.map(({ met }) => met);
        const met = held.includes(true) ? true : held.includes(null) ? null : false;
        if (met !== verdict.met) disagree.push(`${verdict.name} of ${id}: ${met}, not ${verdict.met}`);
      }
    }
    expect(disagree).toEqual([]);
    expect(rows.length).toBeGreaterThan(500);
  });
}

describe("why", () => {
  test("rules and reasons agree with the models, at other thresholds and dates, too", async () => {
    await expectAgreement(explorer, wholePortfolio);
    await expectAgreement(explorer, {
      ...wholePortfolio,
      asOf: "2021-06-15",
      settings: {
        "high_risk.debt_ratio": 0.7,
        "assistance.debt_share": 0.123,
        "premium.score_min": 655,
        "card_renewal.months": 1,
        "credit_line_review.limit_share": 0.17,
        "balance_transfer.headroom_min_usd": 0,
        "retirement_information.years": 3,
      },
    });
  });

  test("they agree where values are missing, too", async () => {
    let seed = 7;
    const draw = (n: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return Math.floor((seed / 2147483648) * n);
    };
    const maybe = (value: number | string) => (draw(6) === 0 ? "" : value);
    const pick = (...values: readonly string[]) => values[draw(values.length)] ?? "";
    const month = () => `${String(draw(12) + 1).padStart(2, "0")}/${2014 + draw(12)}`;
    const users = join(folder, "gaps-users.csv");
    const cards = join(folder, "gaps-cards.csv");
    const ids = Array.from({ length: 700 }, (_, i) => i + 1);
    await writeFile(
      users,
      [
        "user_id,age,retirement_age,income,total_debt,credit score",
        ...ids.map((id) =>
          [
            id,
            maybe(20 + draw(60)),
            maybe(60 + draw(8)),
            maybe(draw(5) * 25_000),
            maybe(draw(90_000)),
            maybe(520 + draw(300)),
          ].join(),
        ),
      ].join("\n"),
    );
    await writeFile(
      cards,
      [
        "card_id,user_id,brand,card_type,credit_limit,balance,opened,expires,has_chip",
        ...ids.map((id) =>
          [
            id,
            1 + draw(700),
            "Visa",
            pick("Credit", "Credit", "Debit", "Prepaid"),
            maybe(draw(4) * 3_000),
            maybe(draw(6_000)),
            maybe(month()),
            maybe(month()),
            maybe(pick("YES", "NO")),
          ].join(),
        ),
      ].join("\n"),
    );
    await using gaps = await Explorer.open([users, cards], { asOf: "2020-02-29" });
    await expectAgreement(gaps, wholePortfolio);
    const [unknown] = await rowsOf(
      gaps,
      "select count(*) as n from customer_profile where is_premium is null",
    );
    expect(Number(unknown?.["n"])).toBeGreaterThan(20);
  });

  test("a customer at high risk is told by how much", async () => {
    const [row] = await rowsOf(
      explorer,
      "select user_id, credit_score from users where credit_score < 580 order by user_id limit 1",
    );
    const score = Number(row?.["credit_score"]);
    const { verdicts } = await profileOf(explorer, Number(row?.["user_id"]));
    expect(verdicts.high_risk.met).toBe(true);
    expect(verdicts.high_risk.rules[0]?.conditions[0]).toMatchObject({
      value: score,
      threshold: 580,
      distance: score - 580,
      sentence: `Credit score ${score} is below 580, by ${580 - score}`,
    });
  });

  test("nothing about a person's age, gender, place or retirement is a condition", async () => {
    const { verdicts, attributes } = await profileOf(explorer, 1);
    const used = Object.values(verdicts).flatMap(({ rules }) =>
      rules.flatMap(({ conditions }) => conditions.map(({ label }) => label)),
    );
    expect(new Set(used)).toEqual(new Set(["Credit score", "Debt to income", "Annual income", "Total debt"]));
    const told = attributes.filter(({ role }) => role === "describes").map(({ name }) => name);
    for (const name of ["age", "gender", "state", "employment_status", "area_income_usd"])
      expect(told).toContain(name);
  });

  test.skipIf(!hasShared)("the case study's offers and its missing columns", async () => {
    await using study = await Explorer.open(sources["case-study"]);
    await expectAgreement(study, wholePortfolio);
    const rows = await rowsOf(study, "select user_id from customer_profile where is_high_risk");
    expect(rows.length).toBe(378);
    const { offers: shown, attributes, standing } = await profileOf(study, Number(rows[0]?.["user_id"]));
    expect(shown.find(({ offer }) => offer === "balance-transfer")).toMatchObject({
      status: "not computable",
      reason: "no cards.balance_usd in the files",
    });
    expect(attributes.find(({ name }) => name === "employment_status")?.missing).toBe("in the files");
    expect(standing.find(({ name }) => name === "utilisation")).toMatchObject({
      value: null,
      lacking: ["cards.balance_usd"],
    });
  });
});

describe("findings", () => {
  const damaged = async (): Promise<Explorer> => {
    const users = join(folder, "damaged-users.csv");
    const cards = join(folder, "damaged-cards.csv");
    const people = Array.from({ length: 40 }, (_, i) => `U${i + 1},${20 + i},${40_000 + i},${600 + i}`);
    people[4] = "U5,24,soon 4111111111111111,604";
    people[6] = "U7,26,40006,9999";
    const plastics = Array.from({ length: 40 }, (_, i) => `C${i + 1},U${i + 1},Visa,01/2019,12/2021`);
    plastics[6] = "C7,U7,Visa,01/2019,12/2016";
    plastics[8] = "C9,U99,Visa,01/2019,12/2021";
    await writeFile(users, ["user_id,age,income,credit score", ...people, people[2], ""].join("\n"));
    await writeFile(cards, ["card_id,user_id,brand,opened,expires", ...plastics, plastics[2], ""].join("\n"));
    return Explorer.open([users, cards]);
  };

  test("are those of the customer's row and of their cards' rows, the removed ones too, masked", async () => {
    await using from = await damaged();
    const told = async (id: string) =>
      (await profileOf(from, id)).findings.map(({ table, row, code, column, value, card_id }) =>
        [table, row, code, column, value, card_id].join(" "),
      );
    expect(await told("U5")).toEqual(["users 6 unreadable_value annual_income_usd soon …1111 "]);
    expect(await told("U7")).toEqual([
      "users 8 out_of_range credit_score 9999 ",
      "cards 8 expires_before_opened expires_on 2016-12, opened 2019-01 C7",
    ]);
    expect(await told("U3")).toEqual([
      "users 42 duplicate_row user_id U3 ",
      "cards 42 duplicate_row card_id C3 C3",
    ]);
    expect(await told("U9")).toEqual([]);
    expect(await told("U12")).toEqual([]);
    expect(
      (await profileOf(from, "U7")).attributes.find(({ name }) => name === "credit_score"),
    ).toMatchObject({
      value: null,
      missing: "of this customer",
    });
  });

  test("an id that no customer has is refused with a hint, without a card number in it", async () => {
    await using from = await damaged();
    for (const id of ["U41", "", "u7 ", "4111111111111111"]) {
      const error = await profileOf(from, id).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: "NOT_FOUND", hint: expect.stringContaining("search") });
      expect(String(error)).not.toContain("41111111");
    }
    expect((await search("u7", 5, from)).matches.map(({ user_id }) => user_id)).toEqual(["U7"]);
  });
});

test("cards carry their state on the day that is looked at", async () => {
  const [row] = await rowsOf(
    explorer,
    "select user_id from cards group by user_id order by count(*) desc, user_id limit 1",
  );
  const id = Number(row?.["user_id"]);
  const plain = await rowsOf(explorer, `select * from cards where user_id = ${id}`);
  const profile = await profileOf(explorer, id, { ...wholePortfolio, asOf: "2019-07-10" });
  expect(profile.cardsTotal).toBe(plain.length);
  expect(profile.cards.map(({ card_id }) => card_id).sort()).toEqual(
    plain.map((card) => card["card_id"]).sort(),
  );
  for (const card of profile.cards) {
    const month = card.expires_on ?? "";
    expect(card.status).toBe(month < "2019-07" ? "expired" : month < "2020-07" ? "expiring" : "later");
    expect(card.is_valid).toBe(month >= "2019-07" && (card.opened_on ?? "") <= "2019-07");
    expect(card.expires_soon).toBe(month >= "2019-07" && month < "2019-10");
  }
});
