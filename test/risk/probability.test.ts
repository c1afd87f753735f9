import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { brier, brierOf } from "../../src/risk/brier.ts";
import { calibrationIntercept, calibrationOf, calibrationSlope } from "../../src/risk/calibration.ts";
import { wilson } from "../../src/risk/proportion.ts";
import { rankingOf } from "../../src/risk/ranking.ts";
import { drawOutcome, fewMixedRows, fewRows, mean, normals, sum, variance } from "./rows.ts";

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Where a falling function crosses 0. */
function root(f: (x: number) => number, low = -40, high = 40): number {
  let [from, to] = [low, high];
  for (let i = 0; i < 100; i++) {
    const middle = (from + to) / 2;
    if (f(middle) > 0) from = middle;
    else to = middle;
  }
  return (from + to) / 2;
}

describe("Brier score", () => {
  const asPd = (risk: Float64Array) => risk.map(sigmoid);

  test("is the mean squared distance, with the interval of a mean", () => {
    fc.assert(
      fc.property(fewRows, ({ outcome, risk }) => {
        const pd = asPd(risk);
        const losses = [...pd].map((p, i) => (p - (outcome[i] ?? 0)) ** 2);
        const { value, low, high } = brierOf(rankingOf(outcome, pd));
        expect(value).toBeCloseTo(mean(losses), 12);
        if (losses.length < 2) {
          expect(low).toBeNull();
          return;
        }
        const half = 1.959963984540054 * Math.sqrt(variance(losses) / losses.length);
        expect(low).toBeCloseTo(Math.max(0, value - half), 7);
        expect(high).toBeCloseTo(Math.min(1, value + half), 7);
      }),
    );
  });

  test("is 0 for what is certain and right, 1 for what is certain and wrong", () => {
    expect(brier(Uint8Array.of(0, 1), Float64Array.of(0, 1))).toBe(0);
    expect(brier(Uint8Array.of(0, 1), Float64Array.of(1, 0))).toBe(1);
  });
});

describe("interval of a share", () => {
  // Newcombe, Statistics in Medicine 17 (1998), table I, method 3
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("%i of %i", (count, of, low, high) => {
    expect(wilson(count, of).low).toBeCloseTo(low, 4);
    expect(wilson(count, of).high).toBeCloseTo(high, 4);
  });

  test("holds the share, and knows nothing of nobody", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), (a, b) => {
        const { low, high } = wilson(Math.min(a, b), Math.max(a, b));
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        const share = a + b === 0 ? 0 : Math.min(a, b) / Math.max(a, b);
        expect(low <= share && share <= high).toBe(true);
      }),
    );
  });
});

describe("recalibration", () => {
  const said = normals(1500, 1).map((x) => 1.3 * x - 1);
  const pd = said.map(sigmoid);
  const outcome = drawOutcome(
    said.map((x) => 0.6 * x + 0.4),
    2,
  );
  const ranking = rankingOf(outcome, pd);

  const residuals = (intercept: number, slope: number) =>
    [...said].map((x, i) => (outcome[i] ?? 0) - sigmoid(intercept + slope * x));
  const interceptFor = (slope: number) => root((intercept) => sum(residuals(intercept, slope)));
  /** Derivative of the likelihood by the slope, the intercept always at its best. */
  const pull = (slope: number) =>
    sum(residuals(interceptFor(slope), slope).map((residual, i) => residual * (said[i] ?? 0)));

  test("slope and its interval are those of the profile likelihood", async () => {
    const slope = root(pull, 0, 2);
    const curvature = (pull(slope - 1e-4) - pull(slope + 1e-4)) / 2e-4;
    const estimate = await calibrationSlope(ranking);
    expect(estimate?.value).toBeCloseTo(slope, 6);
    expect((estimate?.high ?? 0) - slope).toBeCloseTo(1.96 / Math.sqrt(curvature), 4);
    expect(slope - (estimate?.low ?? 0)).toBeCloseTo(1.96 / Math.sqrt(curvature), 4);
  });

  test("intercept makes as many default as did, at slope 1", async () => {
    const estimate = await calibrationIntercept(ranking);
    const intercept = interceptFor(1);
    expect(estimate?.value).toBeCloseTo(intercept, 6);
    const weight = sum([...said].map((x) => sigmoid(intercept + x)).map((p) => p * (1 - p)));
    expect((estimate?.high ?? 0) - (estimate?.value ?? 0)).toBeCloseTo(1.96 / Math.sqrt(weight), 4);
  });

  test("finds what was put in", async () => {
    const far = said.map((x) => sigmoid(5 * x + 8));
    const { low, high } = (await calibrationSlope(rankingOf(drawOutcome(said, 3), far))) ?? {};
    expect(low).toBeLessThan(0.2);
    expect(high).toBeGreaterThan(0.2);
  });

  test.each([1, 2, 3, 4])(
    "is told of many customers, each with a probability of their own: %i",
    async (seed) => {
      const logits = normals(40_000, seed).map((x) => x - 1.3);
      const slope = await calibrationSlope(rankingOf(drawOutcome(logits, seed + 10), logits.map(sigmoid)));
      expect(slope?.low).toBeLessThan(1.03);
      expect(slope?.high).toBeGreaterThan(0.97);
    },
  );

  test("is not told where one probability is all there is, or where the classes are apart", async () => {
    expect(
      await calibrationSlope(rankingOf(Uint8Array.of(0, 1, 1), Float64Array.of(0.2, 0.2, 0.2))),
    ).toBeNull();
    const apart = rankingOf(Uint8Array.of(0, 0, 1, 1), Float64Array.of(0.1, 0.2, 0.6, 0.7));
    expect(await calibrationSlope(apart)).toBeNull();
    expect(await calibrationIntercept(rankingOf(Uint8Array.of(1, 1), Float64Array.of(0.4, 0.6)))).toBeNull();
  });

  test("takes probabilities of 0 and 1", async () => {
    const certain = rankingOf(Uint8Array.of(0, 1, 0, 1, 1), Float64Array.of(0, 0, 0.5, 1, 1));
    expect(Number.isFinite((await calibrationSlope(certain))?.value)).toBe(true);
    expect(Number.isFinite((await calibrationIntercept(certain))?.value)).toBe(true);
  });

  test("of one half for everyone is the log odds of the rate", async () => {
    const half = rankingOf(Uint8Array.of(1, 0, 0, 0, 0), new Float64Array(5).fill(0.5));
    expect((await calibrationIntercept(half))?.value).toBeCloseTo(Math.log(1 / 4), 9);
  });
});

describe("tenths by probability", () => {
  test("hold everyone once, safest first, equal probabilities together", () => {
    fc.assert(
      fc.property(fewMixedRows, ({ outcome, risk }) => {
        const pd = risk.map(sigmoid);
        const bins = calibrationOf(rankingOf(outcome, pd));
        expect(bins.length).toBeLessThanOrEqual(10);
        expect(bins.map(({ bin }) => bin)).toEqual(bins.map((_, i) => i + 1));
        const sorted = [...pd.keys()].sort((a, b) => (pd[a] ?? 0) - (pd[b] ?? 0));
        let start = 0;
        for (const bin of bins) {
          const rows = sorted.slice(start, start + bin.customers);
          start += bin.customers;
          expect(bin.defaults).toBe(rows.filter((row) => outcome[row] === 1).length);
          expect(bin.pd_mean).toBeCloseTo(mean(rows.map((row) => pd[row] ?? 0)), 12);
          expect(bin.rate).toBe(bin.defaults / bin.customers);
          const [last, next] = [sorted[start - 1], sorted[start]];
          if (last !== undefined && next !== undefined) expect(pd[last]).toBeLessThan(pd[next] ?? 0);
        }
        expect(start).toBe(pd.length);
      }),
    );
  });

  test("are even where no probability occurs twice", () => {
    const pd = Float64Array.from({ length: 200 }, (_, i) => (i + 1) / 201);
    const bins = calibrationOf(rankingOf(drawOutcome(pd, 1), pd));
    expect(bins.map(({ customers }) => customers)).toEqual(new Array(10).fill(20));
  });
});
