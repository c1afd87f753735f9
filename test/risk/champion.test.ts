import { describe, expect, test } from "vitest";
import { chooseChampion, policyOf } from "../../src/risk/champion.ts";
import type { Estimate, Performance } from "../../src/risk/model.ts";

const exactly = (value: number): Estimate => ({ value, low: value, high: value });

const treesWith = (slope: Estimate | null, intercept: Estimate | null): Performance => ({
  model: "trees",
  customers: 1000,
  defaults: 300,
  auc: exactly(0.8),
  gini: exactly(0.6),
  ks: exactly(0.4),
  brier: exactly(0.1),
  calibration_slope: slope,
  calibration_intercept: intercept,
  calibration: [],
  gains: [],
});

const chosen = (difference: Estimate, trees = treesWith(exactly(1), exactly(0))) =>
  chooseChampion("challenged", "300 of 1,000 customers defaulted", [trees], difference);

test.each([
  [20, "ranking"],
  [99, "ranking"],
  [100, "scorecard"],
  [299, "scorecard"],
  [300, "challenged"],
])("%i customers of the rarer outcome: %s", (rarer, policy) => {
  expect(policyOf(rarer)).toBe(policy);
});

describe("the trees are promoted", () => {
  test("where the interval of the difference lies above 0 and their probabilities hold", () => {
    expect(chosen({ value: 0.01, low: 0.001, high: 0.02 }).champion).toBe("trees");
  });

  test.each([
    ["it holds 0", { value: 0.01, low: -0.001, high: 0.02 }, "the interval holds 0"],
    ["it begins at 0", { value: 0.01, low: 0, high: 0.02 }, "the interval holds 0"],
    ["it lies below 0", { value: -0.01, low: -0.02, high: -0.001 }, "the trees order worse"],
    ["it is not known", { value: 0.01, low: null, high: null }, "cannot be told"],
  ])("not where the interval says no: %s", (_, difference, because) => {
    const choice = chosen(difference);
    expect(choice.champion).toBe("scorecard");
    expect(choice.because).toContain(because);
  });

  test.each([
    ["too far apart", exactly(0.79), exactly(0)],
    ["too close together", exactly(1.26), exactly(0)],
    ["too low on the whole", exactly(1), exactly(0.11)],
    ["too high on the whole", exactly(1), exactly(-0.11)],
    ["not to be told", null, exactly(0)],
  ])("not where their probabilities are %s", (_, slope, intercept) => {
    const choice = chosen({ value: 0.05, low: 0.04, high: 0.06 }, treesWith(slope, intercept));
    expect(choice.champion).toBe("scorecard");
    expect(choice.because).toContain("probabilities do not hold");
  });
});
