import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LongScroll } from "../../web/kit/long-scroll.ts";
import { Windows } from "../../web/kit/windows.ts";
import { launchBrowser } from "../browser.ts";
import { buildStage, callsOf, openScene } from "./stage.ts";

const TOTAL = 3_000_000;
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

async function open(): Promise<Page> {
  const page = await openScene(browser, html, "Table", trouble);
  await page.locator("[role=grid] a").first().waitFor();
  return page;
}
const ids = (page: Page) => page.locator("[role=grid] [role=row] a").allTextContents();
const active = (page: Page) => page.locator("[role=row][aria-selected=true]");
const here = (page: Page, id: number) =>
  page.locator(`[role=grid] a[href="#/customers/${id}"]`).waitFor({ timeout: 10_000 });

describe("three million rows", () => {
  it("are walked by keys, to the last one and back", async () => {
    const page = await open();
    const grid = page.getByRole("grid", { name: "Customers" });
    expect(await grid.getAttribute("aria-rowcount")).toBe(String(TOTAL + 1));
    await grid.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await active(page).getAttribute("aria-rowindex")).toBe("4");
    expect(await grid.getAttribute("aria-activedescendant")).toBe(await active(page).getAttribute("id"));
    await page.keyboard.press("End");
    await here(page, TOTAL - 1);
    expect((await ids(page)).at(-1)).toBe(String(TOTAL - 1));
    expect(await page.locator(".state").textContent()).toContain("–3,000,000 of 3,000,000");
    await page.keyboard.press("PageUp");
    await page.keyboard.press("ArrowUp");
    const row = Number(await active(page).getAttribute("aria-rowindex"));
    expect(row).toBeLessThan(TOTAL - 5);
    await page.keyboard.press("Home");
    await here(page, 0);
    await expect.poll(async () => (await ids(page))[0]).toBe("0");
    await page.keyboard.press("Enter");
    expect(await page.evaluate<string>("location.hash")).toBe("#/customers/0");
    await page.context().close();
  });

  it("a wheel moves by rows, not by leaps, and the scroll bar reaches the middle", async () => {
    const page = await open();
    const box = await page.getByRole("grid").boundingBox();
    await page.mouse.move((box?.x ?? 0) + 100, (box?.y ?? 0) + 200);
    await page.mouse.wheel(0, 290);
    // 290 pixels are ten rows of 29
    await expect.poll(async () => (await ids(page))[0]).toBe("10");
    await page.waitForTimeout(300);
    expect((await ids(page))[0]).toBe("10");
    await page.evaluate(
      `(() => { const grid = document.querySelector("[role=grid]"); grid.scrollTop = (grid.scrollHeight - grid.clientHeight) / 2; })()`,
    );
    await page.waitForFunction(
      `(() => { const first = Number(document.querySelector("[role=grid] a")?.textContent); return Math.abs(first - ${TOTAL / 2}) < 20; })()`,
    );
    // what was rushed past was not asked for
    const asked = (await callsOf(page))
      .filter(([name]) => name === "load")
      .map(([, offset]) => Number(offset));
    expect(asked.every((offset) => offset < 200 || Math.abs(offset - TOTAL / 2) < 300)).toBe(true);
    await page.context().close();
  });

  it("are sorted by their heads, and begin anew then", async () => {
    const page = await open();
    await page.getByRole("grid").focus();
    await page.keyboard.press("End");
    await here(page, TOTAL - 1);
    await page.getByRole("button", { name: "Customer" }).click();
    await here(page, TOTAL - 1);
    await expect.poll(async () => (await ids(page))[0]).toBe(String(TOTAL - 1));
    expect(await page.locator("[aria-sort=descending]").textContent()).toContain("Customer");
    expect(await page.getByRole("grid").evaluate((element) => element.scrollTop)).toBe(0);
    await page.context().close();
  });

  it("that cannot be read are said so in place, and are read once more", async () => {
    const page = await open();
    await page.evaluate("server.failing = true");
    await page.getByRole("grid").focus();
    await page.keyboard.press("End");
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.textContent()).toContain("could not be read: the server does not answer");
    await page.evaluate("server.failing = false");
    await alert.getByRole("button", { name: "Try again" }).click();
    await here(page, TOTAL - 1);
    expect(await alert.count()).toBe(0);
    await page.context().close();
  });

  it("wait as skeletons, and show hostile text as text", async () => {
    const page = await open();
    expect(await page.locator("img").count()).toBe(0);
    await page.evaluate("server.slow = 20_000");
    await page.getByRole("grid").focus();
    await page.keyboard.press("End");
    await page.locator(".skeleton").first().waitFor();
    expect(await page.getByRole("grid").getAttribute("aria-busy")).toBe("true");
    // rows are asked for once the scroll has come to rest: only what was asked for can be given up
    await expect
      .poll(async () =>
        (await callsOf(page)).some(([name, from]) => name === "load" && Number(from) > TOTAL / 2),
      )
      .toBe(true);
    // left before it came: given up
    await page.evaluate("server.slow = 0");
    await page.keyboard.press("Home");
    await here(page, 0);
    await expect.poll(async () => (await callsOf(page)).some(([name]) => name === "abort")).toBe(true);
    await expect.poll(() => page.getByRole("grid").getAttribute("aria-busy")).toBe("false");
    await page.context().close();
  });
});

describe("windows", () => {
  it("keep a few, ask for none twice, and forget what was given up", async () => {
    const asked: number[] = [];
    const windows = new Windows({
      load: async (offset, limit) => {
        asked.push(offset);
        return Array.from({ length: limit }, (_, i) => ({ n: offset + i }));
      },
      onchange: () => {},
      size: 10,
      keep: 3,
    });
    for (const from of [0, 5, 0, 40, 80, 90]) {
      windows.need(from, from + 8);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    expect(asked).toEqual([0, 10, 40, 80, 90]);
    expect(windows.held).toBe(3);
    expect(windows.row(93)).toEqual({ n: 93 });
    expect(windows.row(3)).toBeUndefined();
    windows.need(0, 8);
    windows.need(40, 48);
    windows.close();
    expect(windows.held).toBe(0);
  });
});

describe("a long scroll", () => {
  const scroll = () => {
    const long = new LongScroll();
    long.resize({ total: TOTAL, rowHeight: 29, view: 380 });
    return long;
  };

  it("shows every row between the first and the last", () => {
    const long = scroll();
    expect(long.sight).toEqual({ from: 0, to: 14, cut: 0 });
    long.reveal(TOTAL - 1);
    expect(long.sight.to).toBe(TOTAL);
    expect(long.settle()).toBe(long.height - 380);
    long.scrolled(0);
    expect(long.sight.from).toBe(0);
  });

  it("moves by small steps as they are, and by long ones in proportion", () => {
    const long = scroll();
    long.scrolled(100);
    expect(long.top).toBe(100);
    long.scrolled(long.height / 2 - 190);
    expect(long.top / (TOTAL * 29)).toBeCloseTo(0.5, 4);
  });
});
