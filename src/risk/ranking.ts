/**
 * Rows by risk, those of one risk together. Whatever is told from it gives ties no order, and does not depend on the
 * order of the rows.
 */
export interface Ranking {
  readonly customers: number;
  readonly defaults: number;
  /** Each risk that occurs, least first. */
  readonly risks: Float64Array;
  /** Of each risk. */
  readonly customersAt: Int32Array;
  readonly defaultsAt: Int32Array;
  /** By row, the place of its risk. */
  readonly placeOf: Int32Array;
}

/** `risk`: higher is riskier. */
export function rankingOf(outcome: Uint8Array, risk: Float64Array): Ranking {
  const risks = distinct(risk);
  const customersAt = new Int32Array(risks.length);
  const defaultsAt = new Int32Array(risks.length);
  const placeOf = new Int32Array(risk.length);
  let defaults = 0;
  for (let i = 0; i < risk.length; i++) {
    const at = placeIn(risks, risk[i]!);
    placeOf[i] = at;
    customersAt[at]!++;
    if (outcome[i] === 1) {
      defaultsAt[at]!++;
      defaults++;
    }
  }
  return { customers: risk.length, defaults, risks, customersAt, defaultsAt, placeOf };
}

function distinct(values: Float64Array): Float64Array {
  const sorted = Float64Array.from(values).sort();
  if (Number.isNaN(sorted.at(-1) ?? 0)) throw new RangeError("a risk to rank by is not a number");
  let count = 0;
  for (const value of sorted) if (count === 0 || value !== sorted[count - 1]) sorted[count++] = value;
  return sorted.slice(0, count);
}

/** Where `value` stands first in ascending values that hold it. */
export function placeIn(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
