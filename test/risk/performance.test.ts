import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { auc } from "../../src/risk/auc.ts";
import { cutOffsOf } from "../../src/risk/cut-offs.ts";
import { gainsOf } from "../../src/risk/gains.ts";
import { ks } from "../../src/risk/ks.ts";
import { performanceOf } from "../../src/risk/performance.ts";
import { rankingOf } from "../../src/risk/ranking.ts";
import { drawOutcome, fewMixedRows, fewRows, normals, reordered, sum } from "./rows.ts";

describe("gains", () => {
  test("are those of the riskiest, drawn by lot where they tie", () => {
    fc.assert(
      fc.property(fewMixedRows, ({ outcome, risk }) => {
        const gains = gainsOf(rankingOf(outcome, risk));
        const defaults = sum(outcome);
        expect(gains).toHaveLength(20);
        gains.forEach((gain, k) => {
          const bound = ((k + 1) / 20) * outcome.length;
          const above = (value: number) => risk.filter((other) => other > value).length;
          const equal = (value: number) => risk.filter((other) => other === value).length;
          // the chance of each row to be among the riskiest
          const chances = risk.map((value) =>
            Math.min(1, Math.max(0, (bound - above(value)) / equal(value))),
          );
          const held = sum(chances.map((chance, i) => chance * (outcome[i] ?? 0)));
          expect(gain.share_defaults).toBeCloseTo(held / defaults, 9);
          expect(gain.lift).toBeCloseTo(held / defaults / ((k + 1) / 20), 9);
          expect(Math.abs(gain.defaults - held)).toBeLessThanOrEqual(0.5 + 1e-9);
          expect(Math.abs(gain.customers - bound)).toBeLessThanOrEqual(0.5);
        });
        expect(gains.at(-1)).toEqual({
          share_customers: 1,
          customers: outcome.length,
          defaults,
          share_defaults: 1,
          lift: 1,
        });
      }),
    );
  });
});

describe("performance", () => {
  const logit = normals(3000, 1).map((x) => x - 2);
  const outcome = drawOutcome(logit, 2);
  const pd = logit.map((x) => 1 / (1 + Math.exp(-x)));

  test("holds every figure of an order and its probability", async () => {
    const performance = await performanceOf("scorecard", outcome, pd, pd, { seed: 1 });
    expect(performance).toMatchObject({ model: "scorecard", customers: 3000, defaults: sum(outcome) });
    expect(performance.auc.value).toBe(auc(outcome, pd));
    expect(performance.ks.value).toBe(ks(outcome, pd));
    expect(performance.gini.value).toBeCloseTo(2 * auc(outcome, pd) - 1, 12);
    // the outcome was drawn from these probabilities
    expect(performance.calibration_slope?.low).toBeLessThan(1);
    expect(performance.calibration_slope?.high).toBeGreaterThan(1);
    expect(performance.calibration_intercept?.low).toBeLessThan(0);
    expect(performance.calibration_intercept?.high).toBeGreaterThan(0);
    expect(performance.calibration).toHaveLength(10);
    expect(performance.gains).toHaveLength(20);
  });

  test("of a ranking says nothing of probabilities", async () => {
    const performance = await performanceOf("ranking", outcome, logit, null, { seed: 1 });
    expect(performance).toMatchObject({ brier: null, calibration_slope: null, calibration_intercept: null });
    expect(performance.calibration).toEqual([]);
  });

  test("is the same for the same rows in another order", async () => {
    const there = await performanceOf("trees", outcome, pd, pd, { seed: 4 });
    const back = await performanceOf("trees", reordered(outcome), reordered(pd), reordered(pd), { seed: 4 });
    expect(back).toEqual(there);
  });

  test("holds finite figures for any rows", async () => {
    await fc.assert(
      fc.asyncProperty(fewMixedRows, async (rows) => {
        const spread = rows.risk.map((x) => 1 / (1 + Math.exp(-8 * x)));
        const performance = await performanceOf("trees", rows.outcome, rows.risk, spread, { seed: 1 });
        // JSON has no word for what is not finite
        expect(JSON.parse(JSON.stringify(performance))).toEqual(performance);
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    ["nobody defaulted", [0, 0], "0 of 2 customers defaulted"],
    ["everybody defaulted", [1, 1], "2 of 2 customers defaulted"],
    ["there is nobody", [], "0 of 0 customers defaulted"],
  ])("is refused where %s", async (_, outcomes, message) => {
    const risk = Float64Array.from(outcomes, (_, i) => i);
    await expect(
      performanceOf("trees", Uint8Array.from(outcomes), risk, risk, { seed: 1 }),
    ).rejects.toMatchObject({ code: "DATA_REFUSED", message: expect.stringContaining(message) });
  });
});

describe("cut-offs", () => {
  test("select by probability whoever is not above it", () => {
    fc.assert(
      fc.property(fewRows, fc.integer({ min: 1, max: 50 }), ({ outcome, risk }, count) => {
        const pd = risk.map((x) => 1 / (1 + Math.exp(-x)));
        const score = risk.map((x) => Math.round(600 - 10 * x));
        const cutOffs = cutOffsOf(outcome, pd, score, count);
        const defaults = sum(outcome);
        for (const cut of cutOffs) {
          const rows = [...pd.keys()].filter((row) => (pd[row] ?? 0) <= (cut.pd ?? 0));
          const defaulted = rows.filter((row) => outcome[row] === 1).length;
          expect(cut.selected).toBe(rows.length);
          expect(cut.share_selected).toBe(rows.length / pd.length);
          expect(cut.defaults_selected).toBe(defaulted);
          expect(cut.rate_selected).toBe(defaulted / rows.length);
          expect(cut.score).toBe(Math.min(...rows.map((row) => score[row] ?? 0)));
          const avoided = defaults === 0 ? null : (defaults - defaulted) / defaults;
          expect(cut.share_defaults_avoided).toBe(avoided);
        }
        expect(cutOffs.at(-1)?.selected).toBe(pd.length);
        expect(cutOffs.length).toBeLessThanOrEqual(count);
      }),
    );
  });

  test("select by score where there is no probability, and say nothing of outcomes that are not known", () => {
    expect(cutOffsOf(null, null, Float64Array.of(40, 70, 70, 90), 4)).toEqual([
      { ...unknown, score: 90, selected: 1, share_selected: 0.25 },
      { ...unknown, score: 70, selected: 3, share_selected: 0.75 },
      { ...unknown, score: 40, selected: 4, share_selected: 1 },
    ]);
  });

  test("are about fifty", () => {
    const score = normals(5000, 3);
    const cutOffs = cutOffsOf(null, null, score);
    expect(cutOffs.map(({ selected }) => selected)).toEqual(
      Array.from({ length: 50 }, (_, i) => 100 * (i + 1)),
    );
  });

  const unknown = { pd: null, defaults_selected: 0, rate_selected: null, share_defaults_avoided: null };
});
