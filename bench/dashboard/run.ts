/**
 * How the dashboard feels at a size: `npm run bench:dashboard`, or with fewer customers `-- 100000`.
 *
 * The server is a process of its own, the browser is Chromium. Results go to bench/results/dashboard.json and into
 * docs/performance.md. Times depend on the machine and on what else it does: both are recorded.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import { findChromium } from "../../src/outputs/chromium.ts";
import { writeSample } from "../../src/sample/sample.ts";
import type { CrossfilterAnswer } from "../../src/server/routes/crossfilter.ts";
import { drawFilters, drawMove, random } from "./draws.ts";
import { type Measured, quantiles, writeResults } from "./results.ts";
import { stepsOf } from "./steps.mjs";

const customers = Number(process.argv[2] ?? 1_000_000);
const LOOKS = 24;
const STEPS = 120;
const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "cardscope-bench-"));
let server: ChildProcess | undefined;
try {
  const load = loadavg()[0] ?? 0;
  const { users, cards } = await writeSample(folder, { customers, seed: 1, format: "parquet", brief: false });
  const began = performance.now();
  server = spawn(process.execPath, [join(root, "bin/cardscope.js"), users, cards, "--no-open", "--quiet"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await addressOf(server);
  const opened = performance.now() - began;
  const shape = (await (await fetch(`${url}api/crossfilter`)).json()) as CrossfilterAnswer;
  const binned = performance.now() - began - opened;
  const measured: Measured[] = [...(await indexRequests(url, shape)), ...(await inBrowser(url))];
  await writeResults({
    customers: shape.customers.whole,
    cards: shape.cards.whole,
    machine: {
      cores: cpus().length,
      model: cpus()[0]?.model ?? "unknown",
      memory_gib: Math.round(totalmem() / 2 ** 30),
      node: process.version,
      load_before: load,
      load_after: loadavg()[0] ?? 0,
    },
    opened_s: opened / 1000,
    bins_loaded_s: binned / 1000,
    measured,
  });
} finally {
  if (server !== undefined && server.exitCode === null) {
    server.kill("SIGTERM");
    await once(server, "exit");
  }
  await rm(folder, { recursive: true, force: true });
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((done, failed) => {
    let text = "";
    child.stdout?.on("data", (chunk) => {
      text += chunk;
      const [address] = /http:\S+/.exec(text) ?? [];
      if (address !== undefined) done(address);
    });
    child.once("exit", (code) => failed(new Error(`the dashboard ended with ${code}`)));
  });
}

/** The request with which a brush begins, under filters as a reader leaves them, body included. */
async function indexRequests(url: string, shape: CrossfilterAnswer): Promise<Measured[]> {
  const next = random(7);
  const ranges = shape.dimensions.filter((view) => view.shape === "range" && view.because === undefined);
  const times: Record<string, number[]> = { customers: [], cards: [] };
  let bytes = 0;
  for (let i = 0; i < LOOKS; i++)
    for (const grain of ["customers", "cards"] as const) {
      const query = queryOf(drawFilters(shape as never, next), grain);
      for (const view of ranges) {
        const move = view.owner === "card" ? drawMove(view as never, next) : undefined;
        const began = performance.now();
        const response = await fetch(`${url}api/crossfilter/cube?${query}`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ active: view.id, ...(move && { move }) }),
        });
        bytes = Math.max(bytes, (await response.arrayBuffer()).byteLength);
        if (!response.ok) throw new Error(`the cube of ${view.id} is refused`);
        times[grain]?.push(performance.now() - began);
      }
    }
  return [
    {
      name: "index request, counting customers",
      unit: "ms",
      goal: 150,
      ...quantiles(times["customers"] ?? []),
    },
    { name: "index request, counting cards", unit: "ms", goal: 150, ...quantiles(times["cards"] ?? []) },
    { name: "largest index", unit: "KiB", ...quantiles([bytes / 1024]) },
  ];
}

function queryOf(filters: ReturnType<typeof drawFilters>, grain: string): URLSearchParams {
  const query = new URLSearchParams(grain === "cards" ? { grain } : {});
  for (const [id, filter] of Object.entries(filters))
    if ("values" in filter) for (const value of filter.values) query.append(id, value ?? "");
    else query.set(id, `${filter.low ?? ""}..${filter.high ?? ""}`);
  return query;
}

async function inBrowser(url: string): Promise<Measured[]> {
  const path = findChromium();
  const browser = await chromium.launch({
    ...(path !== undefined && { executablePath: path }),
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1500, height: 1000 } });
    const first = await firstFigures(page, url);
    const steps: Measured[] = [];
    for (const grain of ["customers", "cards"])
      for (const id of ["score", "income", "expiry"]) {
        await page.goto(`${url}?grain=${grain}`);
        await page.locator("[data-ready]").waitFor();
        const times = await stepsOf(page, id, STEPS);
        steps.push({
          name: `brush step over ${id}, counting ${grain}`,
          unit: "ms",
          goal: 20,
          ...quantiles(times),
        });
      }
    return [...first, ...steps];
  } finally {
    await browser.close();
  }
}

/** From the navigation to headline figures on the screen, and what was sent for it; the second time as readers have it. */
async function firstFigures(page: Page, url: string): Promise<Measured[]> {
  const times: number[] = [];
  let scripts = 0;
  for (let i = 0; i < 6; i++) {
    const began = performance.now();
    await page.goto(url, { waitUntil: "commit" });
    await page.locator("#headlines-title").waitFor({ state: "attached" });
    times.push(performance.now() - began);
    await page.locator("[data-ready]").waitFor();
    if (i === 0)
      scripts = await page.evaluate<number>(
        "performance.getEntriesByType('resource').filter((e) => e.name.endsWith('.js')).reduce((n, e) => n + e.encodedBodySize, 0)",
      );
  }
  return [
    { name: "first figures, the first time", unit: "ms", goal: 1000, ...quantiles(times.slice(0, 1)) },
    { name: "first figures, afterwards", unit: "ms", goal: 1000, ...quantiles(times.slice(1)) },
    {
      name: "JavaScript of the first page, compressed",
      unit: "KiB",
      goal: 120,
      ...quantiles([scripts / 1024]),
    },
  ];
}
