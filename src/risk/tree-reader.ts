import { refused } from "../errors.ts";
import type { InputColumn } from "./borrowers.ts";
import type { Tree, Trees } from "./model.ts";

/** Trees held against the columns of a table: what is looked up by name is looked up once. */
export class TreeReader {
  readonly trees: Trees;
  /** Per input of the trees the value of a row as a threshold sees it; NaN is missing. */
  readonly values: readonly ((row: number) => number)[];
  readonly rows: number;
  readonly #packed: Packed;

  constructor(trees: Trees, inputs: readonly InputColumn[]) {
    const columns = new Map(inputs.map((column) => [column.name, column]));
    this.trees = trees;
    this.rows = inputs[0]?.values.length ?? 0;
    this.values = trees.inputs.map((input) => {
      const column = columns.get(input.input);
      if (column === undefined) {
        throw refused(`no column "${input.input}"`, "the model needs every input that it was trained on");
      }
      return reader(column, input);
    });
    this.#packed = pack(trees.trees);
  }

  logOdds(from = 0, to = this.rows): Float64Array {
    const sums = new Float64Array(to - from).fill(this.trees.base);
    const width = this.values.length;
    const { roots, input, threshold, left, right, missingLeft, value } = this.#packed;
    const table = new Float64Array(BLOCK * width);
    for (let start = from; start < to; start += BLOCK) {
      const end = Math.min(to, start + BLOCK);
      this.values.forEach((read, i) => {
        for (let row = start; row < end; row += 1) table[(row - start) * width + i] = read(row);
      });
      for (const root of roots) {
        for (let row = start; row < end; row += 1) {
          const at = (row - start) * width;
          let node = root;
          while (input[node]! >= 0) {
            const x = table[at + input[node]!]!;
            // of a NaN neither comparison holds
            const goesLeft = x < threshold[node]! || (missingLeft[node] === 1 && Number.isNaN(x));
            node = goesLeft ? left[node]! : right[node]!;
          }
          sums[row - from]! += value[node]!;
        }
      }
    }
    return sums;
  }

  /** The row as the trees see it. */
  row(row: number): Float64Array {
    return Float64Array.from(this.values, (read) => read(row));
  }
}

/** Rows whose values fit into the fast memory of a core together. */
const BLOCK = 512;

function reader(column: InputColumn, input: Trees["inputs"][number]): (row: number) => number {
  const { codes, order } = input;
  if (column.kind === "category") {
    const place = new Map(order.map((level, i) => [level, i]));
    const places = Float64Array.from(column.levels, (level) => place.get(level) ?? Number.NaN);
    return (row) => places[column.values[row]!] ?? Number.NaN;
  }
  const { values } = column;
  if (codes.length === 0) return (row) => values[row]!;
  return (row) => (codes.includes(values[row]!) ? Number.NaN : values[row]!);
}

/** All trees one after the other; children as places in the whole. */
interface Packed {
  readonly roots: readonly number[];
  readonly input: Int16Array;
  readonly threshold: Float64Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly missingLeft: Uint8Array;
  readonly value: Float64Array;
}

function pack(trees: readonly Tree[]): Packed {
  const roots: number[] = [];
  let size = 0;
  for (const tree of trees) {
    roots.push(size);
    size += tree.input.length;
  }
  const packed = {
    roots,
    input: new Int16Array(size),
    threshold: new Float64Array(size),
    left: new Int32Array(size),
    right: new Int32Array(size),
    missingLeft: new Uint8Array(size),
    value: new Float64Array(size),
  };
  trees.forEach((tree, t) => {
    const root = roots[t]!;
    packed.input.set(tree.input, root);
    packed.threshold.set(tree.threshold, root);
    packed.left.set(
      tree.left.map((child) => child + root),
      root,
    );
    packed.right.set(
      tree.right.map((child) => child + root),
      root,
    );
    packed.missingLeft.set(tree.missing_left, root);
    packed.value.set(tree.value, root);
  });
  return packed;
}

/** The mean of the log odds over the training rows, each weighted as the trees weigh it. */
export function treeExpectation(trees: Trees): number {
  return trees.trees.reduce((sum, tree) => sum + expectationAt(tree, 0), trees.base);
}

function expectationAt(tree: Tree, node: number): number {
  if (tree.input[node]! < 0) return tree.value[node]!;
  const [left, right] = [tree.left[node]!, tree.right[node]!];
  const [ofLeft, ofRight] = [tree.cover[left]!, tree.cover[right]!];
  return (ofLeft * expectationAt(tree, left) + ofRight * expectationAt(tree, right)) / (ofLeft + ofRight);
}
