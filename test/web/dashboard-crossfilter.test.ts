import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { hasShared, sources } from "../acceptance/shared.ts";
import { type Dashboard, openDashboard } from "../server/dashboard.ts";
import {
  type Conditions,
  type Counting,
  counted,
  openTables,
  type Shape,
  shapesOf,
  shown,
} from "./counted-views.ts";
import { poll, settled, Visitor } from "./visitor.ts";

let visitor: Visitor;
beforeAll(async () => {
  visitor = await Visitor.arrive();
});
afterEach(() => visitor.leave());
afterAll(() => visitor?.[Symbol.asyncDispose]());

const view = (page: Page, label: string): Locator => page.getByRole("region", { name: label, exact: true });
const handle = (page: Page, label: string, side: "from" | "to"): Locator =>
  page.getByRole("slider", { name: `${label}, ${side}` });

/** Where a bin begins, in pixels of the window, and the height at which to take hold of it. */
async function place(page: Page, label: string, bin: number): Promise<readonly [number, number]> {
  const field = await view(page, label).locator("rect.field").boundingBox();
  const bins = Number(await handle(page, label, "to").getAttribute("aria-valuemax"));
  if (field === null) throw new Error(`${label} is not drawn`);
  // the field reaches six pixels beyond the bins on both sides
  return [field.x + 6 + ((field.width - 12) * bin) / bins, field.y + field.height / 2];
}
async function press(page: Page, label: string, bin: number): Promise<void> {
  await view(page, label).locator("rect.field").scrollIntoViewIfNeeded();
  const at = await place(page, label, bin);
  await page.mouse.move(...at);
  await page.mouse.down();
}
const drag = async (page: Page, label: string, bin: number): Promise<void> =>
  page.mouse.move(...(await place(page, label, bin)), { steps: 4 });
const brush = async (page: Page, label: string): Promise<[number, number]> => [
  Number(await handle(page, label, "from").getAttribute("aria-valuenow")),
  Number(await handle(page, label, "to").getAttribute("aria-valuenow")),
];

/** A bin can be a pixel wide, and a pointer stands on whole pixels. */
function near(found: readonly number[], expected: readonly number[]): void {
  for (const [i, bin] of expected.entries())
    expect(Math.abs((found[i] ?? 0) - bin), `${found}, not ${expected}`).toBeLessThanOrEqual(1);
}

/** The brush of a view as plain SQL, by what its handles say. */
async function condition(page: Page, { id, label, edges = [] }: Shape): Promise<Conditions> {
  const [from, to] = await brush(page, label);
  const bound = (at: number) => (id === "expiry" ? `date '${edges[at]}-01'` : String(edges[at]));
  const column = { score: "c.credit_score", age: "c.age", expiry: "k.expires_on" }[id] ?? "";
  const parts = [
    // at the ends there may be values beyond the bins
    ...(from === 0 ? [`${column} is not null`] : [`${column} >= ${bound(from)}`]),
    ...(to === edges.length - 1 ? [] : [`${column} < ${bound(to)}`]),
  ];
  return { [id]: `(${parts.join(" and ")})` };
}

/** A dashboard, its overview with all views as tables but those to be brushed, and what SQL says of it. */
async function overview(at: Dashboard, counting: Counting, charts: readonly string[], look = "") {
  const grain = counting === "cards" ? "grain=cards" : "";
  const page = await visitor.open(`${at.url}/?${[grain, look].filter(Boolean).join("&")}`, { width: 1400 });
  await settled(page);
  const shapes = await shapesOf(at.url);
  const shapeOf = (id: string) => shapes.find((shape) => shape.id === id) as Shape;
  await openTables(
    page,
    shapes.filter(({ id }) => !charts.includes(id)),
  );
  const equalsSql = async (conditions: Conditions, now = counting) => {
    const all = await counted(at.url, shapes, now, conditions);
    await poll(() => shown(page)).toEqual(
      Object.fromEntries(Object.entries(all).filter(([id]) => !charts.includes(id))),
    );
  };
  return { page, shapeOf, shapes, equalsSql };
}

const portfolios = [
  ["the sample", () => openDashboard()],
  ...(hasShared ? [["the case study", () => openDashboard({ files: sources["case-study"] })] as const] : []),
] as const;

describe.each(portfolios)("figures of %s", (_, start) => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await start();
  });
  afterAll(() => dashboard?.[Symbol.asyncDispose]());

  test.each(["customers", "cards"] as const)(
    "equal the SQL's while a brush moves, counting %s",
    async (counting) => {
      const { page, shapeOf, equalsSql, shapes } = await overview(dashboard, counting, [
        "score",
        "age",
        "expiry",
      ]);
      await equalsSql({});
      let held: Conditions = {};
      for (const [id, from, middle, to] of [
        ["score", 0.3, 0.45, 0.7],
        ["age", 0.9, 0.6, 0.2],
        ["expiry", 0.35, 0.5, 0.8],
      ] as const) {
        const shape = shapeOf(id);
        const bins = (shape.edges?.length ?? 1) - 1;
        await press(page, shape.label, Math.round(bins * from));
        const before = await shown(page);
        for (const at of [middle, to]) {
          await drag(page, shape.label, Math.round(bins * at));
          const [lo, hi] = await brush(page, shape.label);
          near(
            [lo, hi],
            [from, at].map((part) => Math.round(bins * part)).sort((a, b) => a - b),
          );
          // the address waits for the end of the brush
          expect(new URL(page.url()).searchParams.has(id)).toBe(false);
          await equalsSql({ ...held, ...(await condition(page, shape)) });
        }
        held = { ...held, ...(await condition(page, shape)) };
        const moving = await shown(page);
        expect(moving).not.toEqual(before);
        await page.mouse.up();
        await poll(() => new URL(page.url()).searchParams.has(id)).toBe(true);
        await settled(page);
        expect(await shown(page)).toEqual(moving);
      }
      // the brushed views, too, are counted under the filters of the others
      await openTables(page, shapes);
      await poll(() => shown(page)).toEqual(await counted(dashboard.url, shapes, counting, held));
    },
  );
});

describe("of the sample", () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard();
  });
  afterAll(() => dashboard?.[Symbol.asyncDispose]());

  test("a handle moves one bound, the window both, and a click takes or clears a bar", async () => {
    const { page, shapeOf, equalsSql } = await overview(
      dashboard,
      "customers",
      ["score", "expiry"],
      "score=600..700&expiry=2019-01..2020-01",
    );
    for (const id of ["score", "expiry"]) {
      const shape = shapeOf(id);
      const other = shapeOf(id === "score" ? "expiry" : "score");
      const rest = await condition(page, other);
      const [lo, hi] = await brush(page, shape.label);
      for (const [grip, to, expected] of [
        [hi, hi + 8, [lo, hi + 8]],
        [lo, lo - 6, [lo - 6, hi + 8]],
        [(lo + hi) / 2, (lo + hi) / 2 + 10, [lo + 4, hi + 18]],
        // a bound dragged over the other
        [lo + 4, hi + 22, [hi + 18, hi + 22]],
      ] as const) {
        await press(page, shape.label, grip);
        await drag(page, shape.label, to);
        near(await brush(page, shape.label), expected);
        await equalsSql({ ...rest, ...(await condition(page, shape)) });
        await page.mouse.up();
        await equalsSql({ ...rest, ...(await condition(page, shape)) });
      }
      await view(page, shape.label)
        .getByRole("button", { name: `Clear the filter on ${shape.label}` })
        .click();
      await equalsSql(rest);
      // a click on the foot of a bar, and once more
      const { barSteps = 1 } = shape;
      const field = await view(page, shape.label).locator("rect.field").boundingBox();
      const [x] = await place(page, shape.label, 12 * barSteps + barSteps / 2);
      const foot = (field?.y ?? 0) + (field?.height ?? 0) - 24;
      await page.mouse.click(x, foot);
      expect(await brush(page, shape.label)).toEqual([12 * barSteps, 13 * barSteps]);
      await equalsSql({ ...rest, ...(await condition(page, shape)) });
      await page.mouse.click(x, foot);
      await equalsSql(rest);
      // and the filter is there again for the other view
      await page.goBack();
      await page.goBack();
      await page.goBack();
      await settled(page);
    }
  });

  test("states, products, employment and what is missing are chosen one by one, and cleared", async () => {
    const charts = ["utilisation", "employment", "product", "state"];
    const { page, equalsSql } = await overview(dashboard, "customers", charts);
    const toggle = (label: string, name: RegExp | string) =>
      view(page, label)
        .getByRole("button", { name, ...(typeof name === "string" && { exact: true }) })
        .click();
    await toggle("State", /^CA:/);
    await equalsSql({ state: "c.state = 'CA'" });
    await toggle("State", /^TX:/);
    const state = "c.state in ('CA', 'TX')";
    await equalsSql({ state });
    await toggle("Employment", /^retired/);
    const employment = "c.employment = 'retired'";
    await equalsSql({ state, employment });
    await toggle("Brand and type", /^Visa, credit:/);
    await equalsSql({ state, employment, product: "(k.brand = 'Visa' and k.type = 'credit')" });
    await toggle("Brand and type", "All of Visa");
    const product = "k.brand = 'Visa'";
    await equalsSql({ state, employment, product });
    await toggle("Utilisation", /^Utilisation missing:/);
    const utilisation = "c.utilisation is null";
    await equalsSql({ state, employment, product, utilisation });
    // the same filters, counting cards
    await page.getByText("Count cards", { exact: true }).click();
    await equalsSql({ state, employment, product, utilisation }, "cards");
    await page.getByText("Count customers", { exact: true }).click();
    await toggle("Employment", /^retired/);
    await equalsSql({ state, product, utilisation });
    await page
      .getByRole("region", { name: "Selection" })
      .getByRole("button", { name: "Clear the filter on State" })
      .click();
    await equalsSql({ product, utilisation });
    await toggle("Utilisation", /^Utilisation missing:/);
    await equalsSql({ product });
    await toggle("State", /^NY:/);
    await page.getByRole("button", { name: "Clear all filters" }).click();
    await equalsSql({});
    await expect.poll(() => page.url()).toBe(`${dashboard.url}/`);
  });
});
