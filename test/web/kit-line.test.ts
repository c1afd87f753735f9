import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Dataset } from "../../web/kit/data.ts";
import { domainsOf, linesOf } from "../../web/kit/lines.ts";
import { launchBrowser } from "../browser.ts";
import { buildStage, callsOf, openScene } from "./stage.ts";

let browser: Browser;
let page: Page;
const trouble: string[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
  page = await openScene(browser, await buildStage(), "Marks", trouble);
  await page.locator("#line svg [data-mark]").first().waitFor();
});
afterAll(async () => {
  await browser?.close();
  expect(trouble).toEqual([]);
});

const box = (selector: string) =>
  page.locator(selector).evaluateAll((elements) =>
    elements.map((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2, width, height };
    }),
  );

it("points lie where their numbers are, on one scale of both axes beside a diagonal", async () => {
  const points = await box("#line .point");
  const expected = [
    [0.05, 0.04],
    [0.2, 0.25],
    [0.5, 0.45],
    [0.1, 0.1],
    [0.4, 0.55],
  ] as const;
  expect(points).toHaveLength(expected.length);
  const [diagonal] = await box("#line g > .diagonal[x1]:last-of-type");
  // squares, circles and triangles have their middle at the point, near enough
  const unit = ((points[2]?.x ?? 0) - (points[0]?.x ?? 0)) / 0.45;
  expect(unit).toBeGreaterThan(200);
  for (const [i, [x, y]] of expected.entries()) {
    expect(((points[i]?.x ?? 0) - (points[0]?.x ?? 0)) / unit, String(i)).toBeCloseTo(x - 0.05, 2);
    expect(((points[0]?.y ?? 0) - (points[i]?.y ?? 0)) / unit, String(i)).toBeCloseTo(y - 0.04, 2);
  }
  expect(diagonal?.width).toBeCloseTo(diagonal?.height ?? 0, 0);
  const spans = await box("#line .span");
  expect((spans[0]?.height ?? 0) / unit).toBeCloseTo(0.05, 2);
});

it("lines differ by colour, dash and shape; a row without a number has no point", async () => {
  const attributes = (selector: string, name: string) =>
    page.locator(selector).evaluateAll((elements, of) => elements.map((e) => e.getAttribute(of) ?? ""), name);
  const dashes = await attributes("#line path.line", "stroke-dasharray");
  expect(new Set(dashes).size).toBe(2);
  const labels = await attributes("#line [data-mark]", "aria-label");
  expect(labels).toHaveLength(5);
  expect(labels[0]).toBe("scorecard, 5.0%: rate 4.0%, rate low 2.0%, rate high 7.0%; open the rows");
  const legend = await page.locator("#line svg text").allTextContents();
  expect(legend).toEqual(expect.arrayContaining(["scorecard", "trees", "both equal"]));
});

it("arrow keys walk from point to point, and a point opens its rows where there are some", async () => {
  await page.locator("#line [data-mark]").first().focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  expect((await callsOf(page)).at(-1)).toEqual(["open", "line", ["trees", 0.4, 0.55, 0.45, 0.62], "rate"]);
  expect(await page.locator("#points [role=button]").count()).toBe(0);
  expect(await page.locator("#points [data-mark]").count()).toBe(3);
  expect(await page.locator("#points .diagonal").count()).toBe(0);
});

it("shares begin at nothing, and end at all where they nearly reach it", () => {
  const data: Dataset = {
    columns: [
      { name: "a", label: "", doc: "", kind: "count" },
      { name: "b", label: "", doc: "", kind: "share" },
    ],
    rows: [
      { a: 500, b: 0.2 },
      { a: 620, b: 0.93 },
      { a: null, b: 3 },
    ],
  };
  const chart = { mark: "line", x: "a", y: "b" } as const;
  expect(domainsOf(linesOf(data, chart), data, chart)).toEqual({ x: [500, 620], y: [0, 1] });
  const none = { ...data, rows: [] };
  expect(domainsOf(linesOf(none, chart), none, chart)).toEqual({ x: [0, 1], y: [0, 1] });
});
