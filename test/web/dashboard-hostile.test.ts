import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openFolder } from "../ingest/folder.ts";
import { type Dashboard, openDashboard } from "../server/dashboard.ts";
import { ask, overflow, poll, settled, Visitor } from "./visitor.ts";

/** What a file may hold where a name is meant. */
const hostile = [
  '<img src=x onerror="alert(1)">',
  "</script><script>alert(2)</script>",
  "=cmd|' /C calc'!A0",
  `it's "quoted" \\ & &amp; <b>`,
  "\u202Eright to left\u2067 \u05D0",
  `long ${"w".repeat(400)}`,
  "~",
  "%7E",
  "a~b%7Ec%25",
  "..",
  "{{7*7}}#{7*7}",
  "javascript:alert(3)",
] as const;
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
  "/data-quality",
  "/sql",
  "/files",
];
const cell = (text: string | number) => `"${String(text).replaceAll('"', '""')}"`;

let visitor: Visitor;
let dashboard: Dashboard;
beforeAll(async () => {
  visitor = await Visitor.arrive();
  await using folder = await openFolder();
  const text = (i: number) => hostile[i % hostile.length] ?? "";
  const people = Array.from({ length: 240 }, (_, i) => ({
    // some ids are hostile, each of them once
    id: i < hostile.length ? text(i) : `U${i}`,
    i,
  }));
  const users = [
    "user_id,age,retirement_age,gender,employment_status,income,total_debt,credit_score,state,city",
  ];
  const cards = ["card_id,user_id,brand,type,opened,expires,credit_limit"];
  for (const { id, i } of people) {
    users.push(
      [
        id,
        20 + (i % 60),
        66,
        text(i + 1),
        text(i + 2),
        20_000 + i * 300,
        i * 500,
        500 + i,
        text(i * 7),
        text(i + 4),
      ]
        .map(cell)
        .join(","),
    );
    for (let k = 0; k <= i % 3; k++)
      cards.push(
        [
          `C${i}-${k} ${i < 40 ? text(i) : ""}`,
          id,
          text(i * 5 + k),
          k === 0 ? "credit" : text(i + k),
          "01/2015",
          `0${1 + (i % 9)}/${2019 + (i % 4)}`,
          1000 + i,
        ]
          .map(cell)
          .join(","),
      );
  }
  const files = [
    await folder.file(`users & <b>customers<.csv`, users.join("\n")),
    await folder.file("cards'.csv", cards.join("\n")),
  ];
  dashboard = await openDashboard({ files, asOf: "2020-02-29" });
});
afterEach(() => visitor.leave());
afterAll(async () => {
  await dashboard?.[Symbol.asyncDispose]();
  await visitor?.[Symbol.asyncDispose]();
});

/** Nothing of the files became an element, and nothing ran. */
async function harmless(page: Page): Promise<void> {
  expect(
    await page.evaluate(
      "document.querySelectorAll('img, iframe, object, [onerror], [onload], a[href^=javascript], #app script, body > b, main b').length",
    ),
  ).toBe(0);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
}

test("shows as text on every page and in every table", async () => {
  const page = await visitor.open(`${dashboard.url}/`);
  for (const path of paths) {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(`${dashboard.url}${path}`);
    await settled(page);
    expect(await page.locator("main [role=alert]").count(), path).toBe(0);
    if (path === "/")
      for (const name of hostile.slice(0, 2))
        expect(await page.locator("main").textContent()).toContain(name);
    for (const button of await page.getByRole("button", { name: /^(View as table|Table of )/ }).all())
      await button.click();
    await harmless(page);
    await page.setViewportSize({ width: 360, height: 800 });
    await poll(() => overflow(page), path).toBeLessThanOrEqual(0);
  }
});

const totals = async (where: string) =>
  (
    await ask(
      dashboard.url,
      `with c as (select user_id from customer_profile c where ${where}) select (select count(*) from c), (select count(*) from card_profile semi join c using (user_id))`,
    )
  )[0]?.map((n) => String(n));
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const counts = async (page: Page) =>
  (await page.getByRole("region", { name: "Selection" }).locator("strong").allTextContents()).slice(0, 2);

test("filters on each such value select what SQL selects, and say its name", async () => {
  const [names] = await Promise.all([
    ask(
      dashboard.url,
      "select distinct state, employment from customer_profile where state is not null and employment is not null order by all",
    ),
  ]);
  expect(new Set(names.map(([state]) => state)).size).toBeGreaterThan(5);
  const page = await visitor.open(`${dashboard.url}/`, { width: 1400 });
  const states = page.getByRole("region", { name: "State", exact: true });
  await settled(page);
  const found = await ask(
    dashboard.url,
    "select state, count(*) from customer_profile where state is not null group by all order by all",
  );
  for (const row of found) {
    const name = String(row[0]);
    const toggle = states
      .getByRole("button", { name: `${name.replaceAll(/\s+/g, " ")}: `, exact: false })
      .first();
    await toggle.click();
    await poll(() => counts(page), name).toEqual(await totals(`state = ${quoted(name)}`));
    await expect.poll(() => new URL(page.url()).searchParams.getAll("state")).toEqual([name]);
    const chip = page.getByRole("list", { name: "Filters and settings in force" }).getByRole("listitem");
    expect(await chip.locator("strong").first().textContent()).toBe(name);
    await harmless(page);
    if (found.indexOf(row) % 4 === 0) {
      // the same from its address
      await page.reload();
      await settled(page);
      expect(await counts(page)).toEqual(await totals(`state = ${quoted(name)}`));
    }
    await chip.getByRole("button").click();
  }
});

test("brands of any spelling are told apart from their types in the address", async () => {
  const brands = await ask(
    dashboard.url,
    "select distinct brand, type from card_profile where brand is not null order by all",
  );
  expect(brands.map(([brand]) => brand)).toEqual(expect.arrayContaining(["~", "%7E", "a~b%7Ec%25"]));
  const escaped = (text: string | null) => (text ?? "").replaceAll("%", "%25").replaceAll("~", "%7E");
  for (const [brand, type] of brands) {
    const query = new URLSearchParams({
      product: `${escaped(brand as string)}~${escaped(type as string | null)}`,
    });
    const { customers, cards } = (await (
      await fetch(`${dashboard.url}/api/selection?${query}`)
    ).json()) as Record<"customers" | "cards", { selected: number }>;
    const same = `exists (select 1 from card_profile k where k.user_id = c.user_id and brand = ${quoted(String(brand))} and type is not distinct from ${type === null ? "null" : quoted(String(type))})`;
    expect([customers.selected, cards.selected].map(String), String(brand)).toEqual(await totals(same));
  }
  const page = await visitor.open(`${dashboard.url}/`, { width: 1400 });
  await settled(page);
  const grid = page.getByRole("region", { name: "Brand and type" });
  for (const brand of ["~", "%7E", "a~b%7Ec%25", hostile[0]]) {
    await grid.getByRole("button", { name: `All of ${brand}`, exact: true }).click();
    await poll(() => counts(page), brand).toEqual(
      await totals(
        `exists (select 1 from card_profile k where k.user_id = c.user_id and brand = ${quoted(brand)})`,
      ),
    );
    await harmless(page);
    await page.getByRole("button", { name: "Clear the filter on Brand and type" }).first().click();
  }
});

test("rows show it as text, are found by it, and are saved so that no spreadsheet runs it", async () => {
  const page = await visitor.open(`${dashboard.url}/`, { width: 1400 });
  await settled(page);
  await page.getByRole("button", { name: "Open the customers" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("gridcell").first().waitFor();
  for (const text of hostile.slice(0, 4)) {
    await dialog.getByRole("searchbox").fill(text);
    await dialog.getByText(/rows? that match$/).waitFor();
    await dialog.getByRole("gridcell").filter({ hasText: text }).first().waitFor();
    await harmless(page);
  }
  await dialog.getByRole("searchbox").fill("=cmd");
  await dialog.getByText(/rows? that match$/).waitFor();
  await settled(page);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    dialog.getByRole("link", { name: "CSV" }).click(),
  ]);
  const csv = await readFile(await download.path(), "utf8");
  expect(csv).toContain("'=cmd|");
  expect(csv).not.toMatch(/(^|,|")[=]cmd/m);
  await dialog.getByRole("link", { name: "=cmd|' /C calc'!A0", exact: true }).first().click();
  await page.getByRole("heading", { name: "Customer =cmd|' /C calc'!A0" }).waitFor();
  await settled(page);
  await harmless(page);
});

test("each customer of such an id has a page", async () => {
  const page = await visitor.open(`${dashboard.url}/customers`);
  // no path can name "..": a browser takes it for the folder above
  const found = await ask(dashboard.url, "select user_id from customer_profile where user_id not like 'U%'");
  const ids = found.map(([id]) => String(id)).filter((id) => id !== "..");
  expect(ids.length).toBeGreaterThan(8);
  for (const id of ids) {
    await page.goto(`${dashboard.url}/customers?q=${encodeURIComponent(id.slice(0, 100))}`);
    await settled(page);
    await page.locator("main tbody th a").filter({ hasText: id }).first().click();
    await poll(() => page.locator("h1").textContent()).toBe(`Customer ${id}`);
    await settled(page);
    expect(await page.locator("main [role=alert]").count(), id).toBe(0);
    await harmless(page);
  }
});
