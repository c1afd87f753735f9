import type { InputColumn, Labelled } from "../../src/risk/borrowers.ts";
import { Random } from "../../src/risk/random.ts";
import { type TrainOptions, train } from "../../src/risk/train.ts";

export const LEVELS = ["blue", "it's", "red"];

/** Made-up borrowers whose risk rises with utilisation and lateness, and falls with income. */
export function makeBorrowers(
  seed: number,
  rows: number,
  options: { intercept?: number; strength?: number } = {},
): Labelled {
  const { intercept = -1.5, strength = 1 } = options;
  const random = new Random(seed, 7);
  const utilisation = new Float64Array(rows);
  const income = new Float64Array(rows);
  const late = new Float64Array(rows);
  const noise = new Float64Array(rows);
  const colour = new Int32Array(rows);
  const gender = new Int32Array(rows);
  const observedOn = new Int32Array(rows);
  const outcome = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    const u = random.uniform() ** 2 * 1.2;
    const earned = Math.round(Math.exp(10.5 + 0.6 * random.normal()));
    const months = random.chance(0.85) ? 0 : random.below(5) + 1;
    colour[i] = random.below(4) - 1;
    gender[i] = random.below(2);
    observedOn[i] = 18_000 + random.below(500);
    noise[i] = random.normal();
    const logit =
      intercept +
      strength *
        (2.5 * (u - 0.4) - 0.5 * Math.log2(earned / 36_000) + 0.8 * months + (colour[i] === 2 ? 0.7 : 0));
    outcome[i] = random.chance(1 / (1 + Math.exp(-logit))) ? 1 : 0;
    utilisation[i] = random.chance(0.03) ? 50_000 + u : u;
    income[i] = random.chance(0.1) ? Number.NaN : earned;
    late[i] = random.chance(0.08) ? 98 : months;
  }
  const inputs: InputColumn[] = [
    { name: "utilisation", kind: "number", values: utilisation, codes: [] },
    { name: "Annual income", kind: "number", values: income, codes: [] },
    { name: "late", kind: "number", values: late, codes: [96, 98] },
    { name: "noise", kind: "number", values: noise, codes: [] },
    { name: "colour", kind: "category", values: colour, levels: LEVELS },
  ];
  return {
    rows,
    keys: Array.from({ length: rows }, (_, i) => `c${i}`),
    inputs,
    groupings: [{ dimension: "gender", groups: ["f", "m"], values: gender }],
    outcome,
    observedOn,
  };
}

/** `defaults` of the first kind and `others` of the second, as they come. */
export function withCounts(table: Labelled, defaults: number, others: number): Labelled {
  const left = [others, defaults];
  const rows: number[] = [];
  table.outcome.forEach((y, i) => {
    if ((left[y] ?? 0) > 0) {
      left[y] = (left[y] ?? 0) - 1;
      rows.push(i);
    }
  });
  return reorder(table, rows);
}

export function reorder(table: Labelled, rows: readonly number[]): Labelled {
  const { observedOn } = table;
  const ints = (values: Int32Array) => Int32Array.from(rows, (i) => values[i] ?? -1);
  return {
    rows: rows.length,
    keys: rows.map((i) => table.keys[i] ?? ""),
    inputs: table.inputs.map((column) =>
      column.kind === "number"
        ? { ...column, values: Float64Array.from(rows, (i) => column.values[i] ?? Number.NaN) }
        : { ...column, values: ints(column.values) },
    ),
    groupings: table.groupings.map((grouping) => ({ ...grouping, values: ints(grouping.values) })),
    outcome: Uint8Array.from(rows, (i) => table.outcome[i] ?? 0),
    ...(observedOn && { observedOn: ints(observedOn) }),
  };
}

export function inputOf(table: Labelled, name: string): InputColumn {
  const found = table.inputs.find((column) => column.name === name);
  if (found === undefined) throw new Error(`no input "${name}"`);
  return found;
}

export const withInput = (table: Labelled, column: InputColumn): Labelled => ({
  ...table,
  inputs: [...table.inputs, column],
});

export const withoutDates = ({ observedOn: _, ...table }: Labelled): Labelled => table;

export const trainOptions: TrainOptions = {
  seed: 1,
  source: "table",
  outcome: {
    column: "defaulted",
    event: ["1"],
    other: ["0"],
    definition: null,
    observed_on: null,
    window: null,
    kind: "association, not forecast",
    unknown: 0,
  },
  leftOut: [],
  labels: new Map([
    ["utilisation", { label: "use of the limit", isActionable: true }],
    ["late", { label: "months late", isActionable: true }],
  ]),
};

export const trained = (table: Labelled, options: Partial<TrainOptions> = {}) =>
  train(table, { ...trainOptions, ...options });
