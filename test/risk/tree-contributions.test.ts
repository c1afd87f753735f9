import { expect, test } from "vitest";
import type { Tree, Trees } from "../../src/risk/model.ts";
import { treeContributions } from "../../src/risk/tree-contributions.ts";
import { fitTrees, treeExpectation, treeLogOdds } from "../../src/risk/trees.ts";
import { dice, numbers } from "./tree-data.ts";

const INPUTS = 4;

/** The mean where only the inputs of `known` are asked: the others go both ways by the shares of the rows. */
function meanOf(tree: Tree, row: readonly number[], known: number, node = 0): number {
  const at = (list: readonly number[], i = node) => list[i] ?? Number.NaN;
  const input = at(tree.input);
  if (input < 0) return at(tree.value);
  const [left, right] = [at(tree.left), at(tree.right)];
  if (known & (1 << input)) {
    const x = row[input] ?? Number.NaN;
    const isLeft = Number.isNaN(x) ? at(tree.missing_left) === 1 : x < at(tree.threshold);
    return meanOf(tree, row, known, isLeft ? left : right);
  }
  const [ofLeft, ofRight] = [at(tree.cover, left), at(tree.cover, right)];
  const sum = ofLeft * meanOf(tree, row, known, left) + ofRight * meanOf(tree, row, known, right);
  return sum / (ofLeft + ofRight);
}

/** Shapley's definition: the mean over all orders in which the inputs can become known. */
function shapley(trees: Trees, row: readonly number[], input: number): number {
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  let sum = 0;
  for (let known = 0; known < 1 << INPUTS; known += 1) {
    if (known & (1 << input)) continue;
    const size = known.toString(2).replaceAll("0", "").length;
    const weight = (factorial(size) * factorial(INPUTS - size - 1)) / factorial(INPUTS);
    for (const tree of trees.trees)
      sum += weight * (meanOf(tree, row, known | (1 << input)) - meanOf(tree, row, known));
  }
  return sum;
}

test("the contributions are Shapley values, and with the expectation they sum to the log odds", async () => {
  const roll = dice(77);
  const columns = Array.from({ length: INPUTS }, () =>
    Float64Array.from({ length: 400 }, () => (roll() < 0.1 ? Number.NaN : Math.round(roll() * 12))),
  );
  const outcome = new Uint8Array(400).map((_, i) => {
    const [a = 0, b = 0, c = 0] = columns.map((values) => values[i] || 0);
    return roll() < 1 / (1 + Math.exp(6 - a * 0.5 - (b > 6 ? c : 3))) ? 1 : 0;
  });
  const inputs = columns.map((values, i) => numbers(`x${i}`, values));
  // deep, so that an input is met twice on one way
  const settings = { rounds: 12, depth: 5, rate: 0.2, min_child_weight: 0.5 };
  const trees = await fitTrees(inputs, outcome, undefined, { settings, monotone: [1, 0, 0, 0] });
  const logOdds = treeLogOdds(trees, inputs);
  for (let row = 0; row < 40; row += 1) {
    const contributions = treeContributions(trees, inputs, row);
    const values = columns.map((column) => column[row] ?? Number.NaN);
    contributions.forEach((value, input) => {
      expect(value).toBeCloseTo(shapley(trees, values, input), 10);
    });
    const sum = contributions.reduce((total, value) => total + value, treeExpectation(trees));
    expect(sum).toBeCloseTo(logOdds[row] ?? Number.NaN, 10);
  }
});

test("an input that no tree asks contributes nothing", async () => {
  const values = Float64Array.from({ length: 300 }, (_, i) => i % 10);
  const outcome = Uint8Array.from(values, (value) => (value > 5 ? 1 : 0));
  const inputs = [numbers("says", values), numbers("silent", new Float64Array(300).fill(4))];
  const trees = await fitTrees(inputs, outcome, undefined, { monotone: [0, 0] });
  const [says = 0, silent] = treeContributions(trees, inputs, 9);
  expect(says).toBeGreaterThan(1);
  expect(silent).toBe(0);
});
