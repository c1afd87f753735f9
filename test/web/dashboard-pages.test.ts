import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, openDashboard } from "../server/dashboard.ts";
import { overflow, poll, settled, Visitor, violations } from "./visitor.ts";

let visitor: Visitor;
let dashboard: Dashboard;
beforeAll(async () => {
  [visitor, dashboard] = await Promise.all([Visitor.arrive(), openDashboard()]);
});
afterEach(() => visitor.leave());
afterAll(async () => {
  await dashboard?.[Symbol.asyncDispose]();
  await visitor?.[Symbol.asyncDispose]();
});

const paths = [
  "/",
  "/demographics",
  "/ownership",
  "/risk",
  "/predict",
  "/expiry",
  "/marketing",
  "/compare",
  "/what-if",
  "/customers",
  "/customers/12",
  "/data-quality",
  "/sql",
  "/files",
] as const;

/** The navigation names every page that is tested here. */
test("each page of the navigation opens by a click, without a reload", async () => {
  const page = await visitor.open(`${dashboard.url}/?state=CA`);
  await page.evaluate("window.stayed = true");
  const links = page.getByRole("navigation", { name: "Pages" }).getByRole("link");
  const hrefs = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  expect(hrefs).toEqual(paths.filter((path) => path !== "/customers/12").map((path) => `${path}?state=CA`));
  for (const [i, path] of hrefs.entries()) {
    await links.nth(i).click();
    await page.waitForURL(`${dashboard.url}${path}`);
    await poll(() => page.locator("main h1").count()).toBe(1);
    expect(await links.nth(i).getAttribute("aria-current")).toBe("page");
    await settled(page);
    expect(await page.locator("main [role=alert]").count(), path).toBe(0);
  }
  expect(await page.evaluate("window.stayed")).toBe(true);
});

const phone = ["color-contrast", "target-size", "scrollable-region-focusable"];
test.each(paths)("%s fits every width and has no accessibility violation in light and dark", async (path) => {
  const page = await visitor.open(`${dashboard.url}${path}`, { width: 1400 });
  await settled(page);
  expect(await violations(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await violations(page, ["color-contrast"])).toEqual([]);
  for (const width of [1400, 768, 360]) {
    await page.setViewportSize({ width, height: 900 });
    await poll(() => overflow(page), `${path} at ${width} px`).toBeLessThanOrEqual(0);
  }
  expect(await violations(page, phone)).toEqual([]);
});

test("what is opened has no accessibility violation either: filters, rows, definitions, tables", async () => {
  const rows = encodeURIComponent(
    JSON.stringify({ analysis: "age-distribution", column: "customers", key: { band: "25-34" } }),
  );
  const page = await visitor.open(`${dashboard.url}/?score=600..700&state=CA&grain=cards&as_of=2019-01-31`);
  await settled(page);
  for (const name of [/^Table of Age/, /^Table of State/]) await page.getByRole("button", { name }).click();
  await page.locator("summary", { hasText: "Definition" }).first().click();
  await page.locator("summary", { hasText: "Report of this view" }).click();
  expect(await violations(page)).toEqual([]);
  await page.goto(`${dashboard.url}/demographics?state=CA&rows=${rows}`);
  await page.getByRole("dialog").getByRole("grid").locator("[role=gridcell]").first().waitFor();
  expect(await violations(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await violations(page, ["color-contrast"])).toEqual([]);
});

describe("before any script has run", () => {
  // the server puts figures into the page that it has in time
  const drawn = [
    "/",
    "/?score=600..700",
    ...paths.slice(1, 8),
    "/customers",
    "/customers/12",
    "/data-quality",
  ];
  beforeAll(async () => {
    for (const path of drawn) await (await fetch(`${dashboard.url}${path}`)).text();
  });
  /** What a reader reads first: headline figures, sentences, counts, names. */
  const figures = (page: Page) =>
    page
      .locator("main button.value, main .insight, section[aria-label=Selection] strong, main tbody th")
      .allTextContents();
  /** How far what is seen has moved by itself, as browsers score it. */
  const shift = (page: Page) =>
    page.evaluate<number>(`new Promise((done) => {
      new PerformanceObserver((list) => {
        done(list.getEntries().filter((entry) => !entry.hadRecentInput).reduce((sum, { value }) => sum + value, 0));
      }).observe({ type: "layout-shift", buffered: true });
      setTimeout(() => done(0), 300);
    })`);

  test.each(drawn)("%s has its figures, and nothing moves when it comes to life", async (path) => {
    const still = await visitor.open(`${dashboard.url}${path}`, { scripts: false });
    // the server does not wait long for its figures: a busy one has them all the next time
    const isWhole = async () => {
      await still.reload();
      return (await still.locator(".skeleton").count()) === 0 && !(await figures(still)).includes("…");
    };
    await poll(isWhole).toBe(true);
    const before = await figures(still);
    expect(before.filter((text) => /\d/.test(text)).length).toBeGreaterThan(1);
    const page = await visitor.open(`${dashboard.url}${path}`);
    await settled(page);
    expect(await figures(page)).toEqual(before);
    expect(await shift(page)).toBeLessThan(0.1);
  });
});
