import { type Applicants, isMissing } from "./applicants.ts";
import type { Move, Region, Way } from "./changes.ts";
import { EnsembleContributions, goesLeft } from "./ensemble-contributions.ts";
import type { Scorecard, Tree, Trees } from "./model.ts";
import type { Pace } from "./pace.ts";
import type { Reader } from "./reader.ts";
import type { Loss } from "./reasons.ts";
import { pointsOf, pointsPerLogOdds } from "./scorecard.ts";
import { TreeReader } from "./tree-reader.ts";

/** Goals below a customer's value; the thresholds of an input can be hundreds. */
const MOST_REGIONS = 8;
const ROWS = 5000;

/** Trees held against a table; their points are those of the log odds on the scorecard's scale. */
export class EnsembleReader implements Reader {
  readonly logOdds: Float64Array;
  readonly points: Float64Array;
  readonly #card: Scorecard;
  readonly #applicants: Applicants;
  readonly #reader: TreeReader;
  /** Per input the values that some tree asks for, ascending. */
  readonly #thresholds: readonly (readonly number[])[];
  /** Per input the trees that ask for it. */
  readonly #asking: readonly (readonly number[])[];
  readonly #contributions: EnsembleContributions;
  /** The row looked at last, and what each tree says of it. */
  #now: { readonly at: number; readonly row: Float64Array; readonly leaves: Float64Array } | undefined;

  private constructor(card: Scorecard, applicants: Applicants, reader: TreeReader, logOdds: Float64Array) {
    const { trees } = reader;
    this.#card = card;
    this.#applicants = applicants;
    this.#reader = reader;
    this.logOdds = logOdds;
    this.points = logOdds.map((value) => Math.floor(pointsOf(card, value) + 0.5));
    this.#thresholds = trees.inputs.map((_, input) => thresholdsOf(trees, input));
    this.#asking = trees.inputs.map((_, input) =>
      trees.trees.flatMap((tree, t) => (tree.input.includes(input) ? [t] : [])),
    );
    this.#contributions = new EnsembleContributions(trees);
  }

  static async over(
    card: Scorecard,
    trees: Trees,
    applicants: Applicants,
    pace: Pace,
  ): Promise<EnsembleReader> {
    const reader = new TreeReader(trees, applicants.columns);
    const logOdds = new Float64Array(applicants.rows);
    for (let from = 0; from < applicants.rows; from += ROWS) {
      const to = Math.min(applicants.rows, from + ROWS);
      reader.logOdds(from, to).forEach((value, i) => {
        logOdds[from + i] = -value;
      });
      await pace.step((to - from) * trees.trees.length * trees.settings.depth);
    }
    return new EnsembleReader(card, applicants, reader, logOdds);
  }

  kinds(): undefined {
    return undefined;
  }

  losses(row: number): Loss[] {
    const contributions = this.#contributions.of(this.#reader.row(row));
    return Array.from(contributions, (value, input) => ({
      input,
      lost: value * pointsPerLogOdds(this.#card),
      most: null,
    }));
  }

  ways(row: number): Way[] {
    return this.#reader.trees.inputs.flatMap(({ monotone }, input) => {
      const { is_actionable, label, codes, kind } = this.#applicants.inputs[input]!;
      const column = this.#applicants.columns[input]!;
      if (!is_actionable || kind !== "number" || monotone === -1 || isMissing(column, row)) return [];
      const value = column.values[row]!;
      if (codes.includes(value)) return [];
      return [{ input, label, regions: this.#below(input, value) }];
    });
  }

  #below(input: number, value: number): Region[] {
    const thresholds = this.#thresholds[input]!;
    const all = thresholds
      .filter((threshold) => threshold <= value)
      .map((high, i) => ({ low: thresholds[i - 1] ?? null, high }))
      .reverse();
    const step = Math.max(1, all.length / MOST_REGIONS);
    return all
      .map((region, i) => ({ ...region, effort: (i + 1) / thresholds.length }))
      .filter((_, i) => i === 0 || Math.floor(i / step) > Math.floor((i - 1) / step));
  }

  logOddsAfter(row: number, moves: readonly Move[]): number {
    const { row: now, leaves } = this.#at(row);
    const then = Float64Array.from(now);
    const asked = new Set<number>();
    for (const { way, at } of moves) {
      // a region has no threshold inside, so that any value of it stands for all
      then[way.input] = way.regions[at]!.low ?? Number.NEGATIVE_INFINITY;
      for (const t of this.#asking[way.input]!) asked.add(t);
    }
    const { trees } = this.#reader.trees;
    let logOdds = this.logOdds[row]!;
    for (const t of asked) logOdds += leaves[t]! - leafOf(trees[t]!, then);
    return logOdds;
  }

  #at(at: number) {
    if (this.#now?.at !== at) {
      const row = this.#reader.row(at);
      const leaves = Float64Array.from(this.#reader.trees.trees, (tree) => leafOf(tree, row));
      this.#now = { at, row, leaves };
    }
    return this.#now;
  }
}

function thresholdsOf(trees: Trees, input: number): number[] {
  const found = new Set<number>();
  for (const tree of trees.trees) {
    tree.input.forEach((asked, node) => {
      if (asked === input) found.add(tree.threshold[node]!);
    });
  }
  return [...found].sort((a, b) => a - b);
}

function leafOf(tree: Tree, row: Float64Array): number {
  let node = 0;
  while (tree.input[node]! >= 0) node = goesLeft(tree, node, row) ? tree.left[node]! : tree.right[node]!;
  return tree.value[node]!;
}
