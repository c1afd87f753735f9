import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openPortfolio } from "../src/portfolio/portfolio.ts";
import { partsOf } from "../src/progress.ts";
import { writeSample } from "../src/sample/sample.ts";

test("parts take shares of the whole in their order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 6 }), (weights) => {
      const told: number[] = [];
      const names = weights.map((_, i) => `part${i}`);
      const parts = partsOf(
        (share) => told.push(share),
        Object.fromEntries(names.map((name, i) => [name, weights[i] ?? 0])),
      );
      for (const name of names) for (const share of [0, 0.5, 1]) parts?.[name]?.(share);
      const all = weights.reduce((sum, weight) => sum + weight, 0);
      expect(told[0]).toBe(0);
      expect(told.at(-1)).toBe(1);
      expect(told[1]).toBeCloseTo((weights[0] ?? 0) / 2 / all, 12);
      // a part ends where the next begins
      for (let i = 3; i < told.length; i += 3) expect(told[i]).toBe(told[i - 1]);
      expect(told).toEqual(told.toSorted((a, b) => a - b));
    }),
  );
  expect(partsOf(undefined, { one: 1 })).toBeUndefined();
});

test("every long step of reading, building and learning says how far it is, and never less than before", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cardscope-progress-"));
  try {
    const { users, cards } = await writeSample(folder, {
      customers: 60_000,
      seed: 3,
      format: "csv",
      brief: false,
    });
    const shares = new Map<string, number[]>();
    await using portfolio = await openPortfolio([users, cards], {
      onProgress: (step, done) => {
        if (done === undefined) return;
        const told = shares.get(step) ?? [];
        shares.set(step, told);
        told.push(done.share);
      },
    });
    await portfolio.findings(["default-bands", "segments"]);
    for (const step of [
      "checking users",
      "checking cards",
      "checking keys",
      "placing customers",
      "building models",
      "choosing customers to learn from",
      "learning from the outcomes",
      "scoring customers",
      "finding segments",
    ])
      expect(shares.get(step)?.length, step).toBeGreaterThan(0);
    for (const [step, told] of shares) {
      expect(told, step).toEqual(told.toSorted((a, b) => a - b));
      expect(told[0], step).toBeGreaterThanOrEqual(0);
      expect(told.at(-1), step).toBeLessThanOrEqual(1);
    }
    expect(shares.get("learning from the outcomes")?.length).toBeGreaterThan(5);
    expect(shares.get("learning from the outcomes")?.at(-1)).toBe(1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);
