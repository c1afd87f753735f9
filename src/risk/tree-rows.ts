import type { BinnedInput } from "./tree-bins.ts";

// The loops that take the time stand by themselves, so that each is compiled for what it does.

/** Row by row, where in a histogram the bin of each input is: all that is read of a row lies together. */
export function placesOf(
  inputs: readonly BinnedInput[],
  offsets: Int32Array,
  rows: number,
  size: number,
): Uint16Array | Uint32Array {
  const width = inputs.length;
  const places = size < 2 ** 16 ? new Uint16Array(rows * width) : new Uint32Array(rows * width);
  inputs.forEach(({ bins }, input) => {
    const offset = offsets[input]!;
    for (let row = 0, at = input; row < rows; row += 1, at += width) places[at] = offset + 2 * bins[row]!;
  });
  return places;
}

export function addTo(
  histogram: Float64Array,
  places: Uint16Array | Uint32Array,
  width: number,
  rows: Int32Array,
  from: number,
  to: number,
  pairs: Float64Array,
): void {
  for (let k = from, p = 0; k < to; k += 1, p += 2) {
    const gradient = pairs[p]!;
    const hessian = pairs[p + 1]!;
    const start = rows[k]! * width;
    const end = start + width;
    for (let i = start; i < end; i += 1) {
      const at = places[i]!;
      histogram[at]! += gradient;
      histogram[at + 1]! += hessian;
    }
  }
}

export function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i]!;
  return sum;
}

export function subtract(histogram: Float64Array, part: Float64Array): void {
  for (let i = 0; i < histogram.length; i += 1) histogram[i]! -= part[i]!;
}

export function addValue(
  sums: Float64Array,
  rows: Int32Array,
  from: number,
  to: number,
  value: number,
): void {
  for (let k = from; k < to; k += 1) sums[rows[k]!]! += value;
}

/** A value per bin. */
export function addValues(
  sums: Float64Array,
  rows: Int32Array,
  from: number,
  to: number,
  bins: Uint8Array,
  values: Float64Array,
): void {
  for (let k = from; k < to; k += 1) {
    const row = rows[k]!;
    sums[row]! += values[bins[row]!]!;
  }
}

/** Rows keep their order on both sides, so that sums do not depend on how the tree came about. Without a branch. */
export function part(
  rows: Int32Array,
  from: number,
  to: number,
  bins: Uint8Array,
  goesLeft: Uint8Array,
  spare: Int32Array,
): number {
  let left = from;
  let right = 0;
  for (let k = from; k < to; k += 1) {
    const row = rows[k]!;
    const isLeft = goesLeft[bins[row]!]!;
    rows[left] = row;
    spare[right] = row;
    left += isLeft;
    right += 1 - isLeft;
  }
  rows.set(spare.subarray(0, right), left);
  return left;
}
