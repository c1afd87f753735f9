import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { wholePortfolio } from "../../src/explore/look.ts";
import { raw } from "../../src/sql/statement.ts";
import { launchBrowser } from "../browser.ts";
import { type Dashboard, openDashboard } from "../server/dashboard.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let browser: Browser;
let dashboard: Dashboard;
const trouble: string[] = [];
const pages: Page[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
  dashboard = await openDashboard();
});
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
});
afterAll(async () => {
  await browser?.close();
  await dashboard?.[Symbol.asyncDispose]();
  expect(trouble).toEqual([]);
});

async function open(path: string, { width = 1280, dark = false } = {}): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width, height: 900 },
    colorScheme: dark ? "dark" : "light",
  });
  pages.push(page);
  page.setDefaultTimeout(20_000);
  page.on("console", (message) => {
    if (message.type() === "error") trouble.push(message.text());
  });
  page.on("pageerror", (error) => trouble.push(String(error)));
  await page.goto(`${dashboard.url}${path}`);
  await page.locator("[data-ready]").waitFor();
  await lists(page).waitFor();
  return page;
}

const lists = (page: Page): Locator => page.getByRole("region", { name: "Table: lists" });
const listed = (page: Page, name: string): Locator => lists(page).locator("tr", { hasText: name });
const slider = (page: Page, group: string, name: string): Locator =>
  page.getByRole("group", { name: group, exact: true }).getByRole("slider", { name, exact: true });
const numbers = async (row: Locator): Promise<string[]> =>
  (await row.locator("td").allInnerTexts()).map((text) => text.trim());
const ids = async (where: string): Promise<number[]> => {
  const text = `select user_id from users where ${where} order by user_id`;
  const { rows } = await dashboard.desk.explorer.at(wholePortfolio, ({ engine }) => engine.query(raw(text)));
  return rows.map((row) => Number(row["user_id"]));
};
const highRisk = (cut: number) =>
  `(credit_score < ${cut} or (credit_score < 670 and total_debt_usd / annual_income_usd > 1))`;

test("a slider moved by keyboard moves figures, lists and the address; a link restores them", async () => {
  const page = await open("/what-if");
  const before = await ids(highRisk(580));
  const after = await ids(highRisk(600));
  const by = after.length - before.length;
  expect(by).toBeGreaterThan(0);
  expect(await numbers(listed(page, "High risk"))).toEqual([
    String(before.length),
    String(before.length),
    "no change",
    "0",
    "0",
  ]);
  await slider(page, "High risk", "Score below").focus();
  for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowRight");
  await page.waitForURL("**/what-if?set.high_risk.score_below=600");
  const expected = [String(before.length), String(after.length), `▲ +${by}`, String(by), "0"];
  await listed(page, "High risk").getByText(`▲ +${by}`).waitFor();
  expect(await numbers(listed(page, "High risk"))).toEqual(expected);
  await page.getByText(`At high risk: +${by}`).waitFor({ state: "attached" });
  await page.getByText("High risk, score below 600 (default 580)").waitFor();

  const again = await open(new URL(page.url()).pathname + new URL(page.url()).search);
  expect(await numbers(listed(again, "High risk"))).toEqual(expected);
  expect(await slider(again, "High risk", "Score below").inputValue()).toBe("600");
  await again.getByRole("button", { name: "Reset Score below to 580 points" }).click();
  await again.waitForURL("**/what-if");
  await listed(again, "High risk").getByText("no change").waitFor();
});

test("who enters is opened, leads to the customer, and closes where it was opened", async () => {
  const cut = await ids(`not ${highRisk(580)} and ${highRisk(600)}`);
  const page = await open("/what-if?set.high_risk.score_below=600");
  const button = page.getByRole("button", { name: `${cut.length} enter: High risk` });
  await button.click();
  await page.waitForURL("**moved=high-risk:entered");
  const section = page.getByRole("region", { name: "High risk: who enters" });
  await section.getByRole("link").first().waitFor();
  expect(await section.getByRole("link").first().innerText()).toBe(String(cut[0]));
  expect(await page.evaluate("document.activeElement.id")).toBe("moved-title");
  await section.getByRole("button", { name: "Close" }).click();
  expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe(
    `${cut.length} enter: High risk`,
  );
  await button.click();
  await section.getByRole("link").first().click();
  await page.waitForURL(`**/customers/${cut[0]}?set.high_risk.score_below=600`);
});

test("a number typed, a filter and another date work together, and everything is reset at once", async () => {
  const page = await open("/what-if?score=600..750");
  await page.getByLabel("Score above, as a number").fill("720");
  await page.keyboard.press("Enter");
  await page.waitForURL("**set.premium.score_min=720");
  const within = "credit_score >= 600 and credit_score < 750 and annual_income_usd > 50000";
  const before = (await ids(`${within} and credit_score > 700`)).length;
  const after = (await ids(`${within} and credit_score > 720`)).length;
  await listed(page, "Premium audience")
    .getByText(`▼ −${before - after}`)
    .waitFor();
  expect(await numbers(listed(page, "Premium audience"))).toEqual([
    String(before),
    String(after),
    `▼ −${before - after}`,
    "0",
    String(before - after),
  ]);
  await page.getByLabel("As of", { exact: true }).fill("2031-01-31");
  await page.waitForURL("**as_of=2031-01-31**");
  await page.getByText("Only the state of the cards moves with the date").waitFor();
  await page.getByRole("button", { name: "Reset all" }).click();
  await page.waitForURL("**/what-if?score=600..750");
  await page.getByText("Everything is as the portfolio was opened.").waitFor();
});

test("the page passes axe in light and dark and fits a phone", async () => {
  for (const path of [
    "/what-if",
    "/what-if?set.high_risk.score_below=600&as_of=2031-01-31&moved=high-risk:entered",
  ])
    for (const view of [{ dark: false }, { dark: true, width: 360 }]) {
      const page = await open(path, view);
      await page.evaluate(axe);
      expect(
        await page.evaluate(
          "axe.run().then(({ violations }) => violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html).join(' ')))",
        ),
      ).toEqual([]);
      expect(
        await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"),
      ).toBeLessThanOrEqual(0);
    }
});
