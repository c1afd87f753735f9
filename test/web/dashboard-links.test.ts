import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createApp } from "../../src/server/app.ts";
import { listen } from "../../src/server/serve.ts";
import { type Dashboard, openDashboard } from "../server/dashboard.ts";
import { ask, poll, settled, Visitor } from "./visitor.ts";

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

const slider = (page: Page, name: string) => page.getByRole("slider", { name, exact: true });
const counts = (page: Page) =>
  page.getByRole("region", { name: "Selection" }).locator("strong").allTextContents();
const totals = async (where: string) =>
  (
    await ask(
      dashboard.url,
      `with c as (select user_id from customer_profile where ${where}) select (select count(*) from c), (select count(*) from card_profile semi join c using (user_id))`,
    )
  )[0]?.map((n) => Number(n).toLocaleString("en-US"));

describe("a link", () => {
  test("restores filters, date, threshold and open rows in another browser", async () => {
    const page = await visitor.open(`${dashboard.url}/what-if?as_of=2019-06-30&set.premium.score_min=700`);
    await page.getByRole("link", { name: "Overview", exact: true }).click();
    await settled(page);
    await slider(page, "Credit score, from").focus();
    for (const key of ["PageUp", "PageUp", "ArrowRight"]) await page.keyboard.press(key);
    await page.getByRole("button", { name: /^CA:/ }).click();
    await page.getByText("Count cards", { exact: true }).click();
    await settled(page);
    await page.getByRole("button", { name: /, Premium.*: open the rows/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("gridcell").first().waitFor();
    await settled(page);

    const other = await visitor.open(page.url());
    await other.getByRole("dialog").getByRole("gridcell").first().waitFor();
    await settled(other);
    expect(other.url()).toBe(page.url());
    for (const name of ["score", "state", "grain", "as_of", "set.premium.score_min", "rows"])
      expect(new URL(page.url()).searchParams.has(name), name).toBe(true);
    // all that is read: the page behind the rows, and the rows
    const texts = async (at: Page) => [
      await at.locator("body > #app > .page header").first().innerText(),
      await at.locator("main").innerText(),
      await at.getByRole("dialog").innerText(),
    ];
    // what is announced to those who listen comes a moment later
    await poll(() => texts(other)).toEqual(await texts(page));
  });

  test("is undone step by step by Back, and done again by Forward", async () => {
    const page = await visitor.open(`${dashboard.url}/`);
    await settled(page);
    const whole = await counts(page);
    await slider(page, "Age, from").focus();
    await page.keyboard.press("PageUp");
    await poll(() => page.url()).toContain("age=");
    const from = Number(new URL(page.url()).searchParams.get("age")?.split("..")[0]);
    const brushed = await totals(`age >= ${from}`);
    await poll(() => counts(page)).toEqual([...(brushed ?? []), expect.any(String)]);
    await page.getByRole("button", { name: /^CA:/ }).click();
    await poll(async () => (await counts(page)).slice(0, 2)).toEqual(
      await totals(`age >= ${from} and state = 'CA'`),
    );
    await page.goBack();
    await poll(async () => (await counts(page)).slice(0, 2)).toEqual(brushed);
    expect(await page.getByRole("button", { name: /^CA:/ }).getAttribute("aria-pressed")).toBe("false");
    await page.goBack();
    await poll(() => counts(page)).toEqual(whole);
    expect(await slider(page, "Age, from").getAttribute("aria-valuenow")).toBe("0");
    await page.goForward();
    await poll(async () => (await counts(page)).slice(0, 2)).toEqual(brushed);
  });

  test.each([
    ["/?score=abc", "score: not a range: abc"],
    ["/?score=600..700&score=1..2", "score is given twice"],
    ["/?grain=people", "unknown grain: people"],
    ["/?expiry=2020-13..", "expiry: not a month: 2020-13"],
    ["/?as_of=2020-99-99", "2020-99-99"],
    ["/risk?as_of=", "as"],
    ["/?set.premium.score_min=many", "set.premium.score_min: not a number: many"],
    ["/risk?set.no.such=1", "no.such"],
    ["/customers/%E0%A4%A", "%E0%A4%A"],
    [`/?rows=${encodeURIComponent('{"analysis":"nothing"}')}`, "nothing"],
  ])("that cannot be meant says so: %s", async (path, message) => {
    const page = await visitor.open(`${dashboard.url}${path}`, { refused: true });
    await page.getByRole("alert").filter({ hasText: message }).first().waitFor();
    // the way out is there
    expect(await page.getByRole("navigation", { name: "Pages" }).getByRole("link").count()).toBe(13);
    expect(await page.locator("h1").count()).toBe(1);
  });

  test("to no page says so; rows that are no rows are not open", async () => {
    const page = await visitor.open(`${dashboard.url}/nowhere`, { refused: true });
    await page.getByRole("heading", { name: "There is no page here" }).waitFor();
    for (const rows of ["{", "[]", "null", "1", '{"analysis":1}']) {
      await page.goto(`${dashboard.url}/?rows=${encodeURIComponent(rows)}`);
      await settled(page);
      expect(await page.getByRole("dialog").count(), rows).toBe(0);
    }
  });
});

test("a server that is gone leaves the figures, is told, and is found again", async () => {
  await using own = await openDashboard({ customers: 300 });
  // on a port of its own, to be taken again
  const serve = (port: number) =>
    listen(createApp(own.desk, { host: "127.0.0.1" }), { host: "127.0.0.1", port });
  const first = await serve(0);
  const url = `http://127.0.0.1:${first.port}`;
  const page = await visitor.open(`${url}/risk`, { refused: true });
  await settled(page);
  const figures = () => page.locator(".insight").allTextContents();
  const before = await figures();
  expect(before.length).toBeGreaterThan(3);
  await first[Symbol.asyncDispose]();

  await page.getByText("Count cards", { exact: true }).click();
  await page.evaluate(
    "history.pushState(null, '', '?score=..650'); dispatchEvent(new PopStateEvent('popstate'))",
  );
  const alert = page.getByRole("alert").filter({ hasText: "the server does not answer" });
  await alert.first().waitFor();
  expect(await alert.first().innerText()).toContain("see whether cardscope still runs");
  expect(await figures()).toEqual(before);
  // a page that was not read yet cannot come either, and says so
  await using again = await serve(first.port);
  expect(again.port).toBe(first.port);
  await page.getByRole("button", { name: "Try again" }).first().click();
  await poll(async () => JSON.stringify(await figures()) !== JSON.stringify(before)).toBe(true);
  await settled(page);
  await poll(() => page.getByRole("alert").count()).toBe(0);
  const selected =
    (await page.getByRole("region", { name: "Selection" }).locator("strong").first().textContent()) ?? "";
  const [[expected] = []] = await ask(url, "select count(*) from customer_profile where credit_score < 650");
  expect(Number(selected)).toBe(expected);
});
