import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Crossfilter } from "../../../src/explore/crossfilter/crossfilter.ts";
import { type DimensionId, dimensionIds, dimensions } from "../../../src/explore/dimensions.ts";
import { Explorer } from "../../../src/explore/explorer.ts";
import { type Filters, wholePortfolio } from "../../../src/explore/look.ts";
import { writeSample } from "../../../src/sample/sample.ts";
import { hasShared, sources } from "../../acceptance/shared.ts";
import { card, Desk, type Portfolio, user, without } from "../../analyses/portfolio.ts";
import { brushes, portfolios, sought } from "./arbitrary.ts";
import { expectBrush, expectCounts } from "./counted.ts";

let desk: Desk;
let folder: string;
beforeAll(async () => {
  desk = await Desk.open();
  folder = await mkdtemp(join(tmpdir(), "cardscope-crossfilter-"));
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function crossfilterOf(portfolio: Portfolio, options: Parameters<Desk["load"]>[1] = {}) {
  const { engine, view } = await desk.load(portfolio, options);
  return { crossfilter: await Crossfilter.load(engine, view), engine };
}

const grains = ["customers", "cards"] as const;

test("counts and brushes of random portfolios are those of SQL", async () => {
  await fc.assert(
    fc.asyncProperty(portfolios, fc.gen(), async (portfolio, pick) => {
      const { crossfilter, engine } = await crossfilterOf(portfolio);
      const shape = crossfilter.counts(wholePortfolio);
      for (let i = 0; i < 2; i++) {
        const look = pick(sought, shape);
        await expectCounts(crossfilter, engine, look);
        const { active, move, at } = pick(brushes, shape);
        await expectBrush(crossfilter, engine, look, active, move, at);
      }
    }),
    { numRuns: 16 },
  );
}, 180_000);

/** Filters that cut bins, name what is missing, and lie on cards and customers at once. */
const looks: readonly Filters[] = [
  {},
  { expiry: { low: "2020-01", high: "2022-07" } },
  { score: { low: 600.5, high: 710 }, product: { values: ["Visa~credit", "Mastercard~debit"] } },
  { debt_to_income: { low: 0.29, high: 0.5 }, utilisation: { low: null, high: 0.3 } },
  { income: { low: 20_250, high: null }, employment: { values: [null, "retired"] } },
  { utilisation: { values: [null] }, expiry: { low: null, high: "2021-01" }, age: { low: 30, high: null } },
];

const portfolioFiles: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  "the sample": async () => {
    const made = await writeSample(join(folder, "sample"), {
      customers: 400,
      seed: 11,
      format: "csv",
      brief: false,
    });
    return [made.users, made.cards];
  },
  ...(hasShared && { "the case study": async () => sources["case-study"] }),
};

describe.each(Object.entries(portfolioFiles))("%s", (_, files) => {
  let explorer: Explorer;
  let crossfilter: Crossfilter;
  beforeAll(async () => {
    explorer = await Explorer.open(await files());
    crossfilter = await explorer.at(wholePortfolio, ({ engine, view }) => Crossfilter.load(engine, view));
  });
  afterAll(() => explorer?.[Symbol.asyncDispose]());

  test.each(looks)("counts are those of SQL: %j", async (filters) => {
    await explorer.at(wholePortfolio, async ({ engine }) => {
      for (const grain of grains) await expectCounts(crossfilter, engine, { grain, filters });
    });
  });

  test("brushes are those of SQL", async () => {
    const shape = crossfilter.counts(wholePortfolio);
    await explorer.at(wholePortfolio, async ({ engine }) => {
      const property = fc.asyncProperty(
        brushes(shape),
        fc.constantFrom(...grains),
        fc.constantFrom(...looks),
        async ({ active, move, at }, grain, filters) =>
          expectBrush(crossfilter, engine, { grain, filters }, active, move, at),
      );
      await fc.assert(property, { numRuns: 12 });
    });
  });

  test("a brush over cards in each way it moves", async () => {
    const expiry = shapeOf(crossfilter, "expiry", "customers");
    const bins = expiry.shape === "range" ? expiry.edges.length - 1 : 0;
    const [a, b] = [Math.floor(bins / 3), Math.floor(bins / 2)];
    await explorer.at(wholePortfolio, async ({ engine }) => {
      for (const grain of grains)
        for (const filters of [{}, looks[2] ?? {}]) {
          const look = { grain, filters };
          await expectBrush(crossfilter, engine, look, "expiry", { anchor: a }, [
            [a, b],
            [0, a],
            [a, bins],
          ]);
          await expectBrush(crossfilter, engine, look, "expiry", { width: b - a }, [
            [0, b - a],
            [a, b],
            [bins - b + a, bins],
          ]);
          await expectBrush(crossfilter, engine, look, "expiry", { anchor: bins }, [[a, bins]]);
        }
    });
  });
});

/** One customer with three cards, two of one month and product; one without cards; a card of nobody. */
const few: Portfolio = {
  users: [
    user(1, { credit_score: 700, annual_income_usd: 100, total_debt_usd: 29, state: "CA" }),
    user(2, { credit_score: null, state: null }),
  ],
  cards: [
    card(1, 1, { brand: "Visa", type: "credit", expires_on: "2020-01-01" }),
    card(2, 1, { brand: "Visa", type: "credit", expires_on: "2020-01-01" }),
    card(3, 1, { brand: "Amex", type: "debit", expires_on: "2020-05-01" }),
    card(4, 9, { brand: "Visa", type: "credit", expires_on: "2020-01-01" }),
  ],
};

const shapeOf = (
  crossfilter: Crossfilter,
  id: DimensionId,
  grain: "customers" | "cards",
  filters: Filters = {},
) => {
  const found = crossfilter.counts({ grain, filters }).dimensions.find((dimension) => dimension.id === id);
  if (found === undefined) throw new Error(id);
  return found;
};

describe("few customers", () => {
  test("a customer stands once in each bar of their cards; a card of nobody is no customer", async () => {
    const { crossfilter } = await crossfilterOf(few);
    const products = shapeOf(crossfilter, "product", "customers");
    expect(products).toMatchObject({ names: ["Amex~debit", "Visa~credit"], counts: [1, 1] });
    expect(shapeOf(crossfilter, "product", "cards").counts).toEqual([1, 3]);
    expect(crossfilter.counts(wholePortfolio)).toMatchObject({
      customers: { selected: 2, whole: 2 },
      cards: { selected: 4, whole: 4 },
    });
  });

  test("a bar of cards counts cards that pass the other filters of cards, not others of the same customer", async () => {
    const { crossfilter } = await crossfilterOf(few);
    const filters: Filters = { expiry: { low: "2020-05", high: null } };
    expect(shapeOf(crossfilter, "product", "customers", filters).counts).toEqual([1, 0]);
    expect(crossfilter.counts({ grain: "customers", filters })).toMatchObject({
      customers: { selected: 1 },
      cards: { selected: 3 },
    });
  });

  test("a card of nobody has missing attributes of a customer", async () => {
    const { crossfilter } = await crossfilterOf(few);
    expect(shapeOf(crossfilter, "state", "cards")).toMatchObject({
      names: ["CA"],
      counts: [3],
      missing: { count: 1 },
    });
    const filters: Filters = { state: { values: [null] } };
    expect(crossfilter.counts({ grain: "cards", filters })).toMatchObject({
      customers: { selected: 0 },
      cards: { selected: 1 },
    });
  });

  test("what the files lack is named, and not drawn; its filters hold", async () => {
    const { crossfilter } = await crossfilterOf(few, { inputs: without("users.credit_score") });
    expect(shapeOf(crossfilter, "score", "customers")).toMatchObject({
      because: "missing: users.credit_score",
      counts: [],
    });
    const { layout } = crossfilter.cube(wholePortfolio, "age");
    expect(layout.tables.map(({ of }) => of)).not.toContain("score");
    const filters: Filters = { score: { low: 650, high: null } };
    expect(crossfilter.counts({ grain: "customers", filters }).customers.selected).toBe(1);
  });

  test("no customers, no cards", async () => {
    const { crossfilter, engine } = await crossfilterOf({ users: [], cards: [] });
    for (const grain of grains) await expectCounts(crossfilter, engine, { grain, filters: {} });
    await expectBrush(crossfilter, engine, wholePortfolio, "expiry", { width: 1 }, [[0, 1]]);
  });

  test("the brushed dimension's own filter is not read", async () => {
    const { crossfilter } = await crossfilterOf(few);
    const filters: Filters = { score: { low: 0, high: 1 } };
    expect(crossfilter.cube({ grain: "customers", filters }, "score").tables).toEqual(
      crossfilter.cube(wholePortfolio, "score").tables,
    );
  });

  test("what cannot be brushed is refused", async () => {
    const { crossfilter } = await crossfilterOf(few);
    const cube = (id: DimensionId, move?: Parameters<Crossfilter["cube"]>[2]) => () =>
      crossfilter.cube(wholePortfolio, id, move);
    expect(cube("state")).toThrow("state has no range to brush");
    expect(cube("expiry")).toThrow("expiry: how the brush moves is not said");
    expect(cube("expiry", { width: 0 })).toThrow("expiry: no such width: 0");
    expect(cube("expiry", { anchor: 9999 })).toThrow("expiry: no such anchor: 9999");
    expect(cube("score", { anchor: 0.5 })).toThrow("score: no such anchor: 0.5");
  });
});

test("cards are kept in the order of the only range that they have", () => {
  const ranges = dimensionIds.filter(
    (id) => dimensions[id].owner === "card" && dimensions[id].shape === "range",
  );
  expect(ranges).toEqual(["expiry"]);
});
