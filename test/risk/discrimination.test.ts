import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { auc, aucOf, giniOf } from "../../src/risk/auc.ts";
import { aucDifference } from "../../src/risk/auc-difference.ts";
import { ks, ksOf } from "../../src/risk/ks.ts";
import { rankingOf } from "../../src/risk/ranking.ts";
import {
  drawOutcome,
  fewMixedRows,
  fewRows,
  mean,
  normals,
  type Rows,
  reordered,
  sum,
  variance,
} from "./rows.ts";

const classOf = ({ outcome, risk }: Rows, y: number) => [...risk].filter((_, i) => outcome[i] === y);

/** 1 where the defaulted ranks riskier, a half where both are equal. */
const win = (defaulted: number, other: number) => (defaulted > other ? 1 : defaulted === other ? 0.5 : 0);

/** DeLong's structural components, by their definition. */
function components(rows: Rows) {
  const defaulted = classOf(rows, 1);
  const others = classOf(rows, 0);
  return {
    ofDefaulted: defaulted.map((x) => mean(others.map((y) => win(x, y)))),
    ofOthers: others.map((y) => mean(defaulted.map((x) => win(x, y)))),
  };
}

describe("AUC", () => {
  test("is the share of pairs in the right order", () => {
    fc.assert(
      fc.property(fewMixedRows, (rows) => {
        expect(auc(rows.outcome, rows.risk)).toBeCloseTo(mean(components(rows).ofDefaulted), 12);
      }),
    );
  });

  test("has DeLong's interval", () => {
    fc.assert(
      fc.property(fewMixedRows, (rows) => {
        const { ofDefaulted, ofOthers } = components(rows);
        const { value, low, high } = aucOf(rankingOf(rows.outcome, rows.risk));
        const spread = variance(ofDefaulted) / ofDefaulted.length + variance(ofOthers) / ofOthers.length;
        if (!(spread > 1e-12)) return;
        const half = 1.959963984540054 * Math.sqrt(spread);
        expect(low).toBeCloseTo(Math.max(0, value - half), 9);
        expect(high).toBeCloseTo(Math.min(1, value + half), 9);
      }),
    );
  });

  // the four rows of scikit-learn's documentation of roc_auc_score; the interval by hand from components 1/2, 1 and 1, 1/2
  test("of four rows by hand", () => {
    const estimate = aucOf(rankingOf(Uint8Array.of(0, 0, 1, 1), Float64Array.of(0.1, 0.4, 0.35, 0.8)));
    expect(estimate.value).toBe(0.75);
    expect(estimate.low).toBeCloseTo(0.75 - 1.959963984540054 * Math.sqrt(0.125), 12);
    expect(estimate.high).toBe(1);
  });

  test.each([
    ["one class", [1, 1, 1], [0.1, 0.2, 0.3], { value: 0.5, low: null, high: null }],
    ["no rows", [], [], { value: 0.5, low: null, high: null }],
    ["ties only", [0, 1, 0, 1], [2, 2, 2, 2], { value: 0.5, low: null, high: null }],
    ["a row of each class", [0, 1], [1, 2], { value: 1, low: null, high: null }],
    ["classes apart", [0, 0, 1, 1], [1, 2, 3, 4], { value: 1, low: null, high: null }],
  ])("of %s has no interval", (_, outcome, risk, expected) => {
    expect(aucOf(rankingOf(Uint8Array.from(outcome), Float64Array.from(risk)))).toEqual(expected);
  });

  test("turns round with the risk, and the Gini is twice its distance from a half", () => {
    fc.assert(
      fc.property(fewMixedRows, ({ outcome, risk }) => {
        const there = aucOf(rankingOf(outcome, risk));
        const back = aucOf(
          rankingOf(
            outcome,
            risk.map((value) => -value),
          ),
        );
        expect(back.value).toBeCloseTo(1 - there.value, 12);
        expect(giniOf(back).value).toBeCloseTo(-giniOf(there).value, 12);
      }),
    );
  });

  test("refuses a risk that is not a number", () => {
    expect(() => auc(Uint8Array.of(0, 1), Float64Array.of(1, Number.NaN))).toThrow("is not a number");
  });
});

describe("the widest gap (KS)", () => {
  test("is the largest difference of the two distribution functions", () => {
    fc.assert(
      fc.property(fewMixedRows, (rows) => {
        const below = (values: number[], bound: number) =>
          values.filter((x) => x <= bound).length / values.length;
        const gaps = [...rows.risk].map((bound) =>
          Math.abs(below(classOf(rows, 1), bound) - below(classOf(rows, 0), bound)),
        );
        expect(ks(rows.outcome, rows.risk)).toBeCloseTo(Math.max(...gaps), 12);
      }),
    );
  });

  test("is 0 without a pair", () => {
    expect(ks(Uint8Array.of(1, 1), Float64Array.of(1, 2))).toBe(0);
    expect(ks(new Uint8Array(), new Float64Array())).toBe(0);
  });

  // two normal distributions 1 apart: the true gap is 2 Φ(1/2) - 1
  test("has an interval that holds the true gap about 95 times in 100", async () => {
    const truth = 0.38292492254802624;
    let held = 0;
    for (let sample = 0; sample < 100; sample++) {
      const outcome = Uint8Array.from({ length: 300 }, (_, i) => (i < 100 ? 1 : 0));
      const risk = normals(300, sample).map((x, i) => (i < 100 ? x + 1 : x));
      const { low, high } = await ksOf(rankingOf(outcome, risk), { seed: sample });
      if (low !== null && high !== null && low <= truth && truth <= high) held++;
    }
    expect(held).toBeGreaterThanOrEqual(88);
  });

  test("has an interval around it, from the same seed the same", async () => {
    await fc.assert(
      fc.asyncProperty(fewMixedRows, fc.nat(), async (rows, seed) => {
        const ranking = rankingOf(rows.outcome, rows.risk);
        const { value, low, high } = await ksOf(ranking, { seed });
        expect(low ?? value).toBeLessThanOrEqual(value);
        expect(high ?? value).toBeGreaterThanOrEqual(value);
        expect(await ksOf(ranking, { seed })).toEqual({ value, low, high });
      }),
      { numRuns: 20 },
    );
  });

  test("is the same in joined cells, as far as chance goes", async () => {
    const logit = normals(20_000, 1);
    const outcome = drawOutcome(logit, 2);
    const fine = await ksOf(rankingOf(outcome, logit), { seed: 3 });
    const coarse = await ksOf(
      rankingOf(
        outcome,
        logit.map((x) => Math.round(x * 1000)),
      ),
      { seed: 4 },
    );
    expect(fine.low).toBeCloseTo(coarse.low ?? 0, 2);
    expect(fine.high).toBeCloseTo(coarse.high ?? 0, 2);
  });
});

describe("difference of two AUCs", () => {
  const logit = normals(800, 5);
  const outcome = drawOutcome(logit, 6);
  const noise = normals(800, 7);
  const noisy = logit.map((x, i) => Math.round(4 * (x + (noise[i] ?? 0))));

  test("is that of the AUCs", async () => {
    await fc.assert(
      fc.asyncProperty(fewRows, fc.infiniteStream(fc.integer({ min: 0, max: 3 })), async (rows, stream) => {
        const other = rows.risk.map(() => stream.next().value ?? 0);
        const { value, low, high } = await aucDifference(rows.outcome, rows.risk, other, { seed: 1 });
        expect(value).toBeCloseTo(auc(rows.outcome, rows.risk) - auc(rows.outcome, other), 12);
        if (low !== null && high !== null) expect(low).toBeLessThanOrEqual(high);
      }),
      { numRuns: 20 },
    );
  });

  test("has the interval of DeLong's variance of a paired difference, nearly", async () => {
    const a = components({ outcome, risk: logit });
    const b = components({ outcome, risk: noisy });
    const differences = (x: number[], y: number[]) => x.map((value, i) => value - (y[i] ?? 0));
    const deviation = Math.sqrt(
      sum(
        [differences(a.ofDefaulted, b.ofDefaulted), differences(a.ofOthers, b.ofOthers)].map(
          (of) => variance(of) / of.length,
        ),
      ),
    );
    const { low, high } = await aucDifference(outcome, logit, noisy, { seed: 8 });
    expect(((high ?? 0) - (low ?? 0)) / (2 * 1.96 * deviation)).toBeCloseTo(1, 0);
    expect(Math.abs(((high ?? 0) - (low ?? 0)) / (2 * 1.96 * deviation) - 1)).toBeLessThan(0.1);
  });

  test("is exactly 0 between an order and itself, whatever its scale", async () => {
    const stretched = logit.map((x) => 3 * x + 1);
    expect(await aucDifference(outcome, logit, stretched, { seed: 9 })).toEqual({
      value: 0,
      low: 0,
      high: 0,
    });
  });

  test("does not depend on the order of the rows, but on the seed", async () => {
    const there = await aucDifference(outcome, logit, noisy, { seed: 1 });
    const back = await aucDifference(reordered(outcome), reordered(logit), reordered(noisy), { seed: 1 });
    expect(back).toEqual(there);
    expect((await aucDifference(outcome, logit, noisy, { seed: 2 })).low).not.toBe(there.low);
  });

  test("stops when it is called off", async () => {
    const rows = 100_000;
    const controller = new AbortController();
    let pauses = 0;
    const pause = async () => {
      if (++pauses === 2) controller.abort();
    };
    const long = normals(rows, 1);
    const options = { seed: 1, pause, signal: controller.signal };
    await expect(aucDifference(drawOutcome(long, 2), long, long, options)).rejects.toThrow("aborted");
    expect(pauses).toBe(2);
  });
});
