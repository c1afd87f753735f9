import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openPortfolio } from "../../src/portfolio/portfolio.ts";
import { writeSample } from "../../src/sample/sample.ts";

let folder: string;
let files: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cardscope-stopping-"));
  const { users, cards } = await writeSample(folder, {
    customers: 40_000,
    seed: 1,
    format: "csv",
    brief: false,
  });
  files = [users, cards];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("whenever it is stopped, the reading of files ends, with the reason, and nothing goes on", async () => {
  // whoever asks a statement how far it is asks until it ends
  const asking = new Set<unknown>();
  const { setInterval, clearInterval } = globalThis;
  vi.stubGlobal("setInterval", (...asked: Parameters<typeof setInterval>) => {
    const timer = setInterval(...asked);
    asking.add(timer);
    return timer;
  });
  vi.stubGlobal("clearInterval", (timer: Parameters<typeof clearInterval>[0]) => {
    asking.delete(timer);
    clearInterval(timer);
  });
  // the file and its bytes are read at the same time; more often where a statement has just begun
  for (let ms = 0; ms < 600; ms += ms < 250 ? 4 : 30) {
    const stop = new AbortController();
    const reason = new Error(`after ${ms} ms`);
    const timer = setTimeout(() => stop.abort(reason), ms);
    const database = join(folder, `${ms}.duckdb`);
    const opening = openPortfolio(files, { signal: stop.signal, database, nearestPlaces: false });
    await expect(opening).rejects.toBe(reason);
    clearTimeout(timer);
    expect(asking.size).toBe(0);
  }
  vi.unstubAllGlobals();
});
