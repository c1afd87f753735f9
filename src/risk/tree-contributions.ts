import type { InputColumn } from "./borrowers.ts";
import type { Tree, Trees } from "./model.ts";
import { TreeReader } from "./tree-reader.ts";

/**
 * What each input adds to a row's log odds of default, beside the expectation: path-dependent TreeSHAP (Lundberg et
 * al. 2018, algorithm 2), exact for trees. An input that is not asked goes both ways in the shares of the training
 * rows. The contributions and the expectation sum to the log odds.
 */
export function treeContributions(trees: Trees, inputs: readonly InputColumn[], row: number): Float64Array {
  return contributionsOf(trees, new TreeReader(trees, inputs).row(row));
}

/** The same for a row as a `TreeReader` gives it, which is faster for many rows. */
export function contributionsOf(trees: Trees, row: Float64Array): Float64Array {
  const sums = new Float64Array(trees.inputs.length);
  for (const tree of trees.trees) new Walk(tree, row, sums).visit(0, [], 1, 1, -1);
  return sums;
}

/** One input on the way from the root; the first element stands for none. */
interface Step {
  readonly input: number;
  /** Part of the training rows that go on this way where the input is not asked. */
  readonly share: number;
  /** 1 where the row goes this way, else 0. */
  readonly taken: number;
  /** Weight of the sets of as many inputs as the element's place. */
  weight: number;
}

class Walk {
  readonly #tree: Tree;
  readonly #row: Float64Array;
  readonly #sums: Float64Array;

  constructor(tree: Tree, row: Float64Array, sums: Float64Array) {
    this.#tree = tree;
    this.#row = row;
    this.#sums = sums;
  }

  visit(node: number, way: readonly Step[], share: number, taken: number, from: number): void {
    const path = extend(way, share, taken, from);
    const tree = this.#tree;
    const input = tree.input[node]!;
    if (input < 0) {
      for (let i = 1; i < path.length; i += 1) {
        const step = path[i]!;
        const weight = unwoundSum(path, i);
        this.#sums[step.input]! += weight * (step.taken - step.share) * tree.value[node]!;
      }
      return;
    }
    const [left, right] = [tree.left[node]!, tree.right[node]!];
    const value = this.#row[input]!;
    const goesLeft = Number.isNaN(value) ? tree.missing_left[node] === 1 : value < tree.threshold[node]!;
    const cover = tree.cover[left]! + tree.cover[right]!;
    // an input met again counts once, with both of its conditions
    const again = path.findIndex((step, i) => i > 0 && step.input === input);
    const before = path[again];
    const rest = before ? unwind(path, again) : path;
    for (const [child, isTaken] of [
      [left, goesLeft],
      [right, !goesLeft],
    ] as const) {
      const part = tree.cover[child]! / cover;
      this.visit(child, rest, part * (before?.share ?? 1), isTaken ? (before?.taken ?? 1) : 0, input);
    }
  }
}

function extend(way: readonly Step[], share: number, taken: number, input: number): Step[] {
  const path = way.map((step) => ({ ...step }));
  const length = path.length;
  path.push({ input, share, taken, weight: length === 0 ? 1 : 0 });
  for (let i = length - 1; i >= 0; i -= 1) {
    path[i + 1]!.weight += (taken * path[i]!.weight * (i + 1)) / (length + 1);
    path[i]!.weight *= (share * (length - i)) / (length + 1);
  }
  return path;
}

/** The path as if the input at a place had never been met. */
function unwind(way: readonly Step[], place: number): Step[] {
  const weights = unwoundWeights(way, place);
  const path = way.filter((_, i) => i !== place);
  return path.map((step, i) => ({ ...step, weight: weights[i]! }));
}

function unwoundSum(path: readonly Step[], place: number): number {
  return unwoundWeights(path, place).reduce((sum, weight) => sum + weight, 0);
}

function unwoundWeights(path: readonly Step[], place: number): number[] {
  const last = path.length - 1;
  const { taken, share } = path[place]!;
  const weights: number[] = Array.from({ length: last }, () => 0);
  let next = path[last]!.weight;
  for (let i = last - 1; i >= 0; i -= 1) {
    if (taken === 0) weights[i] = (path[i]!.weight * (last + 1)) / (share * (last - i));
    else {
      weights[i] = (next * (last + 1)) / ((i + 1) * taken);
      next = path[i]!.weight - (weights[i]! * share * (last - i)) / (last + 1);
    }
  }
  return weights;
}
