import { readFile } from "node:fs/promises";
import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, openDashboard } from "../server/dashboard.ts";
import { ask, askOne, poll, settled, Visitor } from "./visitor.ts";

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

const drawer = (page: Page): Locator => page.getByRole("dialog");
const rowsSaid = async (page: Page): Promise<number> => {
  const text =
    (await drawer(page)
      .getByText(/^[\d,]+ rows?( that match)?$/)
      .textContent()) ?? "";
  return Number(text.replace(/\D/g, ""));
};
const column = (page: Page, index: number): Promise<string[]> =>
  page.evaluate<string[]>(
    `[...document.querySelectorAll("dialog [role=rowgroup] [role=row]")].map((row) => row.querySelectorAll("[role=gridcell]")[${index}]?.textContent.trim() ?? "")`,
  );
const columnIndex = async (page: Page, name: string): Promise<number> => {
  const heads = await drawer(page).getByRole("columnheader").allTextContents();
  const at = heads.findIndex((text) => text.replace(/[▲▼]/, "").trim() === name);
  expect(at, `${name} of ${heads}`).toBeGreaterThanOrEqual(0);
  return at;
};

describe("the rows behind a figure", () => {
  test.each([
    ["/demographics", "age-distribution"],
    ["/demographics", "customers-by-state"],
    ["/demographics?state=CA&score=600..", "gender-ratio"],
    ["/ownership", "cards-by-brand-and-type"],
    ["/ownership?grain=cards&expiry=2020-01..", "cards-per-customer"],
    ["/risk", "risk-matrix"],
    ["/risk?product=Visa~credit", "credit-score-bands"],
    ["/expiry", "expiry-calendar"],
    ["/marketing", "marketing-audiences"],
  ])("are as many as the figure says: %s, %s", async (path, id) => {
    const page = await visitor.open(`${dashboard.url}${path}`, { width: 1400 });
    await settled(page);
    const marks = page.locator(`#figure-${id} [data-mark][role=button]`);
    await marks.first().waitFor();
    const last = (await marks.count()) - 1;
    for (const at of [...new Set([0, Math.floor(last / 2), last])]) {
      const label = (await marks.nth(at).getAttribute("aria-label")) ?? "";
      // "fair, moderate: Customers 155; open the rows"
      const said = Number(
        (/: (?:Customers|Cards|cards|customers) ([\d,]+)/.exec(label)?.[1] ?? "NaN").replaceAll(",", ""),
      );
      expect(said, label).toBeGreaterThan(0);
      await marks.nth(at).focus();
      await page.keyboard.press("Enter");
      expect(await rowsSaid(page), label).toBe(said);
      expect(Number(await drawer(page).getByRole("grid").getAttribute("aria-rowcount"))).toBe(said + 1);
      await page.keyboard.press("Escape");
      await poll(() => drawer(page).count()).toBe(0);
      // the focus is where it was
      expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe(label);
    }
  });

  test("of headlines, of a table's counts and of the selection open, too", async () => {
    const page = await visitor.open(`${dashboard.url}/?score=..640`);
    await settled(page);
    await page.getByRole("button", { name: "Open the customers" }).click();
    expect(await rowsSaid(page)).toBe(
      await askOne(dashboard.url, "select count(*) from customer_profile where credit_score < 640"),
    );
    await drawer(page).getByRole("button", { name: "Close" }).click();
    const values = page.locator("main button.value");
    for (const value of await values.all()) {
      const text = ((await value.textContent()) ?? "").split(",  ")[0] ?? "";
      if (!/^[\d,]+(?=,)/.test(text)) continue;
      await value.click();
      expect(await rowsSaid(page), text).toBe(
        Number((/^[\d,]+(?=,)/.exec(text)?.[0] ?? "").replaceAll(",", "")),
      );
      await drawer(page).getByRole("button", { name: "Close" }).click();
    }
    await page.goto(`${dashboard.url}/demographics`);
    await settled(page);
    const figure = page.locator("#figure-age-distribution");
    await figure.getByRole("button", { name: "View as table" }).click();
    const open = figure.locator("td button.open").first();
    const said = Number(((await open.textContent()) ?? "").replaceAll(",", ""));
    await open.click();
    expect(await rowsSaid(page)).toBe(said);
  });

  test("are sorted and searched by the server, lead to customers, and are saved as they are shown", async () => {
    const page = await visitor.open(`${dashboard.url}/?state=CA`);
    await settled(page);
    await page.getByRole("button", { name: "Open the customers" }).click();
    const total = await rowsSaid(page);
    const head = drawer(page).getByRole("columnheader", { name: /^Credit score/ });
    const at = await columnIndex(page, "Credit score");
    const id = await columnIndex(
      page,
      ((await drawer(page).getByRole("columnheader").first().textContent()) ?? "").trim(),
    );
    for (const [order, press] of [
      ["asc", 1],
      ["desc", 1],
    ] as const) {
      for (let i = 0; i < press; i++) await head.getByRole("button").click();
      const scores = (
        await ask(
          dashboard.url,
          `select credit_score from customer_profile where state = 'CA' order by 1 ${order} nulls last limit 8`,
        )
      ).map(([n]) => String(n));
      await poll(async () => (await column(page, at)).slice(0, 8)).toEqual(scores);
    }
    await drawer(page).getByRole("searchbox").fill("12");
    await poll(() =>
      drawer(page)
        .getByText(/rows? that match$/)
        .count(),
    ).toBe(1);
    await poll(async () => (await column(page, id)).filter(Boolean).length).toBeGreaterThan(0);
    const found = await rowsSaid(page);
    expect(found).toBeLessThan(total);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      drawer(page).getByRole("link", { name: "CSV" }).click(),
    ]);
    const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\r\n");
    expect(lines).toHaveLength(found + 1);
    const first = (await column(page, id))[0] ?? "";
    expect(lines[1]?.split(",")[0]).toBe(first);
    await drawer(page).getByRole("link", { name: first, exact: true }).click();
    await page.waitForURL(`**/customers/${first}?state=CA`);
    await page.getByRole("heading", { name: `Customer ${first}`, exact: true }).waitFor();
    expect(await drawer(page).count()).toBe(0);
    await page.goBack();
    expect(await rowsSaid(page)).toBeGreaterThan(0);
  });
});
