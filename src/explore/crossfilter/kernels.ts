/**
 * The loops over all rows. Each adds to a table of `row * stride + bar`; `row` is the bin of the brushed dimension,
 * or 0 everywhere. They are plain on purpose: one table, arrays and numbers only, no calls within. A closure, an
 * object per row or a list of tables costs more than the count itself, and so does a weight that is always 1: hence
 * loops that count and loops that weigh. A row is counted where it fails no filter but the counted dimension's own,
 * whose bit is not in `deny`; steps are of owners already chosen.
 */

import type { Pairs } from "./fixed.ts";
import type { Holdings, Spans, Steps } from "./reach.ts";

/** What a loop counts into: one table of counts. */
export interface Table {
  readonly counts: Uint32Array;
  /** Bars and one for missing. */
  readonly stride: number;
}

/** Customers by a bar of theirs: those of `fails`. */
export function countCustomers(
  { counts, stride }: Table,
  row: Uint16Array,
  bar: Uint16Array,
  fails: Uint16Array,
  deny: number,
): void {
  for (let k = 0; k < fails.length; k++) if ((fails[k]! & deny) === 0) counts[row[k]! * stride + bar[k]!]!++;
}

/** Owners by a bar of theirs, each with a weight. */
export function addCustomers(
  { counts, stride }: Table,
  row: Uint16Array,
  bar: Uint16Array,
  fails: Uint16Array,
  deny: number,
  weight: Uint32Array,
): void {
  for (let k = 0; k < weight.length; k++)
    if ((fails[k]! & deny) === 0) counts[row[k]! * stride + bar[k]!]! += weight[k]!;
}

/** How many cards of each owner pass. */
export function passingCards(cardFails: Uint16Array, offsets: Uint32Array): Uint32Array {
  const passing = new Uint32Array(offsets.length - 1);
  for (let k = 0; k < passing.length; k++) {
    const end = offsets[k + 1]!;
    let count = 0;
    for (let j = offsets[k]!; j < end; j++) if (cardFails[j] === 0) count++;
    passing[k] = count;
  }
  return passing;
}

/** Cards by a bar of theirs; the row is their owner's. */
export function addCards(
  { counts, stride }: Table,
  row: Uint16Array,
  bar: Uint16Array,
  fails: Uint16Array,
  cardFails: Uint16Array,
  deny: number,
  owners: Uint32Array,
): void {
  for (let j = 0; j < owners.length; j++) {
    const k = owners[j]!;
    if (fails[k] === 0 && (cardFails[j]! & deny) === 0) counts[row[k]! * stride + bar[j]!]!++;
  }
}

/** Cards by a bar of theirs; the row is the card's. */
export function addCardsByCard(
  { counts, stride }: Table,
  row: Uint16Array,
  bar: Uint16Array,
  fails: Uint16Array,
  cardFails: Uint16Array,
  deny: number,
  owners: Uint32Array,
): void {
  for (let j = 0; j < owners.length; j++)
    if (fails[owners[j]!] === 0 && (cardFails[j]! & deny) === 0) counts[row[j]! * stride + bar[j]!]!++;
}

/** Customers by the bars of their cards, once for each bar, where all cards pass. */
export function addPairs(
  { counts, stride }: Table,
  row: Uint16Array,
  { who, bar }: Pairs,
  fails: Uint16Array,
): void {
  for (let i = 0; i < who.length; i++) {
    const k = who[i]!;
    if (fails[k] === 0) counts[row[k]! * stride + bar[i]!]!++;
  }
}

/** Customers by the bars of their cards, once for each bar. */
export function addHolders(
  { counts, stride }: Table,
  row: Uint16Array,
  bar: Uint16Array,
  fails: Uint16Array,
  cardFails: Uint16Array,
  deny: number,
  offsets: Uint32Array,
  customers: number,
): void {
  const last = new Int32Array(stride).fill(-1);
  for (let k = 0; k < customers; k++) {
    if (fails[k] !== 0) continue;
    const end = offsets[k + 1]!;
    const at = row[k]! * stride;
    for (let j = offsets[k]!; j < end; j++) {
      const own = bar[j]!;
      if ((cardFails[j]! & deny) !== 0 || last[own] === k) continue;
      last[own] = k;
      counts[at + own]!++;
    }
  }
}

/** Steps by a bar of their owner. */
export function countSteps({ counts, stride }: Table, { who, row }: Steps, bar: Uint16Array): void {
  for (let i = 0; i < who.length; i++) counts[row[i]! * stride + bar[who[i]!]!]!++;
}

/** Steps, each with a weight of its owner, in a table of one bar. */
export function weighSteps({ counts }: Table, { who, row }: Steps, weight: Uint32Array): void {
  for (let i = 0; i < who.length; i++) counts[row[i]!]! += weight[who[i]!]!;
}

/** Spans by a bar of their owner: differences, modulo 2 ** 32. */
export function countSpans({ counts, stride }: Table, { who, from, until }: Spans, bar: Uint16Array): void {
  for (let i = 0; i < who.length; i++) {
    const own = bar[who[i]!]!;
    counts[from[i]! * stride + own]!++;
    counts[until[i]! * stride + own]!--;
  }
}

/** Spans, each with a weight of its owner, in a table of one bar: differences, modulo 2 ** 32. */
export function weighSpans({ counts }: Table, { who, from, until }: Spans, weight: Uint32Array): void {
  for (let i = 0; i < who.length; i++) {
    const own = weight[who[i]!]!;
    counts[from[i]!]! += own;
    counts[until[i]!]! -= own;
  }
}

/** Customers by the bars of their cards, where a brush with one fixed bound reaches the first card in each. */
export function addHoldingsFrom(
  { counts, stride }: Table,
  { who, bar, bin, before, after }: Holdings,
  anchor: number,
  fails: Uint16Array,
): void {
  for (let i = 0; i < who.length; i++)
    if (before[i]! <= anchor && anchor <= after[i]! && fails[who[i]!] === 0)
      counts[bin[i]! * stride + bar[i]!]!++;
}

/** Customers by the bars of their cards, once for each bar, under a brush of one width: differences, modulo 2 ** 32. */
export function addHoldingsWithin(
  { counts, stride }: Table,
  { who, bar, bin, before }: Holdings,
  width: number,
  fails: Uint16Array,
): void {
  for (let i = 0; i < who.length; i++) {
    if (fails[who[i]!] !== 0) continue;
    const until = bin[i]! + 1;
    const from = Math.max(before[i]!, until - width);
    counts[from * stride + bar[i]!]!++;
    counts[until * stride + bar[i]!]!--;
  }
}
