import fc from "fast-check";
import { Random } from "../../src/risk/random.ts";

export interface Rows {
  readonly outcome: Uint8Array;
  readonly risk: Float64Array;
}

/** A few rows with many ties, each with an outcome. */
export const fewRows = fc
  .array(fc.tuple(fc.boolean(), fc.integer({ min: -3, max: 5 })), { minLength: 1, maxLength: 40 })
  .map((rows) => ({
    outcome: Uint8Array.from(rows, ([defaulted]) => (defaulted ? 1 : 0)),
    risk: Float64Array.from(rows, ([, risk]) => risk / 4),
  }));

/** Both outcomes occur. */
export const fewMixedRows = fewRows.filter(({ outcome }) => outcome.includes(0) && outcome.includes(1));

export const normals = (rows: number, seed: number): Float64Array => {
  const random = new Random(seed, 0);
  return Float64Array.from({ length: rows }, () => random.normal());
};

/** Defaults drawn from a logistic model of the logit. */
export function drawOutcome(logit: Float64Array, seed: number): Uint8Array {
  const random = new Random(seed, 1);
  return Uint8Array.from(logit, (x) => (random.chance(1 / (1 + Math.exp(-x))) ? 1 : 0));
}

/** The same rows in another order. */
export function reordered<Column extends Uint8Array | Float64Array | Int32Array>(column: Column): Column {
  const result = column.slice() as Column;
  const random = new Random(99, 0);
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [result[i], result[j]] = [result[j] ?? 0, result[i] ?? 0];
  }
  return result;
}

export const sum = (values: Iterable<number>): number =>
  [...values].reduce((total, value) => total + value, 0);

export const mean = (values: readonly number[]): number => sum(values) / values.length;

export const variance = (values: readonly number[]): number =>
  sum(values.map((value) => (value - mean(values)) ** 2)) / (values.length - 1);
