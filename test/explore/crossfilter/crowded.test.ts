import { afterAll, beforeAll, expect, test } from "vitest";
import { Crossfilter } from "../../../src/explore/crossfilter/crossfilter.ts";
import { monthText } from "../../../src/explore/crossfilter/extent.ts";
import { type Filters, wholePortfolio } from "../../../src/explore/look.ts";
import { card, Desk, type Portfolio, user } from "../../analyses/portfolio.ts";
import { expectBrush, expectCounts } from "./counted.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
});
afterAll(() => desk?.[Symbol.asyncDispose]());

const FIRST_MONTH = 24_240;
const MONTHS = 24;

/** Numbers from 0 to below `count`, the same ones in each run. */
function dice(seed: number): (count: number) => number {
  let state = seed;
  return (count) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % count;
  };
}

/** Many cards of few customers, products and months: most have several in one bar, bin and window. */
function crowded(): Portfolio {
  const roll = dice(7);
  return {
    users: Array.from({ length: 30 }, (_, i) =>
      user(i + 1, {
        credit_score: 600 + roll(100),
        age: 20 + roll(60),
        state: ["CA", "TX"][roll(3)] ?? null,
      }),
    ),
    // customers 31 and 32 are nobody, 27 to 30 hold no card
    cards: Array.from({ length: 150 }, (_, i) => {
      const owner = roll(28);
      const month = roll(MONTHS + 1);
      return card(i + 1, owner < 26 ? owner + 1 : owner + 5, {
        brand: ["Visa", "Amex"][roll(3)] ?? null,
        type: "credit",
        expires_on: month === MONTHS ? null : `${monthText(FIRST_MONTH + month)}-01`,
      });
    }),
  };
}

/** None; of the customers alone, where some fail one and some fail both; of the cards as well. */
const looks: readonly Filters[] = [
  {},
  { score: { low: 620, high: 680 }, state: { values: ["CA", null] } },
  { age: { low: 30, high: 70 }, product: { values: ["Visa~credit"] } },
  { expiry: { low: monthText(FIRST_MONTH + 5), high: monthText(FIRST_MONTH + 15) } },
];

test.each(looks)(
  "where cards crowd, counts and brushes are those of SQL: %j",
  async (filters) => {
    const { engine, view } = await desk.load(crowded());
    const crossfilter = await Crossfilter.load(engine, view);
    const expiry = crossfilter.counts(wholePortfolio).dimensions.find(({ id }) => id === "expiry");
    if (expiry?.shape !== "range") throw new Error("not a range: expiry");
    expect(expiry.edges.length - 1).toBe(MONTHS);
    for (const grain of ["customers", "cards"] as const) {
      const look = { grain, filters };
      await expectCounts(crossfilter, engine, look);
      await expectBrush(crossfilter, engine, look, "score", undefined, [[20, 60]]);
      await expectBrush(crossfilter, engine, look, "expiry", { anchor: 9 }, [
        [3, 9],
        [9, 14],
      ]);
      await expectBrush(crossfilter, engine, look, "expiry", { width: 1 }, [[6, 7]]);
      await expectBrush(crossfilter, engine, look, "expiry", { width: 5 }, [
        [0, 5],
        [8, 13],
        [MONTHS - 5, MONTHS],
      ]);
    }
  },
  120_000,
);
