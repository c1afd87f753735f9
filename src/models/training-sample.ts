import { readBatches } from "../engines/columns.ts";
import type { DuckDBEngine } from "../engines/duckdb.ts";
import { hashOf } from "../risk/row-order.ts";
import { TableLoader } from "./load-rows.ts";

/** More customers tell no more of a dozen inputs, and a page waits for the training. */
const MOST = 50_000;
/** Of the rarer outcome so many are wanted, however many customers that takes. */
const WANTED = 2_000;

/** How many of the customers with an outcome are learnt from while somebody waits. */
export function sampleSize(
  customers: number,
  defaults: number,
  { most = MOST, wanted = WANTED }: { readonly most?: number; readonly wanted?: number } = {},
): number {
  const rarer = Math.min(defaults, customers - defaults);
  return Math.max(most, Math.ceil((customers * wanted) / Math.max(rarer, 1)));
}

/** The table of row ids that `sampleCustomers` fills. */
export const SAMPLED = "sampled";
/** Keys that are hashed between two pauses. */
const SLICE = 50_000;

/**
 * Draws customers for whom a condition holds: those whose keys have the lowest hashes, so that the order of the rows
 * does not matter. False where there are no more than `size`; then nothing is drawn.
 */
export async function sampleCustomers(
  engine: DuckDBEngine,
  condition: string,
  {
    size,
    seed,
    signal,
    onKeys,
  }: {
    readonly size: number;
    readonly seed: number;
    readonly signal?: AbortSignal | undefined;
    /** Told how many keys have been looked at. */
    readonly onKeys?: ((keys: number) => void) | undefined;
  },
): Promise<boolean> {
  const lowest = new LowestHashes(size);
  let seen = 0;
  const batches = readBatches(engine, {
    key: "user_id",
    numbers: ["rowid"],
    from: `customer_profile where ${condition}`,
    least: SLICE,
    signal,
  });
  for await (const { keys, numbers } of batches) {
    for (const [i, key] of keys.entries()) lowest.add(hashOf(key, seed), numbers[0]?.[i] ?? 0);
    seen += keys.length;
    onKeys?.(seen);
    await new Promise((done) => setImmediate(done));
  }
  const rows = lowest.rows();
  if (rows === undefined) return false;
  using loader = await TableLoader.create(engine, SAMPLED, { customer: "integer" });
  loader.append([rows]);
  return true;
}

/** The rows with the lowest hashes of any number of rows, in as much memory as twice those kept take. */
export class LowestHashes {
  readonly #size: number;
  readonly #hashes: Float64Array;
  readonly #rows: Float64Array;
  #held = 0;
  #seen = 0;
  #limit = Number.POSITIVE_INFINITY;

  constructor(size: number) {
    this.#size = size;
    this.#hashes = new Float64Array(2 * size + 2);
    this.#rows = new Float64Array(2 * size + 2);
  }

  add(hash: number, row: number): void {
    this.#seen++;
    if (hash > this.#limit) return;
    if (this.#held === this.#hashes.length) this.#drop();
    this.#hashes[this.#held] = hash;
    this.#rows[this.#held++] = row;
  }

  /** Those with less than the lowest hash that is too many; undefined where none is. */
  rows(): Float64Array | undefined {
    if (this.#seen <= this.#size) return undefined;
    this.#drop();
    return this.#rows.slice(0, this.#held).filter((_, i) => (this.#hashes[i] ?? 0) < this.#limit);
  }

  /** Keeps one more than are wanted: where that one's hash lies. */
  #drop(): void {
    const sorted = this.#hashes.slice(0, this.#held).sort();
    this.#limit = sorted[this.#size] ?? Number.POSITIVE_INFINITY;
    let kept = 0;
    for (let i = 0; i < this.#held; i++) {
      const hash = this.#hashes[i] ?? 0;
      // of those that share it one is enough
      if (hash > this.#limit || (hash === this.#limit && kept > this.#size)) continue;
      this.#hashes[kept] = hash;
      this.#rows[kept++] = this.#rows[i] ?? 0;
    }
    this.#held = kept;
  }
}
