import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from "vitest";
import { wholePortfolio } from "../../src/explore/look.ts";
import { raw } from "../../src/sql/statement.ts";
import { examples } from "../../web/dashboard/sql/examples.ts";
import { placeOf, reasonOf } from "../../web/dashboard/sql/place.ts";
import { launchBrowser } from "../browser.ts";
import { type Dashboard, openDashboard } from "../server/dashboard.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let browser: Browser;
let dashboard: Dashboard;
/** Console errors, page errors and dialogs of all pages; there must be none. */
const trouble: string[] = [];
const pages: Page[] = [];

beforeAll(async () => {
  [browser, dashboard] = await Promise.all([launchBrowser(), openDashboard()]);
});
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
});
afterAll(async () => {
  await browser?.close();
  await dashboard?.[Symbol.asyncDispose]();
  expect(trouble).toEqual([]);
});

async function open(path = "/sql", { width = 1400, dark = false, scripts = true } = {}): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width, height: 900 },
    colorScheme: dark ? "dark" : "light",
    acceptDownloads: true,
    javaScriptEnabled: scripts,
  });
  page.setDefaultTimeout(30_000);
  pages.push(page);
  page.on("console", (message) => {
    // a refusal of the server is told by the browser, too
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) trouble.push(message.text());
  });
  page.on("pageerror", (error) => trouble.push(String(error)));
  page.on("dialog", async (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  await page.goto(`${dashboard.url}${path}`);
  if (scripts) await page.locator(".cm-content").waitFor();
  return page;
}

const editor = (page: Page) => page.getByRole("textbox", { name: "SQL query" });
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const result = (page: Page) => page.getByRole("region", { name: "Result" });
const history = (page: Page) => page.locator(".history > li");

async function write(page: Page, query: string): Promise<void> {
  await editor(page).click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(query);
}
async function run(page: Page, query: string): Promise<void> {
  await write(page, query);
  await page.keyboard.press("ControlOrMeta+Enter");
}
/** A list that has just opened takes no key yet, so that Enter is not caught by it. */
async function accept(page: Page): Promise<void> {
  await page.waitForTimeout(300);
  await page.keyboard.press("Enter");
}
/** The query in the editor, line by line. */
const written = (page: Page) =>
  page.evaluate("[...document.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\\n')");

const cells = async (page: Page) => {
  const rows = page.locator("[role=grid] [role=rowgroup] [role=row]");
  return Promise.all(
    (await rows.all()).map(async (row) =>
      (await row.locator("[role=gridcell]").allTextContents()).map((text) => text.trim()),
    ),
  );
};

/** Figures straight from the engine. */
const straight = (select: string) =>
  dashboard.desk.explorer.at(wholePortfolio, async ({ engine }) => (await engine.query(raw(select))).rows);

describe("the SQL page", () => {
  it("runs what is written, shows its rows in order, and keeps it in the address and the history", async () => {
    const page = await open();
    const query =
      "select score_band, count(*) as n\nfrom customer_profile\ngroup by all\norder by n desc, score_band";
    await run(page, query);
    await expect.poll(() => cells(page)).not.toHaveLength(0);
    const expected = (await straight(query)).map((row) => [
      String(row["score_band"] ?? "–"),
      Number(row["n"]).toLocaleString("en-US"),
    ]);
    expect(await cells(page)).toEqual(expected);
    await expect.poll(() => new URL(page.url()).searchParams.get("q")).toBe(query);
    expect(await history(page).count()).toBe(1);

    await result(page)
      .getByRole("button", { name: /^score_band/ })
      .click();
    await expect
      .poll(async () => (await cells(page)).map(([band]) => band))
      .toEqual(expected.map(([band]) => band ?? "").sort());
  });

  it("does not run a query of a link by itself", async () => {
    const sent: string[] = [];
    const page = await open();
    page.on("request", (request) => sent.push(`${request.method()} ${new URL(request.url()).pathname}`));
    await page.goto(`${dashboard.url}/sql?q=${encodeURIComponent("select 41 + 1 as answer")}`);
    await page.locator(".cm-content").waitFor();
    expect(await written(page)).toBe("select 41 + 1 as answer");
    await page.waitForTimeout(500);
    expect(sent).not.toContain("POST /api/sql");
    await button(page, "Run").click();
    await expect.poll(() => cells(page)).toEqual([["42"]]);
    expect(sent).toContain("POST /api/sql");
    await run(page, "select 2 as answer");
    await expect.poll(() => cells(page)).toEqual([["2"]]);
    await page.goBack();
    await expect.poll(() => written(page)).toBe("select 41 + 1 as answer");
  });

  it("tells a mistake in place, and marks it", async () => {
    const page = await open();
    await run(page, "select user_id,\n  agee\nfrom users");
    const alert = page.getByRole("alert");
    await expect.poll(() => alert.textContent()).toMatch(/Line 2, column 3:[\s\S]*"agee" not found/);
    expect(await page.locator(".cm-fault").textContent()).toBe("agee");
    expect(await history(page).count()).toBe(0);
    await page.keyboard.type(" ");
    await expect.poll(() => page.locator(".cm-fault").count()).toBe(0);
    await run(page, "select 1 as x fro users");
    await expect.poll(() => alert.textContent()).toMatch(/Line 1, column 15:[\s\S]*syntax error/);
    await run(page, "drop table users");
    await expect.poll(() => alert.textContent()).toMatch(/only SELECT is allowed/);
  });

  it("completes tables and columns, with what they mean", async () => {
    const page = await open();
    await write(page, "select  from customer_profile");
    await page.keyboard.press("Home");
    for (const _ of "select ") await page.keyboard.press("ArrowRight");
    await page.keyboard.type("debt_to");
    const options = page.locator(".cm-tooltip-autocomplete li");
    await expect.poll(() => options.first().textContent()).toMatch(/^debt_to_income/);
    await expect
      .poll(() => page.locator(".cm-completionInfo").textContent())
      .toBe("customer_profile: Total debt over annual income; missing without a positive income.");
    await accept(page);
    expect(await written(page)).toBe("select debt_to_income from customer_profile");

    await write(page, "select  from card_profile c");
    await page.keyboard.press("Home");
    for (const _ of "select ") await page.keyboard.press("ArrowRight");
    await page.keyboard.type("c.is_v");
    await expect.poll(() => options.allTextContents()).toEqual(["is_validboolean"]);
    await accept(page);
    expect(await written(page)).toBe("select c.is_valid from card_profile c");
  });

  it("is left by Escape and Tab; Tab alone indents", async () => {
    const page = await open();
    await write(page, "select 1");
    await page.keyboard.press("Tab");
    expect(await written(page)).toMatch(/^\s+select 1|select 1\s+$/);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Run");
    await page.keyboard.press("Enter");
    await expect.poll(() => cells(page)).toEqual([["1"]]);
  });

  it("stops a query, and runs another one at once", async () => {
    const page = await open();
    await run(page, "select count(*) from range(10000000) a, range(10000000) b");
    await button(page, "Stop").click();
    await expect.poll(() => page.getByText("Stopped.").count()).toBe(1);
    const started = Date.now();
    await run(page, "select 7 as x");
    await expect.poll(() => cells(page), { timeout: 10_000 }).toEqual([["7"]]);
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  it("draws the rows, by columns that the reader may change", async () => {
    const page = await open();
    const query =
      "select brand, count(*) as cards, sum(credit_limit_usd) as limit_usd from cards group by all order by 2 desc";
    await run(page, query);
    await button(page, "Chart").click();
    const chart = result(page).locator("svg[role=graphics-document]");
    await chart.waitFor();
    const brands = await straight(query);
    for (const { brand, cards } of brands) {
      expect(await chart.textContent()).toContain(String(brand));
      expect(await chart.textContent()).toContain(Number(cards).toLocaleString("en-US"));
    }
    await page.getByLabel("of", { exact: true }).selectOption("limit_usd");
    await expect.poll(() => chart.textContent()).toContain("$");

    await run(
      page,
      "select strftime(expires_on, '%Y-%m') as month, count(*) as cards from cards group by 1 order by 1",
    );
    await expect.poll(() => page.getByLabel("Draw").inputValue()).toBe("column");
  });

  it("narrows the tables only where that is asked for", async () => {
    const page = await open("/sql?score=600..700");
    const [counts] = await straight(
      "select count(*) as whole, count(*) filter (where credit_score >= 600 and credit_score < 700) as part from users",
    );
    const shown = (n: unknown) => [[Number(n).toLocaleString("en-US")]];
    await run(page, "select count(*) as n from customer_profile");
    await expect.poll(() => cells(page)).toEqual(shown(counts?.["whole"]));
    await page.getByLabel("Apply the filters").check();
    await expect.poll(() => new URL(page.url()).searchParams.get("narrowed")).toBe("1");
    await page.getByText("These rows are of another look").waitFor();
    await button(page, "Run").click();
    await expect.poll(() => cells(page)).toEqual(shown(counts?.["part"]));
    expect(await page.getByText("These rows are of another look").count()).toBe(0);
  });

  it("keeps a history over a reload, from which queries come back and go", async () => {
    const page = await open();
    for (const n of [1, 2, 3]) {
      await run(page, `select ${n} as n`);
      await expect.poll(() => cells(page)).toEqual([[String(n)]]);
    }
    await page.reload();
    await page.locator(".cm-content").waitFor();
    expect(await history(page).locator("code").allTextContents()).toEqual(
      [3, 2, 1].map((n) => `select ${n} as n`),
    );
    await history(page).nth(2).locator(".entry").click();
    expect(await written(page)).toBe("select 1 as n");
    await button(page, "Remove from history: select 2 as n").click();
    await expect.poll(() => history(page).count()).toBe(2);
    await button(page, "Clear history").click();
    await expect.poll(() => history(page).count()).toBe(0);
    await page.reload();
    await page.locator(".cm-content").waitFor();
    expect(await history(page).count()).toBe(0);
  });

  it("shows hostile text as text, and saves no formula", async () => {
    const page = await open();
    const hostile = "=1+1<img src=x onerror=alert(1)><script>alert(2)</script>";
    await run(page, `select '${hostile}' as "<b>x</b>", null as y`);
    await expect.poll(() => cells(page)).toEqual([[hostile, "–"]]);
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "CSV" }).click(),
    ]);
    expect(readFileSync(await file.path(), "utf8")).toBe(`<b>x</b>,y\r\n'${hostile},\r\n`);
  });

  it("says where the rows were cut", async () => {
    const page = await open();
    await run(page, "select * from range(20000)");
    await page.getByText("The first 10,000 rows; the query has more.").waitFor();
    const grid = page.getByRole("grid");
    await grid.focus();
    await page.keyboard.press("End");
    await expect.poll(async () => (await cells(page)).at(-1)).toEqual(["9,999"]);
  });

  it("is there before any script: the query in a text area of the same box", async () => {
    const path = `/sql?q=${encodeURIComponent("select 5 as x")}`;
    const bare = await open(path, { scripts: false });
    const area = bare.getByLabel("SQL query");
    expect(await area.inputValue()).toBe("select 5 as x");
    const before = await bare.locator(".box").boundingBox();
    const page = await open(path);
    expect(await page.locator(".box").boundingBox()).toEqual(before);
  });

  it.each([
    [1400, false],
    [1400, true],
    [360, false],
    [360, true],
  ])("has nothing to find fault with at %i px, dark %s", async (width, dark) => {
    const page = await open("/sql", { width, dark });
    const faults = async () => {
      await page.evaluate(axe);
      const found = (await page.evaluate("axe.run()")) as {
        violations: { id: string; nodes: { html: string }[] }[];
      };
      return found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
    };
    await button(page, "Credit limits by brand and type").click();
    await button(page, "Run").click();
    await expect.poll(() => cells(page)).not.toHaveLength(0);
    expect(await faults()).toEqual([]);
    await button(page, "Chart").click();
    await result(page).locator("svg[role=graphics-document]").waitFor();
    expect(await faults()).toEqual([]);
    await run(page, "select nope from users -- 'x' 1");
    await page.getByRole("alert").waitFor();
    expect(await faults()).toEqual([]);
    await write(page, "select us");
    await page.keyboard.type("e");
    await page.locator(".cm-tooltip-autocomplete").waitFor();
    expect(await faults()).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
  });
});

test.each(examples.map(({ title, query }) => [title, query]))("the example runs: %s", async (_, query) => {
  const response = await fetch(`${dashboard.url}/api/sql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  const { rows, truncated } = (await response.json()) as { rows: unknown[]; truncated: unknown };
  // nothing is wrong with the sample
  if (!query.includes("from issues")) expect(rows.length).toBeGreaterThan(0);
  expect(truncated).toBeNull();
});

test("a place is read from what the engine quotes, of long lines too", () => {
  const query = `select 1,\n  ${"x, ".repeat(50)}nope\nfrom users`;
  const line = query.split("\n")[1] ?? "";
  const at = line.indexOf("nope");
  const part = `...${line.slice(at - 40)}`;
  const message = `duckdb refused the query: Binder Error: no nope\n\nLINE 2: ${part}\n${" ".repeat("LINE 2: ...".length + 40)}^`;
  expect(placeOf(message, query)).toEqual({ line: 2, column: at });
  expect(reasonOf(message)).toBe("Binder Error: no nope");
  expect(placeOf("no place", query)).toBeUndefined();
});
