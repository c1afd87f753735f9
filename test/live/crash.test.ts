import { afterAll, beforeAll, expect, test } from "vitest";
import { Random } from "../../src/risk/random.ts";
import { disordered } from "../../src/sample/disorder.ts";
import { sampleEvents } from "../../src/sample/events.ts";
import type { FeedEvent } from "../../src/schema/event.ts";
import { differencesFromBatch, tablesOfFiles } from "./compared.ts";
import { folder, sampleFiles } from "./portfolio.ts";
import { Served } from "./served.ts";

const CUSTOMERS = 1_000;
const CRASHES = 30;
const BATCH = 150;

let home: Awaited<ReturnType<typeof folder>>;
let files: string[];
beforeAll(async () => {
  home = await folder();
  files = await sampleFiles(home.path, CUSTOMERS);
});
afterAll(() => home[Symbol.asyncDispose]());

test(`${CRASHES} times killed under load, every event that was acknowledged is in, once`, async () => {
  const events = [...sampleEvents({ seed: 7, customers: CUSTOMERS, events: 30_000, brief: false })];
  const lines = [...disordered(events, { seed: 3, share: 0.05, garbage: 0.01 })];
  const good = new Set(events);
  const workspace = `${home.path}/ws`;
  const random = new Random(11, 0);
  let served = await Served.start(workspace, files);
  let from = 0;
  let acknowledged = 0;
  let bad = 0;
  for (let crash = 0; crash < CRASHES; crash++) {
    // somewhere in the middle of a transaction, a publication, or between
    const isOver = new Promise((done) => setTimeout(done, random.between(20, 400)));
    let isKilled = false;
    const killing = isOver.then(async () => {
      isKilled = true;
      await served.kill();
    });
    while (!isKilled && from < lines.length) {
      const part = lines.slice(from, from + BATCH);
      const sent = await served.send(part).catch(() => undefined);
      // without an answer it may be in or not: it is sent again
      if (sent === undefined) break;
      expect([202, 400]).toContain(sent.status);
      expect(sent.accepted).toBe(part.filter((line) => good.has(line)).length);
      acknowledged += sent.accepted;
      bad += sent.rejected.length;
      from += part.length;
    }
    await killing;
    served = await Served.start(workspace);
    const state = await served.published();
    expect(state.counts.accepted).toBeGreaterThanOrEqual(acknowledged);
    expect(state.dead_letters).toBeGreaterThanOrEqual(bad);
  }
  const sentLines = lines.slice(0, from);
  const seen = new Set(sentLines.filter((line) => good.has(line)));
  expect(seen.size).toBeGreaterThan(500);
  const told = [...seen].map((line) => JSON.parse(line) as FeedEvent);
  await using last = served;
  // the batch in flight at the last crash may be in: it is told again
  await last.send(lines.slice(from, from + BATCH));
  const all = [
    ...told,
    ...lines
      .slice(from, from + BATCH)
      .filter((l) => good.has(l))
      .map((l) => JSON.parse(l) as FeedEvent),
  ];
  expect(await differencesFromBatch(last, await tablesOfFiles(files), all, home.path)).toEqual([]);
}, 900_000);
