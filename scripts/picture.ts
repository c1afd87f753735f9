/** Makes docs/report.png, the README's picture, from the report of the sample: `npx tsx scripts/picture.ts`. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium, type Page } from "playwright-core";
import { openPortfolio, writeSample } from "../src/index.ts";
import { writeFolder } from "../src/outputs/folder.ts";
import { renderReport } from "../src/outputs/report.ts";
import { browserPath } from "./browser-path.mjs";
import { buildWeb } from "./build-web.mjs";

const WIDTH = 1180;
const target = fileURLToPath(new URL("../docs/report.png", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "cardscope-picture-"));
try {
  await buildWeb();
  const { users, cards } = await writeSample(folder, {
    customers: 2000,
    seed: 1,
    format: "csv",
    brief: false,
  });
  await using portfolio = await openPortfolio([users, cards]);
  await writeFolder(await portfolio.findings(), join(folder, "report"), { renderReport });
  const path = browserPath();
  const browser = await chromium.launch({
    ...(path !== undefined && { executablePath: path }),
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  try {
    const page = await browser.newPage({ viewport: { width: WIDTH, height: 900 }, colorScheme: "light" });
    await page.goto(pathToFileURL(join(folder, "report/report.html")).href);
    const state = "#figure-customers-by-state";
    const pieces = [await piece(page, "body", "#main > :first-child"), await piece(page, state, state)];
    const images = pieces.map((png) => `<img src="data:image/png;base64,${png.toString("base64")}">`);
    // a page of its own: the report's policy would refuse this style
    const sheet = await browser.newPage({ viewport: { width: WIDTH, height: 900 } });
    await sheet.setContent(`<style>body { margin: 0 } img { display: block }</style>${images.join("")}`);
    await sheet.waitForFunction("[...document.images].every((image) => image.complete)");
    await sheet.screenshot({ path: target, fullPage: true });
  } finally {
    await browser.close();
  }
  console.log(`docs/report.png: ${Math.round((await readFile(target)).length / 1024)} KiB`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** The full width of the page, from the top of one element to a little below the end of another. */
async function piece(page: Page, from: string, to: string): Promise<Buffer> {
  const top = (await page.locator(from).first().boundingBox())?.y ?? 0;
  const last = await page.locator(to).first().boundingBox();
  const bottom = (last?.y ?? 0) + (last?.height ?? 0) + 16;
  const clip = { x: 0, y: Math.max(0, top), width: WIDTH, height: bottom - Math.max(0, top) };
  return page.screenshot({ clip, fullPage: true });
}
