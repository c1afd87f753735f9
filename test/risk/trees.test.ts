import fc from "fast-check";
import { expect, test } from "vitest";
import type { CategoryColumn, InputColumn, NumberColumn } from "../../src/risk/borrowers.ts";
import { fitTrees, treeLogOdds } from "../../src/risk/trees.ts";
import { drawn, numbers } from "./tree-data.ts";

const NONE = Number.NaN;

type Direction = -1 | 0 | 1;
interface Grown {
  readonly weight: number;
  readonly split?: { input: number; low: number; isMissingLeft: boolean; left: Grown; right: Grown };
}

/**
 * The same boosting written for reading and not for speed: every row is asked anew for every value of every input.
 * A split stands between the value `low` and the next one.
 */
class Plain {
  readonly #columns: readonly Float64Array[];
  readonly #directions: readonly Direction[];
  readonly #lambda: number;
  readonly #least: number;
  readonly #depth: number;
  gradient: number[] = [];
  hessian: number[] = [];

  constructor(columns: readonly Float64Array[], directions: readonly Direction[], depth: number) {
    this.#columns = columns;
    this.#directions = directions;
    this.#lambda = 1;
    this.#least = 1;
    this.#depth = depth;
  }

  grow(rows: readonly number[], depth: number, low: number, high: number): Grown {
    const all = this.#weight(rows, low, high);
    if (depth === this.#depth) return { weight: all };
    let best: { gain: number; split: Grown["split"] & object; rows: number[][]; middle: number } | undefined;
    this.#columns.forEach((column, input) => {
      const values = [...new Set(rows.map((row) => column[row] ?? NONE))].filter((v) => !Number.isNaN(v));
      const hasMissing = rows.some((row) => Number.isNaN(column[row]));
      for (const isMissingLeft of hasMissing ? [false, true] : [false]) {
        for (const value of values.sort((a, b) => a - b)) {
          const isLeft = (row: number) => {
            const x = column[row] ?? NONE;
            return Number.isNaN(x) ? isMissingLeft : x <= value;
          };
          const [left, right] = [rows.filter(isLeft), rows.filter((row) => !isLeft(row))];
          if (this.#sum(left).h < this.#least || this.#sum(right).h < this.#least) continue;
          const [ofLeft, ofRight] = [this.#weight(left, low, high), this.#weight(right, low, high)];
          const direction = this.#directions[input] ?? 0;
          if ((ofRight - ofLeft) * direction < 0) continue;
          const gain = this.#gain(left, ofLeft) + this.#gain(right, ofRight) - this.#gain(rows, all);
          // a gain that differs in its last digits alone is the same
          if (gain <= Math.max(1e-6, (best?.gain ?? 0) + 1e-9)) continue;
          const leaf = { weight: 0 };
          best = {
            gain,
            split: { input, low: value, isMissingLeft, left: leaf, right: leaf },
            rows: [left, right],
            middle: (ofLeft + ofRight) / 2,
          };
        }
      }
    });
    if (best === undefined) return { weight: all };
    const direction = this.#directions[best.split.input] ?? 0;
    const [left = [], right = []] = best.rows;
    const { middle } = best;
    return {
      weight: all,
      split: {
        ...best.split,
        left: this.grow(left, depth + 1, direction < 0 ? middle : low, direction > 0 ? middle : high),
        right: this.grow(right, depth + 1, direction > 0 ? middle : low, direction < 0 ? middle : high),
      },
    };
  }

  of(grown: Grown, row: number): number {
    if (grown.split === undefined) return grown.weight;
    const { input, low, isMissingLeft, left, right } = grown.split;
    const x = this.#columns[input]?.[row] ?? NONE;
    return this.of((Number.isNaN(x) ? isMissingLeft : x <= low) ? left : right, row);
  }

  #sum(rows: readonly number[]): { g: number; h: number } {
    const of = (list: readonly number[]) => rows.reduce((sum, row) => sum + (list[row] ?? 0), 0);
    return { g: of(this.gradient), h: of(this.hessian) };
  }

  #weight(rows: readonly number[], low: number, high: number): number {
    const { g, h } = this.#sum(rows);
    return Math.min(high, Math.max(low, -g / (h + this.#lambda)));
  }

  /** Twice what the loss falls by, in its second-order approximation. */
  #gain(rows: readonly number[], weight: number): number {
    const { g, h } = this.#sum(rows);
    return -2 * (g * weight + ((h + this.#lambda) * weight * weight) / 2);
  }
}

function plainLogOdds(
  columns: readonly Float64Array[],
  outcome: Uint8Array,
  directions: readonly Direction[],
  { rounds, depth, rate }: { rounds: number; depth: number; rate: number },
): number[] {
  const events = outcome.reduce((sum, y) => sum + y, 0);
  const logOdds = Array.from(outcome, () => Math.log((events + 0.5) / (outcome.length - events + 0.5)));
  const plain = new Plain(columns, directions, depth);
  for (let round = 0; round < rounds; round += 1) {
    const pd = logOdds.map((z) => 1 / (1 + Math.exp(-z)));
    plain.gradient = pd.map((p, i) => p - (outcome[i] ?? 0));
    plain.hessian = pd.map((p) => p * (1 - p));
    const grown = plain.grow(
      logOdds.map((_, i) => i),
      0,
      -Infinity,
      Infinity,
    );
    logOdds.forEach((z, i) => {
      logOdds[i] = z + rate * plain.of(grown, i);
    });
  }
  return logOdds;
}

const settings = { rounds: 6, depth: 3, rate: 0.3, lambda: 1, min_child_weight: 1, bins: 255 };

test.each([
  ["without constraints", [0, 0, 0]],
  ["with constraints", [1, -1, 0]],
  ["against what the rows say", [-1, 1, 1]],
] as const)("the trees are those of boosting written plainly, %s", async (_, monotone) => {
  for (const seed of [1, 2, 3]) {
    const { columns, outcome } = drawn(seed, 160);
    const inputs = columns.map((values, i) => numbers(`x${i}`, values));
    const trees = await fitTrees(inputs, outcome, undefined, { settings, monotone });
    const plain = plainLogOdds(columns, outcome, monotone, settings);
    const fitted = treeLogOdds(trees, inputs);
    expect(Math.max(...fitted.map((z, i) => Math.abs(z - (plain[i] ?? NONE))))).toBeLessThan(1e-6);
  }
});

test("more of a constrained input never lowers the log odds, whatever the others are", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), fc.constantFrom(1, -1), async (seed, direction) => {
      const { columns, outcome } = drawn(seed, 120);
      const inputs = columns.map((values, i) => numbers(`x${i}`, values));
      const monotone = [direction, 0, 0] as const;
      const trees = await fitTrees(inputs, outcome, undefined, { settings, monotone });
      const [, ...others] = inputs;
      let before: Float64Array | undefined;
      for (const value of [-50, -2, -1, -0.4, 0, 0.3, 1, 2.5, 50]) {
        const logOdds = treeLogOdds(trees, [numbers("x0", new Float64Array(120).fill(value)), ...others]);
        logOdds.forEach((z, i) => {
          expect((z - (before?.[i] ?? z)) * direction).toBeGreaterThanOrEqual(0);
        });
        before = logOdds;
      }
    }),
    { numRuns: 25 },
  );
});

test("the same rows give the same trees byte for byte, chosen or cut out", async () => {
  const { columns, outcome } = drawn(5, 300);
  const inputs = columns.map((values, i) => numbers(`x${i}`, values));
  const rows = Int32Array.from({ length: 200 }, (_, i) => i + 50);
  const chosen = await fitTrees(inputs, outcome, rows, { settings, monotone: [0, 0, 0] });
  const cut = await fitTrees(
    columns.map((values, i) => numbers(`x${i}`, values.slice(50, 250))),
    outcome.slice(50, 250),
    undefined,
    { settings, monotone: [0, 0, 0] },
  );
  expect(JSON.stringify(chosen)).toBe(JSON.stringify(cut));
  expect(chosen.trees.length).toBe(settings.rounds);
});

const category = (levels: readonly string[], values: readonly number[]): CategoryColumn => ({
  name: "grade",
  kind: "category",
  levels,
  values: Int32Array.from(values),
});

test("levels stand in the order of their default rate, and an unseen one goes with the missing", async () => {
  // a: 3 of 4, b: none, c: 2 of 4, each a hundred times; every tenth row is missing and defaults
  const grades = Array.from({ length: 1200 }, (_, i) => (i % 10 === 9 ? -1 : i % 3));
  const outcome = Uint8Array.from(grades, (grade, i) => {
    const quarter = Math.floor(i / 3) % 4;
    return grade === -1 || (grade === 0 && quarter < 3) || (grade === 2 && quarter < 2) ? 1 : 0;
  });
  const column = category(["a", "b", "c"], grades);
  const trees = await fitTrees([column], outcome, undefined, { settings, monotone: [0] });
  expect(trees.inputs[0]?.order).toEqual(["b", "c", "a"]);
  const scored = treeLogOdds(trees, [category(["a", "aa", "b", "c"], [0, 1, 2, 3, -1])]);
  const [a, unseen, b, c, missing] = scored;
  expect([b, c, a, missing]).toEqual([...scored].filter((_, i) => i !== 1).sort((x, y) => x - y));
  expect(unseen).toBe(missing);
});

test("a code has no place in an asked order, and is a value like any other without one", async () => {
  const values = Float64Array.from({ length: 900 }, (_, i) => (i % 3 === 0 ? -9 : i % 30));
  const outcome = Uint8Array.from(values, (value, i) => (value === -9 || (value > 20 && i % 7 > 1) ? 1 : 0));
  const column: NumberColumn = { name: "x", kind: "number", codes: [-9], values };
  const ask = async (monotone: Direction) => {
    const trees = await fitTrees([column], outcome, undefined, { settings, monotone: [monotone] });
    return {
      trees,
      of: (value: number) => treeLogOdds(trees, [{ ...column, values: Float64Array.of(value) }]),
    };
  };
  const ordered = await ask(1);
  expect(ordered.trees.inputs[0]?.codes).toEqual([-9]);
  expect(ordered.of(-9)).toEqual(ordered.of(NONE));
  expect(ordered.of(-9)[0]).toBeGreaterThan(ordered.of(29)[0] ?? NONE);
  expect(ordered.of(29)[0]).toBeGreaterThan(ordered.of(-8)[0] ?? NONE);
  const free = await ask(0);
  expect(free.trees.inputs[0]?.codes).toEqual([]);
  expect(free.of(-9)[0]).toBeGreaterThan(free.of(1)[0] ?? NONE);
});

test("more values than bins: none is split, and the order of risk is kept", async () => {
  const values = Float64Array.from({ length: 3000 }, (_, i) => (i % 2 ? 7 : (i * 7919) % 3001));
  const outcome = Uint8Array.from(values, (value) => (value > 1500 ? 1 : 0));
  const inputs = [numbers("x", values)];
  const trees = await fitTrees(inputs, outcome, undefined, {
    settings: { ...settings, bins: 16 },
    monotone: [1],
  });
  const cuts = new Set(
    trees.trees.flatMap(({ input, threshold }) => threshold.filter((_, i) => input[i] === 0)),
  );
  expect(cuts.size).toBeLessThan(16);
  const [low = NONE, high = NONE] = treeLogOdds(trees, [numbers("x", Float64Array.of(3, 2990))]);
  expect(high - low).toBeGreaterThan(2);
});

test("where nothing can be told apart there are no trees, and the odds are those of all", async () => {
  const inputs: InputColumn[] = [numbers("x", new Float64Array(400).fill(1))];
  const outcome = Uint8Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 1 : 0));
  const trees = await fitTrees(inputs, outcome, undefined, { monotone: [0] });
  expect(trees.trees).toEqual([]);
  expect(treeLogOdds(trees, inputs)[7]).toBeCloseTo(Math.log(100.5 / 300.5), 6);
  const none = await fitTrees(inputs, new Uint8Array(400), undefined, { monotone: [0] });
  expect(treeLogOdds(none, inputs)[0]).toBeCloseTo(Math.log(0.5 / 400.5), 6);
});

test("blocks of rows are parts of the whole", async () => {
  const { columns, outcome } = drawn(8, 1500);
  const inputs = columns.map((values, i) => numbers(`x${i}`, values));
  const trees = await fitTrees(inputs, outcome, undefined, { settings, monotone: [0, 0, 0] });
  const whole = treeLogOdds(trees, inputs);
  expect(treeLogOdds(trees, inputs, 100, 900)).toEqual(whole.subarray(100, 900));
});

test("gives others their turn, and stops when it is told to", async () => {
  const { columns, outcome } = drawn(3, 4000);
  const inputs = columns.map((values, i) => numbers(`x${i}`, values));
  const stop = new AbortController();
  let turns = 0;
  const pause = async () => {
    turns += 1;
    if (turns === 3) stop.abort(new Error("enough"));
  };
  const options = { settings: { rounds: 10_000 }, monotone: [0, 0, 0] as const, pause, signal: stop.signal };
  await expect(fitTrees(inputs, outcome, undefined, options)).rejects.toThrow("enough");
  expect(turns).toBe(3);
});

test("a column that the trees need and the table lacks is named", async () => {
  const { columns, outcome } = drawn(3, 200);
  const inputs = columns.map((values, i) => numbers(`x${i}`, values));
  const trees = await fitTrees(inputs, outcome, undefined, { settings, monotone: [0, 0, 0] });
  expect(() => treeLogOdds(trees, inputs.slice(1))).toThrow('no column "x0"');
});
