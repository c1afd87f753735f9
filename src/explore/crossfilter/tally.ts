import type { DimensionId } from "../dimensions.ts";
import type { LookGrain } from "../look.ts";
import type { Bins, Column, RangeColumn } from "./bins.ts";
import type { Fails } from "./filters.ts";
import { Fixed } from "./fixed.ts";
import {
  addCards,
  addCardsByCard,
  addCustomers,
  addHolders,
  addHoldingsFrom,
  addHoldingsWithin,
  addPairs,
  countCustomers,
  countSpans,
  countSteps,
  passingCards,
  type Table,
  weighSpans,
  weighSteps,
} from "./kernels.ts";
import { cardsOf, heldWithin, holdingsOf, type Reach, reachedFrom, type Spans, type Steps } from "./reach.ts";

/** What a table counts by: a dimension's bars, or nothing but the total of customers or of cards. */
export type Counted = DimensionId | "customers" | "cards";

/** How a brush moves: one bound stays where it is, at the begin of a bin, or the width stays, in bins. */
export type Move = { readonly anchor: number } | { readonly width: number };

/**
 * How the count under a brush over bins lo (included) to hi (excluded) is read from a table of rows: as the sum of
 * rows lo to hi, or, where the width is fixed, as the sum of rows 0 to lo, lo included, modulo 2 ** 32.
 */
export type Reads = "between" | "upTo";

export interface Tally extends Table {
  readonly of: Counted;
  readonly reads: Reads;
}

/** A row that fails a filter is not counted; no dimension's own is passed over. */
const EVERY = ~0;
/** Marks a customer of whom no card passes, beside the bits of dimensions. */
const NO_CARD = 1 << 15;

/** Counts by a bin of the owner: the row of a table is `row[owner]`. Rows are `rows`, the last for missing. */
export function tallyByOwner(
  bins: Bins,
  grain: LookGrain,
  fails: Fails,
  columns: readonly Column[],
  row: Uint16Array,
  rows: number,
): Tally[] {
  const { customers, offsets } = bins;
  const fixed = Fixed.of(bins);
  const passing = fails.onCards ? passingCards(fails.cards, offsets) : fixed.held;
  // at the grain of customers, one without cards fails no filter on cards where there is none
  const people =
    fails.onCards || grain === "cards"
      ? holding(fails.customers, passing, customers)
      : fails.customers.subarray(0, customers);
  const onCards = fails.onCards ? bitsOf(fails.cards) : 0;
  const total = tableOf("customers", 1, rows);
  countCustomers(total, row, fixed.zeros, people, EVERY);
  const cards = tableOf("cards", 1, rows);
  if (grain === "cards") addCustomers(cards, row, fixed.zeros, fails.customers, EVERY, passing);
  else addCustomers(cards, row, fixed.zeros, people, EVERY, fixed.held.subarray(0, customers));
  return [
    total,
    cards,
    ...columns.map((column) => {
      const { id, owner, bar, bars, bit } = column;
      const table = tableOf(id, bars + 1, rows);
      if (owner === "customer")
        if (grain === "cards") addCustomers(table, row, bar, fails.customers, ~bit, passing);
        else countCustomers(table, row, bar, people, ~bit);
      else if (grain === "cards") addCards(table, row, bar, fails.customers, fails.cards, ~bit, fixed.owners);
      else if ((onCards & ~bit) === 0) addPairs(table, row, fixed.pairs(column), fails.customers);
      else addHolders(table, row, bar, fails.customers, fails.cards, ~bit, offsets, customers);
      return table;
    }),
  ];
}

/** Counts by a bin of the card; of customers for one way in which a brush moves. */
export function tallyByCard(
  bins: Bins,
  grain: LookGrain,
  fails: Fails,
  columns: readonly Column[],
  brushed: RangeColumn,
  move: Move,
): Tally[] {
  const { customers, offsets } = bins;
  const { fine, fineCount } = brushed;
  const fixed = Fixed.of(bins);
  const reach: Reach = { bins: fineCount, bin: fine, cardFails: fails.cards, offsets, customers };
  const moved: Reads = "width" in move ? "upTo" : "between";
  const reads = grain === "cards" ? "between" : moved;
  const failing = bitsOf(fails.customers);
  const onCards = fails.onCards ? bitsOf(fails.cards) : 0;
  const people = (mask: number) =>
    "width" in move
      ? heldWithin(reach, move.width, fails.customers, mask)
      : reachedFrom(reach, move.anchor, fails.customers, mask);
  const held = (mask: number) =>
    fails.any ? cardsOf(reach, fixed.owners, fails.customers, mask) : { who: fixed.owners, row: fine };
  const counted = grain === "cards" ? held : people;
  const passing = counted(0);
  const total = tableOf("customers", 1, fineCount + 1, moved);
  count(total, grain === "cards" ? people(0) : passing, fixed.zeros);
  const cards = tableOf("cards", 1, fineCount + 1, reads);
  if (grain === "cards") count(cards, passing, fixed.zeros);
  else weigh(cards, passing, fixed.held);
  return [
    total,
    cards,
    ...columns.map((column) => {
      const { id, owner, bar, bars, bit } = column;
      const table = tableOf(id, bars + 1, fineCount + 1, reads);
      if (owner === "customer") {
        count(table, passing, bar);
        if ((failing & bit) !== 0) count(table, counted(bit), bar);
      } else if (grain === "cards")
        addCardsByCard(table, fine, bar, fails.customers, fails.cards, ~bit, fixed.owners);
      else {
        const filtered = (onCards & ~bit) !== 0;
        const holdings = filtered ? holdingsOf(reach, column, ~bit) : fixed.holdings(column, reach);
        if ("anchor" in move) addHoldingsFrom(table, holdings, move.anchor, fails.customers);
        else addHoldingsWithin(table, holdings, move.width, fails.customers);
      }
      return table;
    }),
  ];
}

const count = (table: Table, by: Steps | Spans, bar: Uint16Array): void =>
  "until" in by ? countSpans(table, by, bar) : countSteps(table, by, bar);
const weigh = (table: Table, by: Steps | Spans, weight: Uint32Array): void =>
  "until" in by ? weighSpans(table, by, weight) : weighSteps(table, by, weight);

const tableOf = (of: Counted, stride: number, rows: number, reads: Reads = "between"): Tally => ({
  of,
  stride,
  reads,
  counts: new Uint32Array(rows * stride),
});

/** Which bits any row has. */
function bitsOf(fails: Uint16Array): number {
  let bits = 0;
  for (let k = 0; k < fails.length; k++) bits |= fails[k]!;
  return bits;
}

/** What customers fail, and whether they hold no card that passes. */
function holding(fails: Uint16Array, passing: Uint32Array, customers: number): Uint16Array {
  const marked = fails.slice(0, customers);
  for (let k = 0; k < customers; k++) if (passing[k] === 0) marked[k]! |= NO_CARD;
  return marked;
}
