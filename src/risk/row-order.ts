import type { Grouping, InputColumn, Labelled } from "./borrowers.ts";
import { Pace } from "./pace.ts";
import { placeIn } from "./ranking.ts";

/** Two 32-bit multiplicative hashes side by side, so that a million rows hardly ever share a place. */
class Hash {
  #a: number;
  #b: number;

  constructor(seed: number) {
    this.#a = (0x9e3779b9 ^ seed) | 0;
    this.#b = (0x85ebca6b ^ Math.imul(seed + 1, 0xc2b2ae35)) | 0;
  }

  add(word: number): void {
    this.#a = Math.imul(this.#a ^ word, 0x9e3779b1);
    this.#a ^= this.#a >>> 15;
    this.#b = Math.imul(this.#b ^ word, 0x5f356495);
    this.#b ^= this.#b >>> 13;
  }

  addText(text: string): void {
    for (let i = 0; i < text.length; i++) this.add(text.charCodeAt(i));
    this.add(text.length);
  }

  /** 52 bits, as a whole number. */
  get value(): number {
    this.add(0x27d4eb2f);
    return (this.#a >>> 0) * 2 ** 20 + (this.#b >>> 12);
  }
}

/** The same text and seed give the same number below 2^52. */
export function hashOf(text: string, seed: number): number {
  const hash = new Hash(seed);
  hash.addText(text);
  return hash.value;
}

/** Rows that are hashed between two pauses. */
const CHUNK = 10_000;

/**
 * An order of the rows that depends on what stands in them and on the seed, not on where they stand. Keys are not
 * asked: a file without an id has row numbers for keys, and they move with the rows. Rows that are alike in every
 * input and the outcome can change places without anything being different.
 */
export async function rowOrder(labelled: Labelled, seed: number, pace = new Pace()): Promise<Int32Array> {
  const { outcome } = labelled;
  const hashes = new Float64Array(labelled.rows);
  const columns = [...labelled.inputs]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((column) => words(column, seed));
  const groupings = labelled.groupings.map((grouping) => words(asColumn(grouping), seed));
  for (let i = 0; i < labelled.rows; i++) {
    const hash = new Hash(seed);
    for (const add of columns) add(hash, i);
    for (const add of groupings) add(hash, i);
    hash.add(outcome[i]!);
    if (labelled.observedOn) hash.add(labelled.observedOn[i]!);
    hashes[i] = hash.value;
    if (i % CHUNK === 0) await pace.step(50 * CHUNK * (columns.length + 1));
  }
  return sortedBy(hashes, (a, b) => outcome[a]! - outcome[b]!, pace);
}

/**
 * Rows by ascending hash; those that share one by `compare`, then as they stand. A plain sort of numbers takes a tenth
 * of one that looks up the row of each.
 */
export async function sortedBy(
  hashes: Float64Array,
  compare: (a: number, b: number) => number,
  pace: Pace,
): Promise<Int32Array> {
  const sorted = hashes.slice().sort();
  await pace.step(50 * hashes.length);
  const order = new Int32Array(hashes.length);
  /** At the first place of a hash, how many rows have it so far. */
  const placed = new Int32Array(hashes.length);
  const shared = new Set<number>();
  for (let row = 0; row < hashes.length; row++) {
    const start = placeIn(sorted, hashes[row]!);
    const before = placed[start]!++;
    if (before === 1) shared.add(start);
    order[start + before] = row;
    if (row % CHUNK === 0) await pace.step(100 * CHUNK);
  }
  for (const start of shared) order.subarray(start, start + placed[start]!).sort(compare);
  return order;
}

const asColumn = ({ dimension, groups, values }: Grouping): InputColumn => ({
  name: dimension,
  kind: "category",
  levels: groups,
  values,
});

function words(column: InputColumn, seed: number): (hash: Hash, row: number) => void {
  if (column.kind === "number") {
    const pair = new Uint32Array(2);
    const value = new Float64Array(pair.buffer);
    return (hash, row) => {
      // 0 and -0 are one value, and so is every way to write "missing"
      value[0] = finite(column.values[row]!) + 0;
      hash.add(pair[0]!);
      hash.add(pair[1]!);
    };
  }
  const levels = column.levels.map((level) => hashOf(level, seed) | 0);
  return (hash, row) => hash.add(levels[column.values[row]!] ?? 0);
}

/** What was divided by nothing is no amount, so it counts as missing. */
export const finite = (value: number): number => (Number.isFinite(value) ? value : Number.NaN);

/** The rows of a list, in its order. */
export function takeColumn(column: InputColumn, rows: Int32Array): InputColumn {
  if (column.kind === "category") return { ...column, values: rows.map((i) => column.values[i]!) };
  const values = new Float64Array(rows.length);
  for (let k = 0; k < rows.length; k++) values[k] = finite(column.values[rows[k]!]!);
  return { ...column, values };
}

export function takeOutcome(outcome: Uint8Array, rows: Int32Array): Uint8Array {
  const taken = new Uint8Array(rows.length);
  for (let k = 0; k < rows.length; k++) taken[k] = outcome[rows[k]!]!;
  return taken;
}

export function takeRows(labelled: Labelled, rows: Int32Array): Labelled {
  const { observedOn } = labelled;
  return {
    rows: rows.length,
    keys: Array.from(rows, (i) => labelled.keys[i]!),
    inputs: labelled.inputs.map((column) => takeColumn(column, rows)),
    groupings: labelled.groupings.map((grouping) => ({
      ...grouping,
      values: rows.map((i) => grouping.values[i]!),
    })),
    outcome: takeOutcome(labelled.outcome, rows),
    ...(observedOn && { observedOn: rows.map((i) => observedOn[i]!) }),
  };
}
