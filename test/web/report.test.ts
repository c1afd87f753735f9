import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderReport } from "../../src/outputs/report.ts";
import { launchBrowser } from "../browser.ts";
import { hostile, madeUp } from "./made-up.ts";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
let browser: Browser;
let folder: string;
let url: string;
/** Console errors, page errors, dialogs and requests of all pages; there must be none. */
const trouble: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cardscope-report-"));
  const file = join(folder, "report.html");
  await writeFile(file, renderReport(madeUp()));
  url = pathToFileURL(file).href;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  if (folder) await rm(folder, { recursive: true });
  expect(trouble).toEqual([]);
});

interface Options {
  readonly width?: number;
  readonly dark?: boolean;
}

async function open({ width = 1280, dark = false }: Options = {}): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width, height: 900 },
    colorScheme: dark ? "dark" : "light",
    acceptDownloads: true,
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") trouble.push(message.text());
  });
  page.on("pageerror", (error) => trouble.push(String(error)));
  page.on("dialog", async (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) trouble.push(`request: ${request.url()}`);
  });
  await page.context().setOffline(true);
  await page.goto(url);
  await page.locator("#figure-age-distribution svg").first().waitFor();
  return page;
}

const figure = (page: Page, id: string): Locator => page.locator(`#figure-${id}`);
/** Run in the page. */
const focused = "document.activeElement.getAttribute('aria-label')";
const background = "getComputedStyle(document.body).backgroundColor";

const texts = async (locator: Locator) => (await locator.allTextContents()).map((text) => text.trim());

describe("the report, opened from disk without a network", () => {
  let page: Page;
  beforeAll(async () => {
    page = await open();
  });
  afterAll(() => page?.close());

  it("draws every mark with one labelled mark per row or group", async () => {
    const { analyses } = madeUp();
    const marks: Record<string, number> = {
      "age-distribution": 4,
      "one-row": 1,
      "many-bars": 15,
      "cards-by-brand-and-type": 5,
      "limits-by-brand": 2,
      "accounts-opened": 7,
      "expiry-calendar": 376,
      "ownership-by-segment": 16,
      "risk-matrix": 20,
      correlations: 15,
      "customers-by-state": 50,
    };
    for (const [id, expected] of Object.entries(marks)) {
      const own = figure(page, id).locator("svg[role=graphics-document] [data-mark]");
      expect(await own.count(), id).toBe(expected);
      expect(await own.first().getAttribute("aria-label"), id).toMatch(/: /);
    }
    expect(await page.locator("figure").count()).toBe(Object.keys(analyses).length);
    expect(await figure(page, "no-rows").textContent()).toContain("no rows");
  });

  it("says the document's figures", async () => {
    const age = figure(page, "age-distribution");
    expect(await age.locator("[data-mark]").last().getAttribute("aria-label")).toBe(
      "not stated: Customers 1,338, Share 66.9%",
    );
    expect(await texts(page.locator("main > section").first().locator(".value"))).toEqual([
      "2,000",
      "6,146",
      "$18,059,900",
      "$127,419,388",
      "$40,745",
      "79.4%",
      "348",
      "115",
    ]);
    const portfolio = figure(page, "portfolio-summary");
    expect(await texts(portfolio.locator("dd"))).toContain("$22,985,700");
    expect(await portfolio.textContent()).toContain("whole portfolio");
    expect(await figure(page, "cards-by-brand-and-type").textContent()).toContain("counts cards");
    expect(await page.locator("header").first().textContent()).toContain("29 February 2020");
    expect(await page.locator("header").first().textContent()).toContain("491227dd8a02");
    expect(await figure(page, "customers-by-state").textContent()).toContain("not stated 45, ");
  });

  it("never drops bars in silence", async () => {
    const many = figure(page, "many-bars");
    expect(await many.textContent()).toContain("+25 more");
    await many.getByRole("button", { name: "Show all 40" }).click();
    expect(await many.locator("[data-mark]").count()).toBe(40);
  });

  it("shows hostile text as text", async () => {
    const own = figure(page, "hostile-names");
    expect(await own.locator("h3").textContent()).toBe(`Hostile ${hostile}`);
    expect(await own.locator(".insight").textContent()).toBe(hostile);
    expect(await page.locator("img, [onerror], [onload]").count()).toBe(0);
    expect(await page.locator("#inputs").textContent()).toContain(hostile);
  });

  it("explains issues, inputs and what cannot be computed", async () => {
    const issues = page.locator("#data-quality tbody tr");
    expect(await texts(issues.locator("td:first-child"))).toEqual(["error", "warning", "info"]);
    expect(await issues.nth(1).textContent()).toContain("2024-08-27");
    expect(await issues.nth(1).textContent()).toContain("the customer is kept");
    expect(await page.locator("#inputs").textContent()).toContain("Not read: address");
    expect(await page.locator("#not-computable").textContent()).toContain(
      "no cards.balance_usd in the files",
    );
  });
});

describe("keys", () => {
  it("turn a chart into its table, sort it, and open its definition", async () => {
    const page = await open();
    const own = figure(page, "age-distribution");
    await own.getByRole("button", { name: "View as table" }).focus();
    await page.keyboard.press("Enter");
    const cells = () => texts(own.locator("tbody td:nth-child(2)"));
    expect(await texts(own.locator("tbody tr:last-child td"))).toEqual(["not stated", "1,338", "66.9%"]);
    await own.getByRole("button", { name: "Customers", exact: true }).focus();
    await page.keyboard.press("Enter");
    expect(await cells()).toEqual(["1,338", "359", "303", "0"]);
    expect(await own.locator("th[aria-sort=descending]").count()).toBe(1);
    await page.keyboard.press("Enter");
    expect(await cells()).toEqual(["0", "303", "359", "1,338"]);

    await own.locator("summary").focus();
    await page.keyboard.press("Enter");
    expect(await own.locator("pre").first().textContent()).toBe(madeUp().analyses["age-distribution"]?.sql);
    expect(await own.locator("pre").nth(1).textContent()).toMatch(
      /^cardscope sql "select .*\\\$x.*cards\.csv --as-of 2020-02-29$/s,
    );
    await page.close();
  });

  it("walk over the marks of a chart and show their values", async () => {
    const page = await open();
    const matrix = figure(page, "risk-matrix");
    await matrix.locator("[data-mark]").first().focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    expect(await page.evaluate<string>(focused)).toBe("fair, moderate: Customers 155");
    expect(await matrix.locator(".tooltip").textContent()).toMatch(/fair, moderate\s+Customers\s*155/);
    await page.keyboard.press("Escape");
    expect(await matrix.locator(".tooltip").count()).toBe(0);
    await page.keyboard.press("End");
    expect(await page.evaluate<string>(focused)).toBe("exceptional, very high: Customers 589");
    // one stop of the tab order per chart
    expect(await matrix.locator('[data-mark][tabindex="0"]').count()).toBe(1);
    await page.close();
  });
});

describe("a long list", () => {
  it("says what is cut, pages, filters and sorts with missing values last", async () => {
    const page = await open();
    const own = figure(page, "offer-candidates");
    expect(await own.textContent()).toContain("first 10,000 of 12,345; cardscope analyze --out writes all");
    expect(await own.locator(".state").textContent()).toBe("rows 1–10 of 10,000");
    await own.getByRole("button", { name: "Last" }).click();
    expect(await own.locator("tbody td").first().textContent()).toBe("9990");
    await own.getByRole("searchbox").fill("@CMD");
    expect(await own.locator(".state").textContent()).toBe("rows 1–10 of 5,000 that match, of 10,000");
    await own.getByRole("searchbox").fill("nothing like it");
    expect(await own.locator("tbody").textContent()).toContain("No row matches.");
    await own.getByRole("searchbox").fill("");
    await own.getByRole("button", { name: "total debt usd" }).click();
    await own.getByRole("button", { name: "total debt usd" }).click();
    await own.getByRole("button", { name: "Last" }).click();
    expect(await own.locator("tbody tr").last().locator("td").first().textContent()).toBe("7");
    await page.close();
  });
});

describe("downloads", () => {
  it("csv holds the embedded rows, disarmed; png is a picture", async () => {
    const page = await open({ dark: true });
    const save = async (button: Locator) => {
      const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
      return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
    };
    const names = await save(figure(page, "hostile-names").getByRole("button", { name: /^CSV of/ }));
    expect(names.name).toBe("hostile-names.csv");
    expect(names.bytes.toString("utf8")).toContain("'=HYPERLINK(1),4\r\n");
    const list = await save(figure(page, "offer-candidates").getByRole("button", { name: /^CSV of/ }));
    expect(list.bytes.toString("utf8").trimEnd().split("\r\n")).toHaveLength(10_001);

    const png = await save(figure(page, "cards-by-brand-and-type").getByRole("button", { name: /^PNG of/ }));
    expect(png.name).toBe("cards-by-brand-and-type.png");
    expect([...png.bytes.subarray(1, 4)]).toEqual([..."PNG"].map((c) => c.charCodeAt(0)));
    expect(png.bytes.readUInt32BE(16)).toBeGreaterThan(600);
    expect(png.bytes.length).toBeGreaterThan(10_000);
    // the picture was made in light, and the page is dark as before
    expect(await page.evaluate<string>(background)).toBe("rgb(16, 18, 20)");
    await page.close();
  });
});

describe("themes", () => {
  it("follow the system until one is chosen", async () => {
    const page = await open({ dark: true });
    const dark = await page.evaluate<string>(background);
    await page.getByText("Light", { exact: true }).click();
    const light = await page.evaluate<string>(background);
    expect(light).not.toBe(dark);
    await page.getByText("Dark", { exact: true }).click();
    expect(await page.evaluate<string>(background)).toBe(dark);
    await page.getByText("Auto", { exact: true }).click();
    await page.emulateMedia({ colorScheme: "light" });
    expect(await page.evaluate<string>(background)).toBe(light);
    await page.close();
  });

  it("have no accessibility violation, light, dark and on a phone", async () => {
    const page = await open();
    const violations = async (rules?: readonly string[]) =>
      page.evaluate<
        string[]
      >(`axe.run(${rules ? JSON.stringify({ runOnly: rules }) : ""}).then(({ violations }) =>
        violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join("\\n")))`);
    for (const id of ["age-distribution", "risk-matrix"])
      await figure(page, id).getByRole("button", { name: "View as table" }).click();
    await figure(page, "one-row").locator("summary").click();
    await page.evaluate(await readFile(axe, "utf8"));
    expect(await violations()).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await violations(["color-contrast"])).toEqual([]);
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await violations(["color-contrast", "target-size", "scrollable-region-focusable"])).toEqual([]);
    await page.close();
  }, 120_000);
});

describe("layout", () => {
  it("does not scroll sideways, from phones to wide screens", async () => {
    const page = await open({ width: 360 });
    for (const width of [360, 768, 1024, 1440, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      const [content, window] = await page.evaluate<number[]>(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
      );
      expect(content, `at ${width} px`).toBeLessThanOrEqual(window ?? 0);
    }
    await page.close();
  });

  it("prints light, without controls, with definitions and every figure", async () => {
    const page = await open({ dark: true });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.evaluate<string>(background)).toBe("rgb(255, 255, 255)");
    expect(await page.locator("nav").isVisible()).toBe(false);
    expect(await page.getByRole("button", { name: "View as table" }).first().isVisible()).toBe(false);
    for (const id of Object.keys(madeUp().analyses))
      expect(await figure(page, id).isVisible(), id).toBe(true);
    const definition = figure(page, "age-distribution").getByText("How age is computed.");
    expect(await definition.last().isVisible()).toBe(true);
    const clipped = await page.evaluate<
      string[]
    >(`[...document.querySelectorAll("main *:not(.visually-hidden)")]
      .filter((element) => element.checkVisibility() && getComputedStyle(element).overflowX !== "visible")
      .filter((element) => element.scrollWidth > element.clientWidth + 1)
      .map((element) => element.outerHTML.slice(0, 200))`);
    expect(clipped).toEqual([]);
    expect((await page.pdf({ format: "A4" })).length).toBeGreaterThan(50_000);
    await page.close();
  });
});
