import type { Labelled } from "../risk/borrowers.ts";
import { hashOf, takeRows } from "../risk/row-order.ts";

/** More customers tell no more of a dozen inputs, and a page waits for the training. */
const MOST = 50_000;
/** Of the rarer outcome so many are wanted, however many customers that takes. */
const WANTED = 2_000;

/**
 * Customers to learn from while somebody waits: all of them, or those whose keys have the lowest hashes, so that the
 * order of the rows does not matter.
 */
export function trainingSample(
  labelled: Labelled,
  seed: number,
  { most = MOST, wanted = WANTED }: { readonly most?: number; readonly wanted?: number } = {},
): Labelled {
  const defaults = labelled.outcome.reduce((sum, y) => sum + y, 0);
  const rarer = Math.min(defaults, labelled.rows - defaults);
  const size = Math.max(most, Math.ceil((labelled.rows * wanted) / Math.max(rarer, 1)));
  if (labelled.rows <= size) return labelled;
  const hashes = Float64Array.from(labelled.keys, (key) => hashOf(key, seed));
  const limit = hashes.toSorted()[size] ?? Number.POSITIVE_INFINITY;
  const rows = Int32Array.from(hashes.keys()).filter((row) => (hashes[row] ?? limit) < limit);
  return takeRows(labelled, rows);
}
