import { createWriteStream, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import ExcelJS from "exceljs";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Explorer } from "../../src/explore/explorer.ts";
import { createApp } from "../../src/server/app.ts";
import { Desk } from "../../src/server/desk.ts";
import { Imports } from "../../src/server/imports/imports.ts";
import { type Listening, listen } from "../../src/server/serve.ts";
import { launchBrowser } from "../browser.ts";
import { CARDS, type Folder, openFolder, USERS } from "../ingest/folder.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let browser: Browser;
let folder: Folder;
let desk: Desk;
let imports: Imports;
let server: Listening;
/** Holds a reading until the test lets it go on. */
let hold: Promise<void> | undefined;
const trouble: string[] = [];
const pages: Page[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  expect(trouble).toEqual([]);
});
beforeEach(async () => {
  hold = undefined;
  folder = await openFolder();
  desk = new Desk();
  imports = new Imports<Explorer>(
    async (files, options) => {
      options.onProgress("reading files");
      await hold;
      return Explorer.open(files, options);
    },
    desk,
    { bytes: 100_000 },
  );
  const app = createApp(desk, { host: "127.0.0.1" }, imports);
  server = await listen(app, { host: "127.0.0.1", port: 0 });
});
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
  await server[Symbol.asyncDispose]();
  await imports[Symbol.asyncDispose]();
  await desk[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function open({ width = 1400, dark = false } = {}): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width, height: 900 },
    colorScheme: dark ? "dark" : "light",
  });
  page.setDefaultTimeout(20_000);
  pages.push(page);
  page.on("console", (message) => {
    // a refusal of the server is told by the browser, too
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) trouble.push(message.text());
  });
  page.on("pageerror", (error) => {
    if (page.url().endsWith("/files")) trouble.push(String(error));
  });
  page.on("dialog", async (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  await page.goto(`http://127.0.0.1:${server.port}/files`);
  await page.locator("[data-ready]").waitFor();
  return page;
}

const give = async (page: Page, ...files: readonly (readonly [name: string, content: string])[]) =>
  await page
    .getByLabel("Choose two files")
    .setInputFiles(
      files.map(([name, content]) => ({ name, mimeType: "text/csv", buffer: Buffer.from(content) })),
    );

const read = (page: Page) => page.getByRole("button", { name: "Read these files" });
const table = (page: Page, name: string) => page.getByRole("article", { name, exact: true });
/** Run in the page. */
const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return await page.evaluate(
    "axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))",
  );
}

test("two files that are dropped are looked at, read and opened", async () => {
  const page = await open();
  const data = await page.evaluateHandle(
    `(() => {
      const data = new DataTransfer();
      for (const [name, text] of ${JSON.stringify([
        ["plastic.csv", CARDS],
        ["clients.csv", USERS],
      ])}) data.items.add(new File([text], name));
      return data;
    })()`,
  );
  await page.dispatchEvent("footer", "dragover", { dataTransfer: data });
  await page.dispatchEvent("footer", "drop", { dataTransfer: data });
  const age = table(page, "Customers").getByLabel("Age", { exact: true });
  await age.waitFor();
  expect(await age.inputValue()).toBe("current_age");
  expect(await table(page, "Customers").textContent()).toContain("787 · 701 · 698");
  expect(await table(page, "Cards").getByLabel("Chip").inputValue()).toBe("");
  expect(desk.isOpen).toBe(false);
  await read(page).click();
  await page.waitForURL((url) => url.pathname === "/");
  expect(desk.explorer.portfolio.sources.map(({ file, rows }) => [file, rows])).toEqual([
    ["clients.csv", 3],
    ["plastic.csv", 3],
  ]);
});

test("an unknown header is mapped by hand before anything is read", async () => {
  const page = await open();
  const users = USERS.replace("id,current_age", "Kunde,Alter")
    .replace("yearly_income", "Lohn")
    .replace("total_debt", "<img src=x onerror=alert(1)>")
    .replace("credit_score", "=1+1");
  await give(page, ["kunden.csv", users], ["cards.csv", CARDS]);
  const customers = table(page, "Customers");
  await customers.waitFor();
  expect(await page.getByRole("alert").textContent()).toMatch(
    /no customers table.*Choose the right headers or tables below/,
  );
  expect(await read(page).isDisabled()).toBe(true);
  expect(await customers.textContent()).toContain("<img src=x onerror=alert(1)>");
  await customers.getByLabel("Customer", { exact: true }).selectOption("Kunde");
  // the first choice is seen before the next is made
  await expect.poll(() => customers.textContent()).toContain("1 · 2 · 3");
  await customers.getByLabel("Annual income").selectOption("Lohn");
  await expect.poll(() => read(page).isEnabled()).toBe(true);
  expect(await page.getByRole("alert").count()).toBe(0);
  await customers.getByLabel("Total debt").selectOption("<img src=x onerror=alert(1)>");
  await expect.poll(() => customers.textContent()).toContain("127613 · 191349 · 196");
  await read(page).click();
  await page.waitForURL((url) => url.pathname === "/");
  expect(desk.explorer.portfolio.sources[0]?.columns.map(({ column, header }) => [column, header])).toEqual(
    expect.arrayContaining([
      ["user_id", "Kunde"],
      ["annual_income_usd", "Lohn"],
    ]),
  );
});

test("a choice is undone", async () => {
  const page = await open();
  await give(page, ["u.csv", USERS], ["c.csv", CARDS]);
  const customers = table(page, "Customers");
  await customers.getByLabel("Birth year").selectOption("not read");
  await expect.poll(() => customers.textContent()).toMatch(/Not read: +birth_year/);
  await customers.getByRole("button", { name: "Undo my choices" }).click();
  await expect.poll(() => customers.getByLabel("Birth year").inputValue()).toBe("birth_year");
});

test("a file that is none is refused in place, and another one takes its place", async () => {
  const page = await open();
  await give(page, ["export.xlsx", "<!doctype html><title>Sign in</title>"], ["c.csv", CARDS]);
  const alert = page.getByRole("alert");
  await alert.waitFor();
  expect(await alert.textContent()).toMatch(/export\.xlsx: an HTML or XML page.*download the file again/);
  expect(await read(page).count()).toBe(0);
  await give(page, ["u.csv", USERS]);
  await expect
    .poll(() => alert.allTextContents())
    .toContainEqual(expect.stringMatching(/two files already.*remove one/));
  await page.getByRole("button", { name: "Remove export.xlsx" }).click();
  await expect.poll(() => alert.textContent()).toMatch(/c\.csv.*only one table|no customers table/);
  await give(page, ["u.csv", USERS]);
  await expect.poll(() => read(page).isEnabled()).toBe(true);
});

test("what is refused while it is read is told, and what was open stays", async () => {
  const page = await open();
  await give(page, ["u.csv", USERS.replaceAll(/^(\d),/gm, "9$1,")], ["c.csv", CARDS]);
  await read(page).click();
  await expect
    .poll(() => page.getByRole("alert").allTextContents(), { timeout: 10_000 })
    .toEqual([expect.stringMatching(/none of its 3 cards belongs to a customer/)]);
  expect(await read(page).isEnabled()).toBe(true);
  expect(new URL(page.url()).pathname).toBe("/files");
});

test("a reading is stopped", async () => {
  let letGo = () => {};
  hold = new Promise((done) => {
    letGo = done;
  });
  const page = await open();
  await give(page, ["u.csv", USERS], ["c.csv", CARDS]);
  await read(page).click();
  await page.getByText("reading files", { exact: true }).waitFor();
  // another page follows the same reading
  const other = await open();
  await other.getByText("reading files", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("stopped; what was open stays open").waitFor();
  letGo();
  await expect.poll(() => other.getByText("reading files", { exact: true }).count()).toBe(0);
  expect(desk.isOpen).toBe(false);
});

test("tables are chosen among the sheets of one workbook, and swapped", async () => {
  const path = await folder.file("book.xlsx", "");
  const book = new ExcelJS.stream.xlsx.WorkbookWriter({ stream: createWriteStream(path) });
  for (const [name, csv] of [
    ["Clients", USERS],
    ["Clients2", USERS],
    ["Cards", CARDS],
  ] as const) {
    const sheet = book.addWorksheet(name);
    for (const line of csv.trim().split("\n")) sheet.addRow(line.split(",")).commit();
  }
  await book.commit();
  const page = await open();
  await page.getByLabel("Choose two files").setInputFiles(path);
  await table(page, "Customers").waitFor();
  expect(await page.getByRole("alert").textContent()).toMatch(/"Clients" and "Clients2" both read as users/);
  await page.getByLabel("Read customers from").selectOption("Clients2");
  await expect.poll(() => read(page).isEnabled()).toBe(true);
  await page.getByRole("button", { name: "Swap the tables" }).click();
  await expect.poll(() => page.getByLabel("Read customers from").inputValue()).toBe("Cards");
  expect(await page.getByLabel("Read cards from").inputValue()).toBe("Clients2");
  await expect.poll(() => read(page).isDisabled()).toBe(true);
});

test("too many and too large files are told before they are sent", async () => {
  const page = await open();
  await give(page, ["a.csv", USERS], ["b.csv", USERS], ["c.csv", CARDS]);
  expect(await page.getByRole("alert").textContent()).toMatch(/3 files were given/);
  await give(page, ["big.csv", "x".repeat(100_001)], ["c.csv", CARDS]);
  await expect
    .poll(() => page.getByRole("alert").allTextContents())
    .toContainEqual(expect.stringMatching(/big\.csv: more than 100 kB: start cardscope with the files/));
});

test("by keyboard alone", async () => {
  const page = await open();
  const input = page.getByLabel("Choose two files");
  await input.focus();
  const chooser = page.waitForEvent("filechooser");
  await page.keyboard.press("Space");
  await (await chooser).setFiles([await folder.file("u.csv", USERS), await folder.file("c.csv", CARDS)]);
  await expect.poll(() => read(page).isEnabled()).toBe(true);
  await table(page, "Customers").getByLabel("State", { exact: true }).focus();
  await page.keyboard.press("b");
  await expect
    .poll(() => table(page, "Customers").getByLabel("State", { exact: true }).inputValue(), {
      timeout: 10_000,
    })
    .toMatch(/^birth_/);
  // the button rests while the new choice is looked at, and Tab passes it by: once more around the page
  let reached = false;
  for (let i = 0; i < 300 && !reached; i++) {
    await page.keyboard.press("Tab");
    reached = (await page.evaluate("document.activeElement.textContent.trim()")) === "Read these files";
    if (!reached) await page.waitForTimeout(10);
  }
  expect(reached).toBe(true);
  await expect.poll(() => read(page).isEnabled()).toBe(true);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname === "/", { timeout: 20_000 });
});

test.each([
  ["wide and light", { width: 1400, dark: false }],
  ["narrow and dark", { width: 360, dark: true }],
  ["between, dark", { width: 820, dark: true }],
])("no violation and no overflow: %s", async (_, size) => {
  await desk.replace(
    await Explorer.open([await folder.file("u.csv", USERS), await folder.file("c.csv", CARDS)]),
  );
  const page = await open(size);
  expect(await violations(page)).toEqual([]);
  await give(
    page,
    [
      `${"a long name ".repeat(8)}.csv`,
      USERS.replace("current_age", "AlterDerKundinOderDesKunden".repeat(3)),
    ],
    ["c.csv", CARDS.replace("client_id", "Holder")],
  );
  await table(page, "Cards").waitFor();
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
});
