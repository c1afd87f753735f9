import { hashOf } from "./row-order.ts";

export const foldCount = 5;

/**
 * A fold per row, dealt in the order of the rows, each outcome apart, so that every fold has its share of both. The
 * rows are expected in an order that has nothing to do with the outcome, as `rowOrder` gives it.
 */
export function dealFolds(outcome: Uint8Array, folds = foldCount): Uint8Array {
  const dealt = [0, 0];
  return outcome.map((y) => dealt[y]!++ % folds);
}

/** The same for rows in any order, which is then that of a hash of their keys with the seed. */
export function foldsOf(
  keys: readonly string[],
  outcome: Uint8Array,
  seed: number,
  folds = foldCount,
): Uint8Array {
  const hashes = Float64Array.from(keys, (key) => hashOf(key, seed));
  const order = Int32Array.from(keys, (_, i) => i).sort(
    (a, b) => hashes[a]! - hashes[b]! || (keys[a]! < keys[b]! ? -1 : 1),
  );
  const dealt = dealFolds(
    Uint8Array.from(order, (i) => outcome[i]!),
    folds,
  );
  const result = new Uint8Array(keys.length);
  order.forEach((row, place) => {
    result[row] = dealt[place]!;
  });
  return result;
}

export interface Fold {
  /** Learnt from. */
  readonly train: Int32Array;
  /** Looked at. */
  readonly test: Int32Array;
}

export function splitFolds(folds: Uint8Array, count = foldCount): Fold[] {
  const rows = new Int32Array(folds.length).map((_, i) => i);
  return Array.from({ length: count }, (_, fold) => ({
    train: rows.filter((i) => folds[i] !== fold),
    test: rows.filter((i) => folds[i] === fold),
  }));
}
