import type { Tree, Trees } from "./model.ts";
import { contributionsOf } from "./tree-contributions.ts";

/** Bits of a whole number that shifts keep. */
const MOST_NODES = 31;
const MOST_KEPT = 4096;

interface Kept {
  readonly tree: Tree;
  readonly alone: Trees;
  /** Nodes that ask. */
  readonly asking: readonly number[];
  readonly known: Map<number, Float64Array>;
}

/**
 * What a tree adds depends on a row only by how the row answers its questions, and few combinations of answers occur
 * among many rows. Each is worked out once.
 */
export class EnsembleContributions {
  readonly #trees: Trees;
  readonly #kept: readonly Kept[];

  constructor(trees: Trees) {
    this.#trees = trees;
    this.#kept = trees.trees.map((tree) => ({
      tree,
      alone: { ...trees, trees: [tree] },
      asking: tree.input.flatMap((input, node) => (input >= 0 ? [node] : [])),
      known: new Map(),
    }));
  }

  /** Per input, to the log odds of default. */
  of(row: Float64Array): Float64Array {
    const sums = new Float64Array(this.#trees.inputs.length);
    for (const kept of this.#kept) {
      const parts = partsOf(kept, row);
      for (let i = 0; i < sums.length; i++) sums[i]! += parts[i]!;
    }
    return sums;
  }
}

function partsOf({ tree, alone, asking, known }: Kept, row: Float64Array): Float64Array {
  if (asking.length > MOST_NODES) return contributionsOf(alone, row);
  let answers = 0;
  for (const node of asking) answers = (answers << 1) | (goesLeft(tree, node, row) ? 1 : 0);
  const before = known.get(answers);
  if (before) return before;
  const parts = contributionsOf(alone, row);
  if (known.size < MOST_KEPT) known.set(answers, parts);
  return parts;
}

export function goesLeft(tree: Tree, node: number, row: Float64Array): boolean {
  const value = row[tree.input[node]!]!;
  return Number.isNaN(value) ? tree.missing_left[node] === 1 : value < tree.threshold[node]!;
}
