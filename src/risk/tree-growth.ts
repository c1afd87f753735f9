import type { Tree, Trees } from "./model.ts";
import type { Pace } from "./pace.ts";
import type { BinnedInput } from "./tree-bins.ts";
import { addTo, addValue, addValues, part, placesOf, subtract, sumOf } from "./tree-rows.ts";

export type TreeSettings = Trees["settings"];

interface Node {
  /** Its rows are `rows[from..to)`. */
  readonly from: number;
  readonly to: number;
  /** Sums of the gradient and the hessian. */
  readonly gradient: number;
  readonly hessian: number;
  /** What its weight may be, so that no tree breaks an order that a split above promised. */
  readonly lower: number;
  readonly upper: number;
  readonly depth: number;
}

interface Split {
  readonly input: number;
  /** Bins up to this one go left. */
  readonly bin: number;
  readonly missingLeft: boolean;
  readonly leftGradient: number;
  readonly leftHessian: number;
}

/** A split has to gain at least this, so that rounding alone splits nothing. */
const LEAST_GAIN = 1e-6;
/** Less hessian than any row has: what is left in an empty bin after one histogram is taken from another. */
const NOTHING = 1e-9;

/**
 * Grows one tree after another on the same rows. Histograms hold the gradient and the hessian by turns: the bins of
 * the first input, its missing, the bins of the second, and so on.
 */
export class Grower {
  readonly #inputs: readonly BinnedInput[];
  readonly #settings: TreeSettings;
  readonly #pace: Pace;
  readonly #offsets: Int32Array;
  readonly #places: Uint16Array | Uint32Array;
  readonly #size: number;
  readonly #rows: Int32Array;
  readonly #spare: Int32Array;
  readonly #pairs: Float64Array;
  readonly #idle: Float64Array[] = [];

  constructor(inputs: readonly BinnedInput[], rows: number, settings: TreeSettings, pace: Pace) {
    this.#inputs = inputs;
    this.#settings = settings;
    this.#pace = pace;
    this.#offsets = new Int32Array(inputs.length);
    let size = 0;
    inputs.forEach(({ cuts }, i) => {
      this.#offsets[i] = size;
      size += 2 * (cuts.length + 2);
    });
    this.#size = size;
    this.#places = placesOf(inputs, this.#offsets, rows, size);
    this.#rows = new Int32Array(rows);
    this.#spare = new Int32Array(rows);
    this.#pairs = new Float64Array(2 * rows);
  }

  /** Adds the tree's values to `logOdds` on the way. */
  async grow(gradient: Float64Array, hessian: Float64Array, logOdds: Float64Array): Promise<Tree> {
    const draft = new Draft();
    const rows = this.#rows;
    for (let i = 0; i < rows.length; i += 1) rows[i] = i;
    const root: Node = {
      from: 0,
      to: rows.length,
      gradient: sumOf(gradient),
      hessian: sumOf(hessian),
      lower: -Infinity,
      upper: Infinity,
      depth: 0,
    };
    type Open = { node: Node; place: number; histogram: Float64Array | undefined };
    const first = this.#isSplittable(root) ? this.#histogram(root, gradient, hessian) : undefined;
    let open: Open[] = [{ node: root, place: draft.add(), histogram: first }];
    while (open.length > 0) {
      const next: Open[] = [];
      for (const { node, place, histogram } of open) {
        draft.cover[place] = rounded(node.hessian, 6);
        const split = histogram && this.#bestSplit(node, histogram);
        if (histogram === undefined || split === undefined) {
          const value = this.#value(node);
          draft.value[place] = value;
          addValue(logOdds, rows, node.from, node.to, value);
          if (histogram) this.#idle.push(histogram);
          continue;
        }
        const { cuts } = this.#inputs[split.input]!;
        draft.input[place] = split.input;
        // past the last cut every value goes left, and only the missing go right
        draft.threshold[place] = cuts[split.bin] ?? Number.MAX_VALUE;
        draft.missingLeft[place] = split.missingLeft ? 1 : 0;
        const [leftPlace, rightPlace] = [draft.add(), draft.add()];
        draft.left[place] = leftPlace;
        draft.right[place] = rightPlace;
        await this.#pace.step((node.to - node.from) * (this.#inputs.length + 4));
        if (node.depth + 1 === this.#settings.depth) {
          this.#close(node, split, draft, leftPlace, logOdds);
          this.#idle.push(histogram);
          continue;
        }
        const [left, right] = this.#part(node, split);
        const [ofLeft, ofRight] = this.#divide(histogram, left, right, gradient, hessian);
        next.push({ node: left, place: leftPlace, histogram: ofLeft });
        next.push({ node: right, place: rightPlace, histogram: ofRight });
      }
      open = next;
    }
    return draft.tree;
  }

  #isSplittable({ depth, hessian, from, to }: Node): boolean {
    const { depth: most, min_child_weight } = this.#settings;
    return depth < most && to - from >= 2 && hessian >= 2 * min_child_weight;
  }

  #value(node: Node): number {
    return rounded(this.#settings.rate * this.#weight(node), 8);
  }

  #weight({ gradient, hessian, lower, upper }: Node): number {
    return clamp(-gradient / (hessian + this.#settings.lambda), lower, upper);
  }

  /** The smaller child is counted, the larger one is what remains of the parent. */
  #divide(
    parent: Float64Array,
    left: Node,
    right: Node,
    gradient: Float64Array,
    hessian: Float64Array,
  ): readonly [Float64Array | undefined, Float64Array | undefined] {
    const isLeftSmaller = left.to - left.from <= right.to - right.from;
    const [smaller, larger] = isLeftSmaller ? [left, right] : [right, left];
    const countsLarger = this.#isSplittable(larger);
    const countsSmaller = this.#isSplittable(smaller);
    if (!countsLarger && !countsSmaller) {
      this.#idle.push(parent);
      return [undefined, undefined];
    }
    const counted = this.#histogram(smaller, gradient, hessian);
    if (countsLarger) subtract(parent, counted);
    else this.#idle.push(parent);
    if (!countsSmaller) this.#idle.push(counted);
    const ofSmaller = countsSmaller ? counted : undefined;
    const ofLarger = countsLarger ? parent : undefined;
    return isLeftSmaller ? [ofSmaller, ofLarger] : [ofLarger, ofSmaller];
  }

  #histogram({ from, to }: Node, gradient: Float64Array, hessian: Float64Array): Float64Array {
    const histogram = this.#idle.pop()?.fill(0) ?? new Float64Array(this.#size);
    const rows = this.#rows;
    const pairs = this.#pairs;
    for (let k = from, p = 0; k < to; k += 1, p += 2) {
      const row = rows[k]!;
      pairs[p] = gradient[row]!;
      pairs[p + 1] = hessian[row]!;
    }
    addTo(histogram, this.#places, this.#inputs.length, rows, from, to, pairs);
    return histogram;
  }

  /** The last split of a path: nobody looks at the rows of its two leaves again, so they are not brought together. */
  #close(node: Node, split: Split, draft: Draft, place: number, logOdds: Float64Array): void {
    const [left, right] = this.#children(node, split);
    draft.cover[place] = rounded(left.hessian, 6);
    draft.cover[place + 1] = rounded(right.hessian, 6);
    const [ofLeft, ofRight] = [this.#value(left), this.#value(right)];
    draft.value[place] = ofLeft;
    draft.value[place + 1] = ofRight;
    const byBin = Float64Array.from(this.#goesLeft(split), (isLeft) => (isLeft === 1 ? ofLeft : ofRight));
    addValues(logOdds, this.#rows, node.from, node.to, this.#inputs[split.input]!.bins, byBin);
  }

  #part(node: Node, split: Split): readonly [Node, Node] {
    const { bins } = this.#inputs[split.input]!;
    const to = part(this.#rows, node.from, node.to, bins, this.#goesLeft(split), this.#spare);
    const [left, right] = this.#children(node, split);
    return [
      { ...left, to },
      { ...right, from: to },
    ];
  }

  /** By bin, 1 or 0. */
  #goesLeft({ input, bin, missingLeft }: Split): Uint8Array {
    const { cuts } = this.#inputs[input]!;
    const goesLeft = new Uint8Array(cuts.length + 2).fill(1, 0, bin + 1);
    goesLeft[cuts.length + 1] = missingLeft ? 1 : 0;
    return goesLeft;
  }

  /** With the rows of their parent. */
  #children(node: Node, { input, leftGradient, leftHessian }: Split): readonly [Node, Node] {
    const { monotone } = this.#inputs[input]!;
    const { lambda } = this.#settings;
    const { lower, upper } = node;
    const depth = node.depth + 1;
    const left = { ...node, depth, gradient: leftGradient, hessian: leftHessian };
    const right = {
      ...node,
      depth,
      gradient: node.gradient - leftGradient,
      hessian: node.hessian - leftHessian,
    };
    const middle =
      (clamp(-left.gradient / (left.hessian + lambda), lower, upper) +
        clamp(-right.gradient / (right.hessian + lambda), lower, upper)) /
      2;
    return [
      { ...left, lower: monotone < 0 ? middle : lower, upper: monotone > 0 ? middle : upper },
      { ...right, lower: monotone > 0 ? middle : lower, upper: monotone < 0 ? middle : upper },
    ];
  }

  #bestSplit(node: Node, histogram: Float64Array): Split | undefined {
    const { lambda, min_child_weight } = this.#settings;
    const { lower, upper } = node;
    const isBound = lower > -Infinity || upper < Infinity;
    const allGradient = node.gradient;
    const allHessian = node.hessian;
    const least = Math.max(min_child_weight, NOTHING);
    const own = gainOf(allGradient, allHessian + lambda, this.#weight(node));
    let best: Split | undefined;
    let bestGain = own + LEAST_GAIN;
    for (let input = 0; input < this.#inputs.length; input += 1) {
      const { cuts, monotone, hasMissing } = this.#inputs[input]!;
      const offset = this.#offsets[input]!;
      const missing = offset + 2 * (cuts.length + 1);
      const missingHessian = hasMissing ? histogram[missing + 1]! : 0;
      const isMissing = missingHessian > NOTHING;
      const missingGradient = isMissing ? histogram[missing]! : 0;
      // what is missing goes right first, and then left
      for (let direction = 0; direction < (isMissing ? 2 : 1); direction += 1) {
        let leftGradient = direction === 1 ? missingGradient : 0;
        let leftHessian = direction === 1 ? missingHessian : 0;
        // values on one side and only the missing on the other is a split too
        const bins = isMissing && direction === 0 ? cuts.length + 1 : cuts.length;
        for (let bin = 0; bin < bins; bin += 1) {
          const inBin = histogram[offset + 2 * bin + 1]!;
          leftGradient += histogram[offset + 2 * bin]!;
          leftHessian += inBin;
          if (inBin < NOTHING || leftHessian < least) continue;
          const rightHessian = allHessian - leftHessian;
          if (rightHessian < least) break;
          const rightGradient = allGradient - leftGradient;
          let gain: number;
          if (monotone === 0 && !isBound) {
            gain =
              (leftGradient * leftGradient) / (leftHessian + lambda) +
              (rightGradient * rightGradient) / (rightHessian + lambda);
          } else {
            const left = clamp(-leftGradient / (leftHessian + lambda), lower, upper);
            const right = clamp(-rightGradient / (rightHessian + lambda), lower, upper);
            if (monotone * (right - left) < 0) continue;
            gain =
              gainOf(leftGradient, leftHessian + lambda, left) +
              gainOf(rightGradient, rightHessian + lambda, right);
          }
          if (gain > bestGain) {
            bestGain = gain;
            // where nothing is missing, a missing value of tomorrow goes with the most
            const missingLeft = isMissing ? direction === 1 : leftHessian >= rightHessian;
            best = { input, bin, missingLeft, leftGradient, leftHessian };
          }
        }
      }
    }
    return best;
  }
}

/** Twice what the loss falls by at this weight. */
const gainOf = (gradient: number, penalised: number, weight: number): number =>
  -(2 * gradient * weight + penalised * weight * weight);

const clamp = (value: number, low: number, high: number): number =>
  value < low ? low : value > high ? high : value;

/** Figures that nobody needs make the file long. Rounding keeps every order. */
const rounded = (value: number, digits: number): number => Number(value.toPrecision(digits));

class Draft {
  readonly input: number[] = [];
  readonly threshold: number[] = [];
  readonly left: number[] = [];
  readonly right: number[] = [];
  readonly missingLeft: number[] = [];
  readonly value: number[] = [];
  readonly cover: number[] = [];

  /** A leaf, until it is split. */
  add(): number {
    this.threshold.push(0);
    this.left.push(-1);
    this.right.push(-1);
    this.missingLeft.push(0);
    this.value.push(0);
    this.cover.push(0);
    return this.input.push(-1) - 1;
  }

  get tree(): Tree {
    const { input, threshold, left, right, missingLeft, value, cover } = this;
    return { input, threshold, left, right, missing_left: missingLeft, value, cover };
  }
}
