import type { Pace } from "./pace.ts";

export interface Logistic {
  readonly intercept: number;
  readonly coefficients: Float64Array;
}

const MOST_STEPS = 50;
const TOLERANCE = 1e-10;

/**
 * Logistic regression with a ridge penalty of `ridge / 2` times the sum of the squared coefficients (not of the
 * intercept), fitted by Newton's method to the last digits. The sums run in the order of the rows.
 */
export async function fitLogistic(
  columns: readonly Float64Array[],
  outcome: Uint8Array,
  ridge: number,
  pace: Pace,
  start?: Logistic,
): Promise<Logistic> {
  const size = columns.length + 1;
  let beta = start ? Float64Array.of(start.intercept, ...start.coefficients) : new Float64Array(size);
  let now = await derivatives(columns, outcome, beta, ridge, pace);
  for (let step = 0; step < MOST_STEPS; step++) {
    const move = solve(now.hessian, now.gradient, size);
    let scale = 1;
    let next = now;
    let tried = beta;
    // a full Newton step can overshoot where the outcomes are nearly separated
    for (let half = 0; half < 30; half++, scale /= 2) {
      tried = beta.map((b, j) => b + scale * move[j]!);
      next = await derivatives(columns, outcome, tried, ridge, pace);
      if (next.loss <= now.loss + 1e-12 * Math.abs(now.loss)) break;
    }
    const largest = move.reduce((most, m) => Math.max(most, Math.abs(m)), 0) * scale;
    beta = tried;
    now = next;
    if (largest < TOLERANCE) break;
  }
  return { intercept: beta[0]!, coefficients: beta.slice(1) };
}

/** The linear predictor of every row. */
export function predict(
  columns: readonly Float64Array[],
  { intercept, coefficients }: Logistic,
): Float64Array {
  const rows = columns[0]?.length ?? 0;
  const result = new Float64Array(rows).fill(intercept);
  columns.forEach((column, j) => {
    const beta = coefficients[j]!;
    for (let i = 0; i < rows; i++) result[i]! += beta * column[i]!;
  });
  return result;
}

interface Derivatives {
  readonly loss: number;
  /** Of the log likelihood less the penalty. */
  readonly gradient: Float64Array;
  /** Of the loss, row by row. */
  readonly hessian: Float64Array;
}

async function derivatives(
  columns: readonly Float64Array[],
  outcome: Uint8Array,
  beta: Float64Array,
  ridge: number,
  pace: Pace,
): Promise<Derivatives> {
  const size = beta.length;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const row = new Float64Array(size);
  row[0] = 1;
  let loss = 0;
  const chunk = Math.max(1000, Math.floor(4_000_000 / (size * size)));
  for (let from = 0; from < outcome.length; from += chunk) {
    const to = Math.min(outcome.length, from + chunk);
    for (let i = from; i < to; i++) {
      let eta = beta[0]!;
      for (let j = 1; j < size; j++) {
        const x = columns[j - 1]![i]!;
        row[j] = x;
        eta += beta[j]! * x;
      }
      const y = outcome[i]!;
      const p = 1 / (1 + Math.exp(-eta));
      loss += Math.log1p(Math.exp(-Math.abs(eta))) + Math.max(eta, 0) - y * eta;
      const weight = p * (1 - p);
      for (let j = 0; j < size; j++) {
        gradient[j]! += (y - p) * row[j]!;
        const weighted = weight * row[j]!;
        const at = j * size;
        for (let k = 0; k <= j; k++) hessian[at + k]! += weighted * row[k]!;
      }
    }
    await pace.step((to - from) * size * size);
  }
  for (let j = 1; j < size; j++) {
    loss += (ridge / 2) * beta[j]! ** 2;
    gradient[j]! -= ridge * beta[j]!;
    hessian[j * size + j]! += ridge;
  }
  return { loss, gradient, hessian };
}

/** Cholesky; of the hessian only the lower triangle is read. */
function solve(hessian: Float64Array, gradient: Float64Array, size: number): Float64Array {
  const lower = Float64Array.from(hessian);
  for (let j = 0; j < size; j++) {
    for (let k = 0; k <= j; k++) {
      let sum = lower[j * size + k]!;
      for (let m = 0; m < k; m++) sum -= lower[j * size + m]! * lower[k * size + m]!;
      // two columns that say the same leave nothing on the diagonal
      lower[j * size + k] = j === k ? Math.sqrt(Math.max(sum, 1e-9)) : sum / lower[k * size + k]!;
    }
  }
  const x = Float64Array.from(gradient);
  for (let j = 0; j < size; j++) {
    for (let k = 0; k < j; k++) x[j]! -= lower[j * size + k]! * x[k]!;
    x[j]! /= lower[j * size + j]!;
  }
  for (let j = size - 1; j >= 0; j--) {
    for (let k = j + 1; k < size; k++) x[j]! -= lower[k * size + j]! * x[k]!;
    x[j]! /= lower[j * size + j]!;
  }
  return x;
}
