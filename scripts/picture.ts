/** Makes docs/dashboard.png, the README's picture, from the dashboard of the sample: `npx tsx scripts/picture.ts`. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { Explorer } from "../src/explore/explorer.ts";
import { writeSample } from "../src/index.ts";
import { findChromium } from "../src/outputs/chromium.ts";
import { createApp } from "../src/server/app.ts";
import { Desk } from "../src/server/desk.ts";
import { listen } from "../src/server/serve.ts";
import { buildWeb } from "./build-web.mjs";

const WIDTH = 1400;
const target = fileURLToPath(new URL("../docs/dashboard.png", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "cardscope-picture-"));
try {
  await buildWeb();
  const { users, cards } = await writeSample(folder, {
    customers: 2000,
    seed: 1,
    format: "csv",
    brief: false,
  });
  await using desk = new Desk();
  await desk.replace(await Explorer.open([users, cards]), { isSample: true });
  await using server = await listen(createApp(desk, { host: "127.0.0.1" }), { host: "127.0.0.1", port: 0 });
  const path = findChromium();
  const browser = await chromium.launch({
    ...(path !== undefined && { executablePath: path }),
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  try {
    const page = await browser.newPage({ viewport: { width: WIDTH, height: 900 }, colorScheme: "light" });
    await page.goto(`http://127.0.0.1:${server.port}/?score=600..700&age=30..50`);
    await page.locator("[data-ready]").waitFor();
    await page.locator("section:has(> header > #view-score) svg path").first().waitFor();
    await page.waitForLoadState("networkidle");
    const last = await page.locator(".crossfilter").boundingBox();
    const height = (last?.y ?? 0) + (last?.height ?? 0) + 16;
    await page.screenshot({ path: target, fullPage: true, clip: { x: 0, y: 0, width: WIDTH, height } });
  } finally {
    await browser.close();
  }
  console.log(`docs/dashboard.png: ${Math.round((await readFile(target)).length / 1024)} KiB`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
