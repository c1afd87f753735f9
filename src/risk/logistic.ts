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

/** Rows at a time, so that what is looked at of them stays in the fast memory of a core. */
const BLOCK = 512;

async function derivatives(
  columns: readonly Float64Array[],
  outcome: Uint8Array,
  beta: Float64Array,
  ridge: number,
  pace: Pace,
): Promise<Derivatives> {
  const size = beta.length;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size + 1);
  const block = { eta: new Float64Array(BLOCK), residual: new Float64Array(BLOCK) };
  const ones = new Float64Array(BLOCK).fill(1);
  const weight = new Float64Array(BLOCK);
  const weighted = new Float64Array(BLOCK);
  let loss = 0;
  for (let from = 0; from < outcome.length; from += BLOCK) {
    const rows = Math.min(BLOCK, outcome.length - from);
    const { eta, residual } = block;
    eta.fill(beta[0]!);
    for (let j = 1; j < size; j++) addScaled(eta, beta[j]!, columns[j - 1]!, from, rows);
    for (let i = 0; i < rows; i++) {
      const odds = eta[i]!;
      const y = outcome[from + i]!;
      const small = Math.exp(-Math.abs(odds));
      const p = 1 / (1 + (odds >= 0 ? small : Math.exp(-odds)));
      loss += Math.log1p(small) + Math.max(odds, 0) - y * odds;
      residual[i] = y - p;
      weight[i] = p * (1 - p);
    }
    for (let j = 0; j < size; j++) {
      const [x, at] = j === 0 ? [ones, 0] : [columns[j - 1]!, from];
      let slope = gradient[j]!;
      for (let i = 0; i < rows; i++) {
        slope += residual[i]! * x[at + i]!;
        weighted[i] = weight[i]! * x[at + i]!;
      }
      gradient[j] = slope;
      const start = j * size;
      hessian[start] = addAll(hessian[start]!, weighted, rows);
      // beyond the diagonal nothing is read, so what has no partner may be counted there
      for (let k = 1; k <= j; k += 2) {
        addProducts(hessian, start + k, weighted, columns[k - 1]!, columns[k] ?? columns[k - 1]!, from, rows);
      }
    }
    await pace.step(rows * size * size);
  }
  for (let j = 1; j < size; j++) {
    loss += (ridge / 2) * beta[j]! ** 2;
    gradient[j]! -= ridge * beta[j]!;
    hessian[j * size + j]! += ridge;
  }
  return { loss, gradient, hessian };
}

function addScaled(sums: Float64Array, by: number, x: Float64Array, from: number, rows: number): void {
  for (let i = 0; i < rows; i++) sums[i]! += by * x[from + i]!;
}

function addAll(sum: number, weighted: Float64Array, rows: number): number {
  let total = sum;
  for (let i = 0; i < rows; i++) total += weighted[i]!;
  return total;
}

/**
 * Row by row, so that a sum has the digits of one over all rows. Two sums at once, since each addition waits for the
 * one before it.
 */
function addProducts(
  sums: Float64Array,
  at: number,
  weighted: Float64Array,
  a: Float64Array,
  b: Float64Array,
  from: number,
  rows: number,
): void {
  let ofA = sums[at]!;
  let ofB = sums[at + 1]!;
  for (let i = 0; i < rows; i++) {
    const w = weighted[i]!;
    ofA += w * a[from + i]!;
    ofB += w * b[from + i]!;
  }
  sums[at] = ofA;
  sums[at + 1] = ofB;
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
