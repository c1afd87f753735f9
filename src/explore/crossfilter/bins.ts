import type { DuckDBEngine } from "../../engines/duckdb.ts";
import type { View } from "../../models/build.ts";
import {
  type CategoryDimension,
  type DimensionId,
  dimensionIds,
  type Owner,
  type RangeDimension,
} from "../dimensions.ts";
import type { Names } from "./categories.ts";
import { binAll, type Extent } from "./extent.ts";
import { readTable, type Source } from "./table.ts";

interface Common {
  readonly id: DimensionId;
  readonly owner: Owner;
  /** Marks a row that fails this dimension's filter; customers and cards have bits of their own. */
  readonly bit: number;
  /** Why there is nothing to show; filters hold all the same. */
  readonly because?: string;
  /** By row, the bin or the name's code; `fineCount` where the value is missing. */
  readonly fine: Uint16Array;
  readonly fineCount: number;
  /** By row, the bar; `bars` where the value is missing. */
  readonly bar: Uint16Array;
  readonly bars: number;
}

export interface RangeColumn extends Common, Extent {
  readonly dimension: RangeDimension;
  /** The values, for bounds within a bin; NaN where missing. */
  readonly values: Float64Array;
}

export interface CategoryColumn extends Common {
  readonly dimension: CategoryDimension;
  readonly names: Names;
}

export type Column = RangeColumn | CategoryColumn;

/**
 * A portfolio as columns of small numbers. Rows of customers are those of customer_profile, in no particular order,
 * and one more after them that owns the cards without a customer: all of its attributes are missing. Cards are
 * sorted by owner, then by expiry.
 */
export interface Bins {
  readonly customers: number;
  readonly cards: number;
  /** Cards of owner k are those from `offsets[k]` up to `offsets[k + 1]`. */
  readonly offsets: Uint32Array;
  /** In the order of `dimensions`. */
  readonly columns: readonly Column[];
}

/** By it the cards of a customer are sorted: it is the only range of cards, and a brush over it relies on that. */
export const CARD_ORDER: DimensionId = "expiry";

export const isRange = (column: Column): column is RangeColumn => column.dimension.shape === "range";

/** Reads the models of a view, all of them whatever the view is narrowed to. */
export async function loadBins(engine: DuckDBEngine, view: View): Promise<Bins> {
  const people = await readTable(engine, "customer");
  const held = await readTable(engine, "card");
  const customers = people.rows;
  const places = placesOf(people.row);
  const owners = Uint32Array.from(held.row, (row) => (Number.isNaN(row) ? customers : places[row]!));
  const { order, offsets } = orderCards(owners, customers + 1, sortKey(held));
  const columns = [
    ...people.sources.map((source, i) => {
      const values = new Float64Array(customers + 1).fill(Number.NaN);
      values.set(people.read[i]!);
      return columnOf(source, 1 << i, values, view);
    }),
    ...held.sources.map((source, i) => columnOf(source, 1 << i, gather(held.read[i]!, order), view)),
  ];
  columns.sort((a, b) => dimensionIds.indexOf(a.id) - dimensionIds.indexOf(b.id));
  return { customers, cards: held.rows, offsets, columns };
}

/** By row in the database, its place among those read: where rows went, the numbers have gaps. */
function placesOf(rows: Float64Array): Uint32Array {
  const last = rows.reduce((most, row) => Math.max(most, row), -1);
  const places = new Uint32Array(last + 1);
  for (let place = 0; place < rows.length; place++) places[rows[place]!] = place;
  return places;
}

function columnOf(source: Source, bit: number, values: Float64Array, view: View): Column {
  const { id } = source;
  const { owner, needs } = source.dimension;
  const missing = view.inputs.missing(needs);
  const common = { id, owner, bit, ...(missing.length > 0 && { because: `missing: ${missing.join(", ")}` }) };
  if ("extent" in source) {
    const { dimension, extent } = source;
    const fine = binAll(values, extent);
    const fineCount = extent.edges.length - 1;
    const bars = fineCount / extent.barSteps;
    const bar = recode(fine, fineCount, (bin) => Math.floor(bin / extent.barSteps));
    return { ...common, dimension, fine, fineCount, bar, bars, values, ...extent };
  }
  const { dimension, names } = source;
  const fineCount = names.keys.length;
  const fine = Uint16Array.from(values, (code) => (Number.isNaN(code) ? fineCount : code));
  const bars = Math.min(fineCount, names.drawn + 1);
  const bar =
    fineCount === bars
      ? fine
      : recode(fine, fineCount, (code) => (code === fineCount ? bars : Math.min(code, names.drawn)));
  return { ...common, dimension, fine, fineCount, bar, bars, names };
}

function recode(codes: Uint16Array, count: number, to: (code: number) => number): Uint16Array {
  const table = Uint16Array.from({ length: count + 1 }, (_, code) => to(code));
  const recoded = new Uint16Array(codes.length);
  for (let i = 0; i < codes.length; i++) recoded[i] = table[codes[i]!]!;
  return recoded;
}

function gather(values: Float64Array, order: Uint32Array): Float64Array {
  const gathered = new Float64Array(order.length);
  for (let i = 0; i < order.length; i++) gathered[i] = values[order[i]!]!;
  return gathered;
}

function sortKey({ sources, read }: { sources: readonly Source[]; read: readonly Float64Array[] }) {
  const at = sources.findIndex(({ id }) => id === CARD_ORDER);
  const source = sources[at];
  if (source === undefined || !("extent" in source)) throw new TypeError(`not a range: ${CARD_ORDER}`);
  return { key: binAll(read[at]!, source.extent), count: source.extent.edges.length };
}

/** The order of cards by owner, then by a key, and where the cards of each owner begin. */
function orderCards(owners: Uint32Array, ownerCount: number, by: { key: Uint16Array; count: number }) {
  const inKeyOrder = countingOrder(by.key, by.count);
  const ownersInKeyOrder = new Uint32Array(owners.length);
  for (let i = 0; i < owners.length; i++) ownersInKeyOrder[i] = owners[inKeyOrder.order[i]!]!;
  const inOwnerOrder = countingOrder(ownersInKeyOrder, ownerCount);
  const order = new Uint32Array(owners.length);
  for (let i = 0; i < owners.length; i++) order[i] = inKeyOrder.order[inOwnerOrder.order[i]!]!;
  return { order, offsets: inOwnerOrder.offsets };
}

/** A counting sort, which keeps the order of equal keys. */
function countingOrder(keys: Uint16Array | Uint32Array, count: number) {
  const offsets = new Uint32Array(count + 1);
  for (let i = 0; i < keys.length; i++) offsets[keys[i]! + 1]!++;
  for (let key = 0; key < count; key++) offsets[key + 1]! += offsets[key]!;
  const next = offsets.slice();
  const order = new Uint32Array(keys.length);
  for (let i = 0; i < keys.length; i++) order[next[keys[i]!]!++] = i;
  return { order, offsets };
}
