import { afterAll, beforeAll, expect, it } from "vitest";
import { share } from "../../src/outputs/share.ts";
import { findings } from "../outputs/findings.ts";
import { type Card, card, Desk, type User, user } from "./portfolio.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
});
afterAll(() => desk[Symbol.asyncDispose]());

interface Group {
  readonly employment_status: string;
  readonly age: number;
  readonly customers: number;
  /** Each of them holds so many. */
  readonly cards: number;
}

function portfolioOf(groups: readonly Group[]) {
  const users: User[] = [];
  const cards: Card[] = [];
  for (const { employment_status, age, customers, cards: held } of groups)
    for (let i = 0; i < customers; i++) {
      const owner = users.length + 1;
      users.push(user(owner, { employment_status, age }));
      for (let n = 0; n < held; n++) cards.push(card(cards.length + 1, owner, { type: "debit" }));
    }
  return { users, cards };
}

const load = (...groups: readonly Group[]) => desk.load(portfolioOf(groups));
const group = (employment_status: string, age: number, customers: number, cards: number): Group => ({
  employment_status,
  age,
  customers,
  cards,
});
const cardsOf = async (segment: string) =>
  (await desk.rows("rates-by-segment")).find(
    (row) => row["segment"] === segment && row["rate"] === "cards_per_customer",
  );

it("a difference that is one of ages turns around at equal age, and the sentence says so", async () => {
  // The young hold 1 and 2, the old 3 and 4: at any age the self-employed hold one more. Most of them are young.
  await load(
    group("employed", 30, 40, 1),
    group("employed", 60, 160, 3),
    group("self_employed", 30, 160, 2),
    group("self_employed", 60, 40, 4),
  );
  // (40 x 1 + 160 x 3) / 200 and (160 x 2 + 40 x 4) / 200; half of all customers are young
  expect(await cardsOf("employed")).toMatchObject({ raw: 2.6, age_standardised: 2, share_of_customers: 0.5 });
  expect(await cardsOf("self_employed")).toMatchObject({ raw: 2.4, age_standardised: 3 });
  expect((await desk.run("rates-by-segment")).insight).toMatch(
    /^At equal age, 1 of \d+ pairs of segments changes its order, most of all cards per customer by employment: 2\.60 in employed and 2\.40 in self_employed, but 2\.00 and 3\.00 at equal age\.$/,
  );
});

it("no order that stays is called a reversal", async () => {
  await load(
    group("employed", 30, 100, 1),
    group("employed", 60, 100, 3),
    group("self_employed", 30, 100, 2),
    group("self_employed", 60, 100, 4),
  );
  expect((await desk.run("rates-by-segment")).insight).toMatch(
    /^At equal age, none of \d+ pairs of segments changes its order\.$/,
  );
});

it("small segments are marked and not compared", async () => {
  await load(
    group("employed", 30, 6, 1),
    group("employed", 60, 23, 3),
    group("self_employed", 30, 160, 2),
    group("self_employed", 60, 40, 4),
  );
  expect(await cardsOf("employed")).toMatchObject({ customers: 29, small: true });
  expect((await desk.run("rates-by-segment")).insight).toMatch(/^No two segments have 30 customers or more/);
});

it("a segment without customers of an age that many have has no rate at equal age", async () => {
  // 60 of 1,000 customers are old (6 %), and none of them is employed
  await load(group("employed", 30, 500, 1), group("student", 30, 440, 1), group("student", 60, 60, 2));
  expect(await cardsOf("employed")).toMatchObject({ raw: 1, age_standardised: null });
  // 50 of 1,000 (5 %): the rest stands for them
  await load(group("employed", 30, 500, 1), group("student", 30, 450, 1), group("student", 60, 50, 2));
  expect(await cardsOf("employed")).toMatchObject({ raw: 1, age_standardised: 1 });
});

it("is left out of what is shared: many rates of few customers tell who they are", async () => {
  await load(group("employed", 30, 40, 1), group("student", 30, 3, 2));
  const result = await desk.run("rates-by-segment");
  const shared = share(findings({ results: [result] }));
  expect(shared.results).toEqual([]);
  expect(shared.notComputable).toContainEqual({
    id: "rates-by-segment",
    because: "left out of what is shared: one row per dimension, segment and rate",
  });
});
