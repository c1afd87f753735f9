import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readEvent } from "../../src/live/read-event.ts";
import { Random } from "../../src/risk/random.ts";
import { disordered, garbageLine } from "../../src/sample/disorder.ts";
import { sampleEvents } from "../../src/sample/events.ts";
import { writeSample } from "../../src/sample/sample.ts";
import { openFolder } from "./folder.ts";

/** Shortly after the last event of any sample. */
const NOW = Date.parse("2025-07-08T00:00:00Z");
const read = (line: string) => {
  const event = readEvent(line, NOW);
  if ("reason" in event) throw new Error(`${event.reason}: ${line}`);
  return event;
};
const sample = (seed: number, customers: number, events: number, brief = false) => [
  ...sampleEvents({ seed, customers, events, brief }),
];

describe("events of a sample", () => {
  test("are valid, in the order of time, and numbered per subject, for any seed", () => {
    const seeds = fc.record({
      seed: fc.maxSafeInteger(),
      customers: fc.integer({ min: 1, max: 400 }),
      brief: fc.boolean(),
    });
    fc.assert(
      fc.property(seeds, ({ seed, customers, brief }) => {
        const numbers = new Map<string, number>();
        let before = Date.parse("2025-07-01T00:00:00Z");
        for (const line of sample(seed, customers, 600, brief)) {
          const { source, type, subject, sequence, time } = read(line);
          const key = `${source} ${type} ${subject}`;
          expect(sequence).toBeGreaterThan(numbers.get(key) ?? -1);
          numbers.set(key, sequence);
          expect(time).toBeGreaterThanOrEqual(before);
          before = time;
        }
        expect(before).toBeLessThan(NOW);
      }),
      { numRuns: 60 },
    );
  });

  test("are those of the sample: known customers and cards, or ones that joined before", () => {
    const customers = 300;
    const cards = new Map<string, string>();
    const people = new Set(Array.from({ length: customers }, (_, i) => String(i + 1)));
    const gone = new Set<string>();
    const known = (card: string) => cards.get(card) ?? card.slice(0, -1);
    for (const { type, subject, op, data } of sample(7, customers, 20_000).map(read)) {
      expect(gone).not.toContain(`${type} ${subject}`);
      if (type === "customer" && op === "upsert") people.add(subject);
      if (type === "card" && op === "upsert") cards.set(subject, String(data?.["user_id"]));
      if (type !== "customer") expect(people).toContain(known(subject));
      if (type === "balance") expect(gone).not.toContain(`card ${subject}`);
      if (op !== "delete") continue;
      gone.add(`${type} ${subject}`);
      if (type === "customer") people.delete(subject);
    }
  });

  test("are mostly payments and purchases, and everything else that happens", () => {
    const events = sample(1, 2_000, 20_000).map(read);
    const share = (wanted: (event: ReturnType<typeof read>) => boolean) =>
      events.filter(wanted).length / events.length;
    expect(share(({ type }) => type === "balance")).toBeGreaterThan(0.6);
    for (const type of ["card", "customer"])
      for (const op of ["upsert", "delete"])
        expect(share((event) => event.type === type && event.op === op)).toBeGreaterThan(0.001);
    expect(share(({ type, subject }) => type === "customer" && Number(subject) > 2_000)).toBeGreaterThan(
      0.002,
    );
  });

  test("are the same for the same seed", () => {
    expect(sample(5, 50, 500)).toEqual(sample(5, 50, 500));
    expect(sample(5, 50, 500)).not.toEqual(sample(6, 50, 500));
  });

  test("are written beside the files, all or nothing", async () => {
    await using folder = await openFolder();
    const made = await writeSample(folder.path, {
      customers: 100,
      seed: 2,
      format: "csv",
      brief: false,
      events: { count: 5_000 },
    });
    expect(made.events).toBe(join(folder.path, "events.ndjson"));
    expect(await readFile(made.events ?? "", "utf8")).toBe(`${sample(2, 100, 5_000).join("\n")}\n`);

    const other = join(folder.path, "other");
    const stop = new AbortController();
    await expect(
      writeSample(other, {
        customers: 100,
        seed: 2,
        format: "csv",
        brief: false,
        events: { count: 100_000 },
        signal: stop.signal,
        onProgress: (done, _, what) => {
          if (what === "events" && done > 10_000) stop.abort();
        },
      }),
    ).rejects.toThrow(/abort/i);
    await expect(readdir(other)).rejects.toThrow(/ENOENT/);
  });
});

describe("disorder", () => {
  test("brings events late or twice, loses none, and a reader of sequences ends up with the same", () => {
    const lines = sample(3, 200, 10_000);
    const mixed = [...disordered(lines, { seed: 3, share: 0.05, garbage: 0.02 })];
    const events = mixed.filter((line) => !("reason" in readEvent(line, NOW)));
    const garbage = mixed.length - events.length;
    expect(garbage / lines.length).toBeCloseTo(0.02, 2);
    expect(events.length / lines.length).toBeCloseTo(1.025, 2);
    expect(new Set(events)).toEqual(new Set(lines));

    let late = 0;
    let last = 0;
    for (const { sequence } of events.map(read)) {
      if (sequence < last) late++;
      last = Math.max(last, sequence);
    }
    expect(late / lines.length).toBeCloseTo(0.05, 2);
    expect(newest(events)).toEqual(newest(lines));
  });

  test("can come with the file", async () => {
    await using folder = await openFolder();
    const made = await writeSample(folder.path, {
      customers: 100,
      seed: 2,
      format: "csv",
      brief: true,
      events: { count: 3_000, disorder: 0.1, garbage: 0.05 },
    });
    let events = 0;
    let rejected = 0;
    for await (const line of createInterface({ input: createReadStream(made.events ?? "") }))
      "reason" in readEvent(line, NOW) ? rejected++ : events++;
    expect(events).toBeGreaterThan(3_050);
    expect(rejected).toBeGreaterThan(100);
  });

  test("makes garbage that is none of the events, and one line each", () => {
    const random = new Random(1, 0);
    for (const line of sample(1, 100, 2_000)) {
      const garbage = garbageLine(line, random);
      expect(garbage).not.toMatch(/\n|^$/);
      expect(readEvent(garbage, NOW)).toHaveProperty("reason");
    }
  });
});

function newest(lines: readonly string[]): ReadonlyMap<string, string | null> {
  const state = new Map<string, { sequence: number; data: string | null }>();
  for (const { source, type, subject, sequence, data } of lines.map(read)) {
    const key = `${source} ${type} ${subject}`;
    if (sequence > (state.get(key)?.sequence ?? -1)) state.set(key, { sequence, data: JSON.stringify(data) });
  }
  return new Map([...state].map(([key, { data }]) => [key, data]));
}
