import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { wholePortfolio } from "../../src/explore/look.ts";
import { raw } from "../../src/sql/statement.ts";
import { launchBrowser } from "../browser.ts";
import { openFolder } from "../ingest/folder.ts";
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

async function open(path: string, { width = 1280, dark = false, at = dashboard } = {}): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width, height: 900 },
    colorScheme: dark ? "dark" : "light",
  });
  pages.push(page);
  page.setDefaultTimeout(20_000);
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) trouble.push(message.text());
  });
  page.on("pageerror", (error) => trouble.push(String(error)));
  page.on("dialog", async (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  await page.goto(`${at.url}${path}`);
  await page.locator("[data-ready]").waitFor();
  return page;
}

/** Run in the page. */
const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
async function violations(page: Page): Promise<unknown> {
  await page.evaluate(axe);
  return page.evaluate(
    "axe.run().then(({ violations }) => violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html).join(' ')))",
  );
}
const one = async (text: string) =>
  (await dashboard.desk.explorer.at(wholePortfolio, ({ engine }) => engine.query(raw(text)))).rows[0] ?? {};
const panel = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

describe("the search", () => {
  test("follows typing, keeps it in the address, and is gone through with the keyboard", async () => {
    const page = await open("/customers");
    await page.getByLabel("Id of a customer or card").fill("12");
    await page.getByRole("link", { name: "129", exact: true }).waitFor();
    await page.waitForURL("**/customers?q=12");
    const shown = await page.locator("main tbody a").allTextContents();
    expect(shown.slice(0, 4)).toEqual(["12", "120", "121", "122"]);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("120");
    await page.keyboard.press("Escape");
    expect(await page.evaluate("document.activeElement.id")).toBe("customer-search");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/customers/12");
    await page.getByRole("heading", { name: "Customer 12", exact: true }).waitFor();
    await page.goBack();
    await page.waitForURL("**/customers?q=12");
    expect(await page.getByLabel("Id of a customer or card").inputValue()).toBe("12");
  });

  test("is there before any script has run, and says when nothing is found", async () => {
    const html = await (await fetch(`${dashboard.url}/customers?q=1999`)).text();
    expect(html).toContain(">1999</a>");
    const page = await open("/customers?q=zzz");
    await page.getByText("No customer and no card has this id.").first().waitFor();
  });
});

describe("a customer's page", () => {
  test("tells risk with its reasons, cards, offers and where the customer stands", async () => {
    const row = await one(`select user_id, credit_score, cards,
        (select count(*) from customer_profile o where o.credit_score < c.credit_score) as below,
        (select count(*) from customer_profile o where o.credit_score = c.credit_score) as same
      from customer_profile c where credit_score < 580 and cards > 1 order by user_id limit 1`);
    const id = Number(row["user_id"]);
    const score = Number(row["credit_score"]);
    const page = await open(`/customers/${id}`);
    await page.getByRole("heading", { name: `Customer ${id}`, exact: true }).waitFor();
    await page.getByRole("heading", { name: "At high risk", exact: true }).waitFor();
    await page.getByText(`Credit score ${score} is below 580, by ${580 - score}`).waitFor();
    expect(await panel(page, "Cards").locator("tbody tr").count()).toBe(row["cards"]);
    const offers = await one(
      `select count(*) filter (where excluded_because is null) as candidate, count(*) as eligible from offer_profile where user_id = ${id}`,
    );
    expect(await panel(page, "Offers").getByText("candidate", { exact: true }).count()).toBe(
      offers["candidate"],
    );
    expect(await panel(page, "Offers").getByText("excluded", { exact: true }).count()).toBe(
      Number(offers["eligible"]) - Number(offers["candidate"]),
    );
    const percentile = Math.round(((Number(row["below"]) + Number(row["same"]) / 2) / 2000) * 100);
    const standing = await panel(page, "Standing").locator("tbody tr").first().innerText();
    expect(standing).toMatch(new RegExp(`${percentile}(st|nd|rd|th) percentile`));
  });

  test("follows the look in its address, and leads back with it", async () => {
    const page = await open("/customers/12?set.high_risk.score_below=850&as_of=2035-01-31&score=..600");
    await page.getByRole("heading", { name: "At high risk", exact: true }).waitFor();
    await page.getByText("this customer is not one of them").waitFor();
    expect(await panel(page, "Cards").getByText("expired", { exact: true }).count()).toBeGreaterThan(0);
    await page.getByRole("main").getByRole("link", { name: "Customers", exact: true }).click();
    await page.waitForURL(/\/customers\?(?=.*as_of=2035-01-31)(?=.*score=..600)/);
  });

  test("of nobody says so, with what to do", async () => {
    const page = await open("/customers/nobody");
    const alert = page.getByRole("alert");
    await alert.getByText("no customer has the id nobody").waitFor();
    expect(await alert.innerText()).toContain("search on the page Customers");
  });

  test("shows hostile ids, words and findings as text", async () => {
    const bad = '<img src=x onerror="alert(1)">';
    await using folder = await openFolder();
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const people = [bad, "50%", "../a?c#d'", "%41"];
    const users = await folder.file(
      "users.csv",
      [
        "user_id,age,income,credit score,city,gender",
        ...people.map((id, i) =>
          [quoted(id), 30 + i, 40_000 + i, 600 + i, quoted(bad), quoted(bad)].join(","),
        ),
        ...Array.from({ length: 30 }, (_, i) => `U${i},40,50000,${i === 0 ? quoted(bad) : 700},Lima,Female`),
      ].join("\n"),
    );
    const cards = await folder.file(
      "cards.csv",
      [
        "card_id,user_id,brand,opened,expires",
        ...people.map((id, i) => [`C${i}`, quoted(id), quoted(bad), "01/2019", "12/2021"].join(",")),
        ...Array.from({ length: 30 }, (_, i) => `D${i},U${i},Visa,01/2019,12/2021`),
      ].join("\n"),
    );
    await using hostile = await openDashboard({ files: [users, cards] });
    for (const id of people) {
      const page = await open("/customers", { at: hostile });
      await page.getByRole("link", { name: id, exact: true }).click();
      await page.getByRole("heading", { name: `Customer ${id}`, exact: true }).waitFor();
      await panel(page, "Cards").getByText(bad).first().waitFor();
      expect(await page.locator("main img").count()).toBe(0);
      await page.reload();
      await page.getByRole("heading", { name: `Customer ${id}`, exact: true }).waitFor();
      await panel(page, "Cards").getByText(bad).first().waitFor();
    }
    const page = await open("/customers/U0", { at: hostile });
    await panel(page, "Data issues").getByText(bad).waitFor();
    await panel(page, "Data issues").getByText("users.csv, row 6.").waitFor();
  });
});

test("both pages pass axe in light and dark and fit a phone", async () => {
  for (const path of ["/customers?q=1", "/customers/12", "/customers/825?score=..700"])
    for (const view of [{ dark: false }, { dark: true, width: 360 }]) {
      const page = await open(path, view);
      await page.locator("main table").first().waitFor();
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
    }
});
