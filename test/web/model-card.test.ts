import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { modelCard } from "../../src/outputs/model-card.ts";
import { fileText } from "../../src/outputs/model-content.ts";
import { renderCardHtml } from "../../src/outputs/model-html.ts";
import { launchBrowser } from "../browser.ts";
import { HOSTILE, madeModel } from "../outputs/model-made.ts";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
let browser: Browser;
let folder: string;
let url: string;
const trouble: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cardscope-card-"));
  const file = join(folder, "card.html");
  await writeFile(file, renderCardHtml(modelCard(madeModel())));
  url = pathToFileURL(file).href;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true });
});
afterEach(() => expect(trouble.splice(0)).toEqual([]));

async function open(width: number, colorScheme: "light" | "dark" = "light"): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  page.on("console", (message) => trouble.push(message.text()));
  page.on("pageerror", (error) => trouble.push(error.message));
  page.on("dialog", (dialog) => {
    trouble.push(dialog.message());
    void dialog.dismiss();
  });
  page.on("request", (request) => request.url() !== url && trouble.push(request.url()));
  await page.goto(url);
  return page;
}

test("text from files is shown as it is, and nothing of it runs or is fetched", async () => {
  const page = await open(1200);
  expect(await page.getByRole("cell", { name: fileText(HOSTILE), exact: true }).count()).toBe(2);
  expect(await page.locator("main img, script").count()).toBe(0);
  expect(await page.title()).toBe("Model card: defaulted");
  await page.close();
});

test.each([
  [1200, "light"],
  [1200, "dark"],
  [360, "light"],
  [360, "dark"],
] as const)(
  "at %i px and %s it has no accessibility violation and does not scroll sideways",
  async (width, scheme) => {
    const page = await open(width, scheme);
    await page.locator("summary").first().click();
    await page.evaluate(await readFile(axe, "utf8"));
    const violations = await page.evaluate<string[]>(
      `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join("\\n")))`,
    );
    expect(violations).toEqual([]);
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(width);
    await page.close();
  },
);

test("the points of the calibration lie where their numbers are", async () => {
  const page = await open(1200);
  const chart = page.getByRole("img", { name: /^Calibration\./ });
  const dots = await chart
    .locator("circle")
    .evaluateAll((found) =>
      found.map((dot) => [Number(dot.getAttribute("cx")), Number(dot.getAttribute("cy"))] as const),
    );
  const [from, to] = await chart.locator(".diagonal").evaluate((line) => {
    const [, x0, y0, x1, y1] = (
      /M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)/.exec(line.getAttribute("d") ?? "") ?? []
    ).map(Number);
    return [[x0 ?? 0, y0 ?? 0] as const, [x1 ?? 0, y1 ?? 0] as const];
  });
  // The diagonal ends at 50 %, the first round step above the highest interval.
  const bins = madeModel().performance[0]?.calibration ?? [];
  expect(dots).toHaveLength(10);
  for (const [index, [x, y]] of dots.entries()) {
    expect(x).toBeCloseTo(from[0] + ((bins[index]?.pd_mean ?? 0) / 0.5) * (to[0] - from[0]), 1);
    expect(y).toBeCloseTo(from[1] + ((bins[index]?.rate ?? 0) / 0.5) * (to[1] - from[1]), 1);
  }
  await page.close();
});

test("every table is printed, in light colours", async () => {
  const page = await open(1200, "dark");
  await page.emulateMedia({ media: "print" });
  const tables = page.locator("table");
  for (let i = 0; i < (await tables.count()); i++) expect(await tables.nth(i).isVisible()).toBe(true);
  expect(await page.evaluate<string>("getComputedStyle(document.body).backgroundColor")).toBe(
    "rgb(255, 255, 255)",
  );
  await page.close();
});

test("a wide table is scrolled with the keyboard", async () => {
  const page = await open(360);
  const region = page.getByRole("region", { name: "Columns that are inputs" });
  await region.focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => region.evaluate((box) => box.scrollLeft)).toBeGreaterThan(0);
  await page.close();
});
