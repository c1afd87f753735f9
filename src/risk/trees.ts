import type { InputColumn } from "./borrowers.ts";
import type { Tree, Trees } from "./model.ts";
import { Pace } from "./pace.ts";
import type { Pause } from "./pause.ts";
import { takeOutcome } from "./row-order.ts";
import { binInput, MOST_BINS } from "./tree-bins.ts";
import { Grower } from "./tree-growth.ts";
import { TreeReader } from "./tree-reader.ts";

export const treeDefaults: Trees["settings"] = {
  rounds: 200,
  depth: 4,
  rate: 0.05,
  lambda: 1,
  min_child_weight: 10,
  bins: 255,
};

export interface TreeOptions {
  readonly settings?: Partial<Trees["settings"]>;
  /** Per input: 1 where more of it never lowers the risk, -1 where it never raises it. */
  readonly monotone: readonly (-1 | 0 | 1)[];
  readonly pause?: Pause;
  readonly signal?: AbortSignal;
}

/**
 * Gradient boosted trees on the logistic loss, over histograms. Nothing is drawn at random, so the same rows in the
 * same order give the same trees; the caller sees to the order.
 */
export async function fitTrees(
  inputs: readonly InputColumn[],
  outcome: Uint8Array,
  rows: Int32Array | undefined,
  { settings: given, monotone, pause, signal }: TreeOptions,
): Promise<Trees> {
  const settings = { ...treeDefaults, ...given };
  const chosen = rows ?? new Int32Array(outcome.length).map((_, i) => i);
  const pace = new Pace(pause, signal);
  const request = { outcome, rows: chosen, most: Math.min(settings.bins, MOST_BINS) };
  const binned = [];
  for (const [i, column] of inputs.entries()) {
    binned.push(binInput(column, monotone[i] ?? 0, request));
    await pace.step(chosen.length * 40);
  }
  const y = takeOutcome(outcome, chosen);
  const base = baseOf(y);
  const logOdds = new Float64Array(chosen.length).fill(base);
  const gradient = new Float64Array(chosen.length);
  const hessian = new Float64Array(chosen.length);
  const grower = new Grower(binned, chosen.length, settings, pace);
  const trees: Tree[] = [];
  for (let round = 0; round < settings.rounds; round += 1) {
    differentiate(y, logOdds, gradient, hessian);
    await pace.step(20 * y.length);
    const tree = await grower.grow(gradient, hessian, logOdds);
    // once nothing splits, nothing will: the next round would see the same rows
    if (tree.input.length === 1) break;
    trees.push(tree);
  }
  return {
    settings,
    base,
    inputs: binned.map(({ input, monotone, order, codes }) => ({ input, monotone, order, codes })),
    trees,
  };
}

/** Of default, per row, or per row from `from` up to `to`. */
export function treeLogOdds(
  trees: Trees,
  inputs: readonly InputColumn[],
  from?: number,
  to?: number,
): Float64Array {
  return new TreeReader(trees, inputs).logOdds(from, to);
}

/** Of a row no one knows anything about but that it is one like those in training. */
export { treeExpectation } from "./tree-reader.ts";

/** Of the logistic loss by the log odds. */
function differentiate(
  y: Uint8Array,
  logOdds: Float64Array,
  gradient: Float64Array,
  hessian: Float64Array,
): void {
  for (let i = 0; i < y.length; i += 1) {
    const pd = 1 / (1 + Math.exp(-logOdds[i]!));
    gradient[i] = pd - y[i]!;
    hessian[i] = pd * (1 - pd);
  }
}

/** Half a default more on both sides, so that the odds exist where nobody or everybody defaulted. */
function baseOf(y: Uint8Array): number {
  let events = 0;
  for (const value of y) events += value;
  return Number(Math.log((events + 0.5) / (y.length - events + 0.5)).toPrecision(8));
}
