import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldsOf } from "../../src/risk/folds.ts";
import { fitLogistic, predict } from "../../src/risk/logistic.ts";
import { Pace } from "../../src/risk/pace.ts";
import {
  fitScorecard,
  gatherEvidence,
  pointsOf,
  scorecardLogOdds,
  scorecardPlaces,
  scorecardPoints,
} from "../../src/risk/scorecard.ts";
import { inputOf, makeBorrowers } from "./borrowers.ts";

const pace = new Pace();

describe("logistic regression", () => {
  test("of one yes-or-no column has the odds ratio of its table", async () => {
    // 30 of 100 with it, 10 of 200 without
    const x = Float64Array.from({ length: 300 }, (_, i) => (i < 100 ? 1 : 0));
    const y = Uint8Array.from({ length: 300 }, (_, i) => (i < 30 || (i >= 100 && i < 110) ? 1 : 0));
    const fitted = await fitLogistic([x], y, 0, pace);
    expect(fitted.intercept).toBeCloseTo(Math.log(10 / 190), 8);
    expect(fitted.coefficients[0]).toBeCloseTo(Math.log(30 / 70 / (10 / 190)), 8);
  });

  test("stands where no coefficient gains by moving, whatever the ridge", async () => {
    const { outcome, rows } = makeBorrowers(3, 500);
    const columns = [1, 2, 3].map((k) =>
      Float64Array.from({ length: rows }, (_, i) => Math.sin(i * k) + (outcome[i] ?? 0) / k),
    );
    for (const ridge of [0.1, 5, 500]) {
      const fitted = await fitLogistic(columns, outcome, ridge, pace);
      const eta = predict(columns, fitted);
      const residual = Float64Array.from(eta, (value, i) => (outcome[i] ?? 0) - 1 / (1 + Math.exp(-value)));
      expect(residual.reduce((sum, r) => sum + r, 0)).toBeCloseTo(0, 6);
      columns.forEach((column, j) => {
        const slope =
          residual.reduce((sum, r, i) => sum + r * (column[i] ?? 0), 0) -
          ridge * (fitted.coefficients[j] ?? 0);
        expect(slope).toBeCloseTo(0, 6);
      });
    }
  });

  test("comes to an end where the outcomes are separated", async () => {
    const x = Float64Array.from({ length: 40 }, (_, i) => i);
    const y = Uint8Array.from({ length: 40 }, (_, i) => (i < 20 ? 0 : 1));
    const { coefficients } = await fitLogistic([x, x], y, 1e-6, pace);
    expect([...coefficients].every((value) => Number.isFinite(value) && value > 0)).toBe(true);
  });
});

describe("a scorecard", () => {
  const table = makeBorrowers(2, 4000);

  test("has positive coefficients, whole points, and no input that tells nothing", async () => {
    const evidence = await gatherEvidence(table.inputs, table.outcome, pace);
    const { scorecard, unused } = await fitScorecard(evidence, table.outcome, 1, pace);
    expect(scorecard.characteristics.map(({ input }) => input)).not.toContain("noise");
    expect(unused.get("noise")).toMatch(/tells too little about the outcome \(information value 0\.0\d\d/);
    for (const { coefficient, bins } of scorecard.characteristics) {
      expect(coefficient).toBeGreaterThan(0);
      expect(Math.min(...bins.map(({ points }) => points))).toBe(0);
      expect(bins.every(({ points }) => Number.isInteger(points))).toBe(true);
    }
  });

  test("scores near the points of the log odds: half a point off for each part", async () => {
    const evidence = await gatherEvidence(table.inputs, table.outcome, pace);
    const { scorecard } = await fitScorecard(evidence, table.outcome, 1, pace);
    const places = scorecardPlaces(scorecard, (name) => inputOf(table, name));
    const logOdds = scorecardLogOdds(scorecard, places, table.rows);
    const most = (scorecard.characteristics.length + 1) / 2;
    scorecardPoints(scorecard, places, table.rows).forEach((points, i) => {
      expect(Math.abs(points - pointsOf(scorecard, logOdds[i] ?? 0))).toBeLessThanOrEqual(most);
    });
    // 600 points at 50 : 1, and 20 more for twice the odds
    expect(pointsOf(scorecard, Math.log(50))).toBeCloseTo(600, 10);
    expect(pointsOf(scorecard, Math.log(200))).toBeCloseTo(640, 10);
  });

  test("drops what would turn its sign beside the others", async () => {
    const utilisation = inputOf(table, "utilisation");
    if (utilisation.kind !== "number") throw new Error("utilisation is a number");
    // beside what it mirrors, it can only be read the wrong way round
    const mirrored = { ...utilisation, name: "mirrored" };
    const evidence = await gatherEvidence([utilisation, mirrored], table.outcome, pace);
    const turned = evidence.map((one) =>
      one.input === "mirrored" ? { ...one, woe: one.woe.map((woe) => -woe) } : one,
    );
    const { scorecard, unused } = await fitScorecard(turned, table.outcome, 1, pace);
    expect(scorecard.characteristics.map(({ input }) => input)).toEqual(["utilisation"]);
    expect(unused.get("mirrored")).toMatch(/turns its sign/);
  });
});

test("folds hold equal parts of both outcomes, and follow the key wherever it stands", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.string(), fc.integer({ min: 0, max: 1 })), {
        selector: ([key]) => key,
        minLength: 10,
        maxLength: 80,
      }),
      fc.integer({ min: 0, max: 1000 }),
      (rows, seed) => {
        const folds = (list: typeof rows) =>
          foldsOf(
            list.map(([key]) => key),
            Uint8Array.from(list, ([, y]) => y),
            seed,
          );
        const straight = folds(rows);
        const back = folds([...rows].reverse()).reverse();
        expect([...back]).toEqual([...straight]);
        for (const y of [0, 1]) {
          const sizes = [0, 1, 2, 3, 4].map(
            (fold) => rows.filter(([, outcome], i) => outcome === y && straight[i] === fold).length,
          );
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
      },
    ),
  );
});
