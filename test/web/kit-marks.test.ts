import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../browser.ts";
import { buildStage, callsOf, openScene, renderScenes, type StageOptions } from "./stage.ts";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
let browser: Browser;
let html: string;
const trouble: string[] = [];

beforeAll(async () => {
  html = await buildStage();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  expect(trouble).toEqual([]);
});

const open = async (scene: string, options?: StageOptions) => {
  const page = await openScene(browser, html, scene, trouble, options);
  if (scene === "Marks") await page.locator("#bar svg [data-mark]").first().waitFor();
  return page;
};
const last = async (page: Page) => (await callsOf(page)).at(-1);
const labels = (locator: Locator) =>
  locator.evaluateAll((elements) => elements.map((element) => String(element.getAttribute("aria-label"))));

describe("marks that open", () => {
  it("say so and open the row and column of their figure, in every chart", async () => {
    const page = await open("Marks");
    const expected: Record<string, [label: string, row: unknown[], column: string]> = {
      bar: ["25-34: customers 210, of whole 303", ["25-34", 210], "customers"],
      stack: ["Visa, debit: cards 120, of whole 240", ["Visa", "debit", 120], "cards"],
      side: ["Visa, debit: limit median usd 0.80, of whole 0.96", ["Visa", "debit", 0.8], "limit_median_usd"],
      column: ["25-34: customers 210, of whole 303", ["25-34", 210], "customers"],
      columns: ["2017, debit: cards 10, of whole 30", [2017, "debit", 10], "cards"],
      heatmap: ["poor, high: customers 40, of whole 160", ["poor", "high", 40], "customers"],
      interval: [
        "25k-50k: rate 3.10, low 2.90, high 3.40, of whole 3.41",
        ["25k-50k", 3.1, 2.9, 3.4, false],
        "rate",
      ],
      map: ["CA: customers 211, of whole 422", ["CA", 211], "customers"],
    };
    for (const [id, [label, row, column]] of Object.entries(expected)) {
      const mark = page
        .locator(`#${id}`)
        .getByRole("button", { name: `${label}; open the rows`, exact: true });
      await mark.focus();
      await page.keyboard.press("Enter");
      expect(await last(page), id).toEqual(["open", id, row, column]);
      await page.keyboard.press("Space");
      const calls = await callsOf(page);
      expect(calls.at(-2), id).toEqual(calls.at(-1));
      const before = calls.length;
      await mark.click();
      expect((await callsOf(page)).slice(before), id).toEqual([["open", id, row, column]]);
      // one stop of the tab order per chart
      expect(await page.locator(`#${id} [data-mark][tabindex="0"]`).count(), id).toBe(1);
      for (const text of await labels(page.locator(`#${id} [data-mark]`)))
        expect(text, id).toMatch(/; open the rows$/);
    }
    await page.context().close();
  });

  it("arrow keys walk from part to part of stacked bars", async () => {
    const page = await open("Marks");
    await page.locator("#stack [data-mark]").first().focus();
    const at = () => page.evaluate<string>("document.activeElement.getAttribute('aria-label')");
    await page.keyboard.press("ArrowRight");
    expect(await at()).toMatch(/^Visa, debit/);
    await page.keyboard.press("End");
    expect(await at()).toMatch(/^not stated, debit: cards 9/);
    await page.context().close();
  });

  it("figures and cells that count are buttons; identifiers are links", async () => {
    const page = await open("Marks");
    await page.getByRole("button", { name: "customers: 400; open the rows" }).click();
    expect(await last(page)).toEqual(["open", "figures", [400, 5_000_000, 45.5], "customers"]);
    expect((await page.locator("#figures").textContent())?.replace(/\s+/g, " ")).toContain("400 of 2,000");
    await page.getByRole("button", { name: "not stated, debit: cards 9; open the rows" }).last().click();
    expect(await last(page)).toEqual(["open", "table", [null, "debit", 9], "cards"]);
    const link = page.locator("#table a");
    expect(await link.count()).toBe(1);
    expect(await link.getAttribute("href")).toBe("#/customers/17");
    // without onopen a count is text
    expect(await page.locator("#table table").last().locator("td button").count()).toBe(0);
    await page.context().close();
  });
});

it("ghosts of the whole stand on the scale of the bars", async () => {
  const page = await open("Marks");
  const widths = (selector: string) =>
    page
      .locator(`#bar ${selector}`)
      .evaluateAll((rects) => rects.map((rect) => Number(rect.getAttribute("width"))));
  const [bars, ghosts] = [await widths(".bar"), await widths(".whole")];
  const part = [303, 210, 90, 12];
  const whole = [359, 303, 400, 20];
  part.forEach((value, i) => {
    expect((bars[i] ?? 0) / (ghosts[i] ?? 1)).toBeCloseTo(value / (whole[i] ?? 1), 2);
  });
  const heights = (selector: string) =>
    page
      .locator(`#columns ${selector}`)
      .evaluateAll((rects) => rects.map((rect) => Number(rect.getAttribute("height"))));
  // the stack of 2017: 30 and 10 of a whole of 120
  const [first, second] = await heights("[data-mark] > rect:first-child");
  expect(((first ?? 0) + (second ?? 0)) / ((await heights(".whole"))[0] ?? 1)).toBeCloseTo(40 / 120, 2);
  await page.context().close();
});

describe("toggles", () => {
  it("of categories tell the key, the missing one too", async () => {
    const page = await open("Toggles");
    const button = page.getByRole("button", { name: /^not stated\s+577,000\s+customers\s+of 578,000$/ });
    await button.click();
    expect(await last(page)).toEqual(["toggle", "employment", null]);
    expect(await button.getAttribute("aria-pressed")).toBe("true");
    await button.press("Enter");
    expect(await button.getAttribute("aria-pressed")).toBe("false");
    const width = async (name: string) =>
      Number.parseFloat(
        (await page.getByRole("button", { name }).locator(".part").getAttribute("width")) ?? "",
      );
    expect((await width("retired")) / (await width("self employed"))).toBeCloseTo(151_000 / 96_400, 2);
    await page.context().close();
  });

  it("of brand and type choose cells, rows and columns", async () => {
    const page = await open("Toggles");
    await page.getByRole("button", { name: /^Visa, credit: 63,000 cards/ }).click();
    expect(await last(page)).toEqual(["toggle", "product", "Visa~credit"]);
    const visa = page.getByRole("button", { name: "All of Visa" });
    const credit = page.getByRole("button", { name: "All of credit" });
    expect(await visa.getAttribute("aria-pressed")).toBe("mixed");
    await visa.click();
    const row = ["Visa~debit", "Visa~credit", "Visa~prepaid"];
    expect(await last(page)).toEqual(["toggleall", "product", row, true]);
    expect(await visa.getAttribute("aria-pressed")).toBe("true");
    await visa.click();
    expect(await last(page)).toEqual(["toggleall", "product", row, false]);
    await credit.click();
    expect((await last(page))?.[2]).toEqual([
      "Mastercard~credit",
      "Visa~credit",
      "Amex~credit",
      "Discover~credit",
      "~credit",
    ]);
    await page.context().close();
  });

  it("of states walk by arrow keys, and reach those beside the map", async () => {
    const page = await open("Toggles");
    await page.getByRole("button", { name: /^CA: / }).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    // right of California lies Utah, below it Arizona
    expect(await last(page)).toEqual(["toggle", "state", "AZ"]);
    expect(await page.locator(".map [data-mark][tabindex='0']").count()).toBe(1);
    expect(await page.getByRole("button", { name: /^WY: / }).count()).toBe(0);
    await page.getByRole("button", { name: /^PR: / }).click();
    await page.getByRole("button", { name: /^not stated: 4,500/ }).click();
    expect(await last(page)).toEqual(["toggle", "state", null]);
    await page.context().close();
  });
});

it("a slider says its value, takes a number within its bounds, and goes back to its default", async () => {
  const page = await open("Toggles");
  const slider = page.getByRole("slider", { name: "Premium: credit score over" });
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  expect(await last(page)).toEqual(["score", 705]);
  expect(await slider.getAttribute("aria-valuetext")).toBe("705 points");
  const number = page.getByRole("spinbutton", { name: "Premium: credit score over" });
  await number.fill("9999");
  await number.press("Tab");
  expect(await last(page)).toEqual(["score", 850]);
  await number.fill("");
  await number.press("Tab");
  expect(await number.inputValue()).toBe("850");
  await page.getByRole("button", { name: "Reset Premium: credit score over to 700 points" }).click();
  expect(await last(page)).toEqual(["score", 700]);
  await page.context().close();
});

it("a chip shows hostile text as text and can be cleared", async () => {
  const page = await open("Toggles");
  expect(await page.locator("img").count()).toBe(0);
  await page.getByRole("button", { name: /^Clear State: CA/ }).click();
  expect(await last(page)).toEqual(["clear", "state"]);
  await page.context().close();
});

describe("every scene", () => {
  for (const scene of ["Marks", "Toggles", "Brushes", "Table"])
    it(`${scene} has no accessibility violation, light, dark and on a phone, and does not scroll sideways`, async () => {
      const page = await open(scene);
      await page.evaluate(await readFile(axe, "utf8"));
      const found = () =>
        page.evaluate<string[]>(
          `axe.run("main").then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html.slice(0, 300))))`,
        );
      if (scene === "Toggles") {
        await page.getByRole("button", { name: /^TX: / }).click();
        await page.getByRole("button", { name: "All of Visa" }).click();
        await page.getByRole("button", { name: /^retired/ }).click();
      }
      expect(await found(), "light").toEqual([]);
      await page.emulateMedia({ colorScheme: "dark" });
      expect(await found(), "dark").toEqual([]);
      await page.setViewportSize({ width: 360, height: 800 });
      expect(await found(), "phone").toEqual([]);
      const [content = 1, window = 0] = await page.evaluate<number[]>(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
      );
      expect(content).toBeLessThanOrEqual(window);
      await page.context().close();
    }, 120_000);
});

it("a server draws no styles that a strict policy would refuse, and keeps the place of what is drawn later", async () => {
  const [marks = "", toggles = "", brushes = "", table = ""] = await renderScenes(
    "Marks",
    "Toggles",
    "Brushes",
    "Table",
  );
  for (const body of [marks, toggles, brushes, table]) expect(body).not.toMatch(/\sstyle=/);
  expect(toggles).toContain("151,000");
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const style = /<style>(.*?)<\/style>/s.exec(html)?.[1] ?? "";
  const heights = () =>
    page
      .locator("section")
      .evaluateAll((sections) => sections.map((section) => section.getBoundingClientRect().height));
  for (const [scene, body] of [
    ["Marks", marks],
    ["Toggles", toggles],
    ["Brushes", brushes],
  ] as const) {
    await page.setContent(`<style>${style}</style><main>${body}</main>`);
    const before = await heights();
    await page.setContent(html);
    await page.waitForFunction("window.stage !== undefined");
    await page.evaluate(`stage("${scene}", {})`);
    await page.waitForTimeout(200);
    const after = await heights();
    expect(before).toHaveLength(after.length);
    before.forEach((height, i) => {
      expect(Math.abs(height - (after[i] ?? 0)), `${scene} ${i}`).toBeLessThanOrEqual(
        scene === "Marks" ? 24 : 1,
      );
    });
  }
  await page.close();
});
