import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import fc from "fast-check";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { barsPath, binTicks, boundText, rangeText, within } from "../../web/kit/histogram.ts";
import { launchBrowser } from "../browser.ts";
import { buildStage, callsOf, openScene, type StageOptions } from "./stage.ts";

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

const open = (options?: StageOptions) => openScene(browser, html, "Brushes", trouble, options);

/** The credit score: 370 bins of one point from 480 on, ten to a bar. */
const BINS = 370;
async function scoreOf(page: Page) {
  const handles = page.getByRole("slider", { name: /^Credit score/ });
  const middle = async (side: 0 | 1) => {
    const box = await handles.nth(side).boundingBox();
    if (!box) throw new Error("no handle");
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };
  const low = await middle(0);
  const high = await middle(1);
  const width = high.x - low.x;
  return {
    handles,
    middle,
    y: low.y,
    x: (bin: number) => low.x + (bin / BINS) * width,
    bin: (x: number) => Math.round(((x - low.x) / width) * BINS),
  };
}
const callsOfScore = async (page: Page) =>
  (await callsOf(page)).filter(([name, id]) => id === "score" && name !== "prepare");
const lastBrush = async (page: Page) => (await callsOfScore(page)).findLast(([name]) => name === "brush");
/** Without the steps between, of which there are as many as the pointer reports. */
const steps = async (page: Page) =>
  (await callsOfScore(page))
    .map(([name]) => name)
    .filter((name, i, all) => name !== "brush" || all[i + 1] !== "brush");

async function drag(page: Page, from: { x: number; y: number }, to: number) {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to) / 2, from.y, { steps: 3 });
  await page.mouse.move(to, from.y);
  await page.mouse.up();
}

describe("a mouse", () => {
  it("draws a brush, drags its bounds past each other, moves it, and clears it", async () => {
    const page = await open();
    const score = await scoreOf(page);
    const [from, to] = [Math.round(score.x(100)), Math.round(score.x(220))];
    await drag(page, { x: from, y: score.y }, to);
    const drawn = [score.bin(from), score.bin(to)];
    expect(await lastBrush(page)).toEqual(["brush", "score", ...drawn]);
    expect(await callsOfScore(page)).toContainEqual(["start", "score", { anchor: drawn[0] }]);
    expect(await steps(page)).toEqual(["start", "brush", "end"]);
    expect(await score.handles.nth(0).getAttribute("aria-valuenow")).toBe(String(drawn[0]));
    // a bin is one point here, so that the upper bound is read as included
    expect(await score.handles.nth(1).getAttribute("aria-valuetext")).toBe(
      String(480 + Number(drawn[1]) - 1),
    );

    const low = await score.middle(0);
    const past = Math.round(score.x(300));
    await drag(page, low, past);
    expect(await lastBrush(page)).toEqual(["brush", "score", drawn[1], score.bin(past)]);
    expect(await callsOfScore(page)).toContainEqual(["start", "score", { anchor: drawn[1] }]);

    const width = score.bin(past) - Number(drawn[1]);
    const inside = Math.round(score.x(260));
    await drag(page, { x: inside, y: score.y }, 10_000);
    expect(await callsOfScore(page)).toContainEqual(["start", "score", { width }]);
    expect(await lastBrush(page)).toEqual(["brush", "score", BINS - width, BINS]);

    const field = await page.locator(".field").first().boundingBox();
    await page.mouse.click(score.x(20), (field?.y ?? 0) + 22);
    expect((await callsOfScore(page)).at(-1)).toEqual(["clear", "score"]);
    expect(await page.locator(".selection").count()).toBe(0);
    await page.context().close();
  });

  it("clicks choose a bar and leave it again", async () => {
    const page = await open();
    const score = await scoreOf(page);
    const field = await page.locator(".field").first().boundingBox();
    const foot = (field?.y ?? 0) + (field?.height ?? 0) - 24;
    await page.mouse.click(score.x(205), foot);
    expect(await lastBrush(page)).toEqual(["brush", "score", 200, 210]);
    expect(await steps(page)).toEqual(["start", "brush", "end"]);
    await page.mouse.click(score.x(255), foot);
    expect(await lastBrush(page)).toEqual(["brush", "score", 250, 260]);
    await page.mouse.click(score.x(255), foot);
    expect((await callsOfScore(page)).at(-1)).toEqual(["clear", "score"]);
    await page.context().close();
  });

  it("tells of the bar under it, and prepares before it brushes", async () => {
    const page = await open();
    const score = await scoreOf(page);
    await page.mouse.move(score.x(205), score.y);
    const told = await page.locator(".tooltip").textContent();
    // bar 20 of a bell of 154,000 about bar 23, 8 wide
    const whole = Math.round(154_000 * Math.exp(-(((20 - 23) / 8) ** 2)));
    expect(told).toContain("680 to 689");
    expect(told).toMatch(new RegExp(`of whole\\s*${whole.toLocaleString("en-US")}`));
    expect(await callsOf(page)).toEqual([["prepare", "score"]]);
    await page.context().close();
  });
});

describe("keys", () => {
  it("move the bounds by a bin, a bar, to the ends, together, and clear", async () => {
    const page = await open();
    const { handles } = await scoreOf(page);
    await handles.nth(0).focus();
    const presses: [string, number, number][] = [
      ["ArrowRight", 1, 370],
      ["PageUp", 11, 370],
      ["ArrowLeft", 10, 370],
      ["ArrowUp", 11, 370],
      ["PageDown", 1, 370],
      ["End", 369, 370],
      ["Home", 0, 370],
    ];
    for (const [key, lo, hi] of presses) {
      await page.keyboard.press(key);
      expect(await lastBrush(page), key).toEqual(["brush", "score", lo, hi]);
    }
    expect(await callsOfScore(page)).toContainEqual(["start", "score", { anchor: 370 }]);
    await page.keyboard.press("PageUp");
    await handles.nth(1).focus();
    await page.keyboard.press("PageDown");
    expect(await lastBrush(page)).toEqual(["brush", "score", 10, 360]);
    await page.keyboard.press("Shift+ArrowRight");
    expect(await lastBrush(page)).toEqual(["brush", "score", 11, 361]);
    expect(await callsOfScore(page)).toContainEqual(["start", "score", { width: 350 }]);
    await page.keyboard.press("Home");
    expect(await lastBrush(page)).toEqual(["brush", "score", 11, 12]);
    expect(await handles.nth(1).getAttribute("aria-valuetext")).toBe("491");
    // each key that moves something begins and ends
    const names = await steps(page);
    expect(names.filter((name) => name === "start")).toHaveLength(
      names.filter((name) => name === "end").length,
    );
    await page.keyboard.press("Escape");
    expect((await callsOfScore(page)).at(-1)).toEqual(["clear", "score"]);
    expect(await handles.nth(1).getAttribute("aria-valuenow")).toBe("370");
    await page.context().close();
  });

  it("Escape puts a brush back that a mouse is moving", async () => {
    const page = await open();
    const score = await scoreOf(page);
    await drag(page, { x: score.x(100), y: score.y }, score.x(200));
    const before = await lastBrush(page);
    const high = await score.middle(1);
    await page.mouse.move(high.x, high.y);
    await page.mouse.down();
    await page.mouse.move(score.x(320), high.y, { steps: 4 });
    expect(await lastBrush(page)).not.toEqual(before);
    await page.keyboard.press("Escape");
    await page.mouse.up();
    expect(await lastBrush(page)).toEqual(before);
    expect((await callsOfScore(page)).at(-1)).toEqual(["end", "score"]);
    await page.context().close();
  });

  it("toggle the missing ones", async () => {
    const page = await open();
    const missing = page.getByRole("button", { name: /^Utilisation missing/ });
    expect(await missing.getAttribute("aria-label")).toBe(
      "Utilisation missing: 410,000 customers, of whole 410,000",
    );
    await missing.focus();
    await page.keyboard.press("Enter");
    expect(await missing.getAttribute("aria-pressed")).toBe("true");
    await missing.click();
    expect(await missing.getAttribute("aria-pressed")).toBe("false");
    await page.context().close();
  });
});

it("a finger brushes sideways, chooses by a tap, and scrolls the page up and down", async () => {
  const page = await open({ width: 390, height: 500, touch: true });
  const score = await scoreOf(page);
  const session = await page.context().newCDPSession(page);
  const touch = (type: string, x?: number, y?: number) =>
    session.send("Input.dispatchTouchEvent", {
      type: type as "touchStart",
      touchPoints: x === undefined ? [] : [{ x, y: y ?? score.y }],
    });
  const [from, to] = [Math.round(score.x(90)), Math.round(score.x(240))];
  await touch("touchStart", from);
  for (let i = 1; i <= 6; i++) await touch("touchMove", from + ((to - from) * i) / 6);
  await touch("touchEnd");
  expect(await lastBrush(page)).toEqual(["brush", "score", score.bin(from), score.bin(to)]);
  expect(await steps(page)).toEqual(["start", "brush", "end"]);
  await page
    .getByRole("slider", { name: /^Credit score/ })
    .first()
    .press("Escape");
  await page.touchscreen.tap(score.x(205), score.y + 50);
  expect(await lastBrush(page)).toEqual(["brush", "score", 200, 210]);
  const before = (await callsOfScore(page)).length;
  await touch("touchStart", from, 300);
  for (let i = 1; i <= 8; i++) await touch("touchMove", from, 300 - i * 25);
  await touch("touchEnd");
  expect(await page.evaluate<number>("scrollY")).toBeGreaterThan(50);
  expect(await callsOfScore(page)).toHaveLength(before);
  await page.context().close();
});

it("has no accessibility violation, light and dark", async () => {
  const page = await open();
  const score = await scoreOf(page);
  await drag(page, { x: score.x(100), y: score.y }, score.x(200));
  await page.evaluate(await readFile(axe, "utf8"));
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const found = await page.evaluate<string[]>(
      `axe.run("main").then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)))`,
    );
    expect(found, colorScheme).toEqual([]);
  }
  await page.context().close();
});

describe("bins", () => {
  const months = { kind: "month", edges: ["2019-12", "2020-01", "2020-02", "2020-03"] } as const;
  const money = { kind: "usd", edges: [0, 500, 1000, 1500], open: { high: true } } as const;

  it("are said without doubt about their bounds", () => {
    expect(rangeText(months, [0, 2])).toBe("Dec 2019 to Jan 2020");
    expect(rangeText(months, [1, 2])).toBe("Jan 2020");
    expect(rangeText(money, [1, 2])).toBe("$500 to under $1,000");
    expect(rangeText(money, [2, 3])).toBe("$1,000 or more");
    expect(boundText(money, [1, 3], 1)).toBe("no upper bound");
    expect(boundText(months, [1, 3], 1)).toBe("Feb 2020");
    expect(rangeText({ kind: "ratio", edges: [0, 0.01, 0.02] }, [0, 1])).toBe("0.00 to under 0.01");
  });

  it("have ticks at round numbers", () => {
    const edges = Array.from({ length: 371 }, (_, i) => 480 + i);
    expect(binTicks({ kind: "number", edges }, 60)).toEqual([
      { at: 20, text: "500" },
      { at: 120, text: "600" },
      { at: 220, text: "700" },
      { at: 320, text: "800" },
    ]);
  });

  it("a brush stays within them and holds at least one", () => {
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 150 }), fc.integer({ min: -50, max: 150 }), (a, b) => {
        const [lo, hi] = within(a, b, 100);
        expect(lo).toBeGreaterThanOrEqual(0);
        expect(hi).toBeLessThanOrEqual(100);
        expect(hi).toBeGreaterThan(lo);
      }),
    );
  });

  it("every bar that holds something is drawn, none is higher than the frame", () => {
    const frame = { left: 10, right: 110, top: 0, bottom: 100, max: 1_000 };
    const path = barsPath([0, 1, 500, 5_000], 1, 4, frame);
    expect(path.match(/M\d+,100v-[\d.]+/g)).toEqual(["M35,100v-1.0", "M60,100v-50.0", "M85,100v-100.0"]);
  });
});
