import type { Column } from "./bins.ts";

/**
 * Customers under a brush over their cards. A customer has several cards, so that counts by bin do not add up: one
 * with cards in two bins of a brush is one customer. How the brush moves says what does:
 *
 * - One bound stays. A brush from it upward reaches a customer at the first bin of a card of theirs from there on,
 *   one downward at the last bin before it; counted there and nowhere else on that side, sums over bins are exact.
 * - Its width stays. A brush holds a customer as long as its low bound is within a width below a card of theirs;
 *   +1 where that begins and -1 after it ends, and the sum up to the low bound is the count.
 *
 * Cards of a customer are in the order of their bins; those in the bin `bins` have no value, and no brush reaches them.
 */
export interface Reach {
  readonly bins: number;
  /** The bin of each card. */
  readonly bin: Uint16Array;
  readonly cardFails: Uint16Array;
  readonly offsets: Uint32Array;
  readonly customers: number;
}

/** Where owners, or cards of theirs, are reached: 1 more in a row. */
export interface Steps {
  readonly who: Uint32Array;
  readonly row: Uint16Array;
}

/** Where customers are held: from a row until before another. */
export interface Spans {
  readonly who: Uint32Array;
  readonly from: Uint16Array;
  readonly until: Uint16Array;
}

/** Where brushes that grow up and down from an anchor reach each customer who fails just the filters of `mask`. */
export function reachedFrom(
  { bins, bin, cardFails, offsets, customers }: Reach,
  anchor: number,
  fails: Uint16Array,
  mask: number,
): Steps {
  const who = new Uint32Array(2 * customers);
  const row = new Uint16Array(2 * customers);
  let n = 0;
  for (let k = 0; k < customers; k++) {
    if (fails[k] !== mask) continue;
    const end = offsets[k + 1]!;
    let down = bins;
    let up = bins;
    for (let j = offsets[k]!; j < end && up === bins; j++) {
      if (cardFails[j] !== 0) continue;
      if (bin[j]! < anchor) down = bin[j]!;
      else up = bin[j]!;
    }
    if (down !== bins) {
      who[n] = k;
      row[n++] = down;
    }
    if (up !== bins) {
      who[n] = k;
      row[n++] = up;
    }
  }
  return { who: who.subarray(0, n), row: row.subarray(0, n) };
}

/**
 * Where the low bound of a brush of one width is while it holds a customer who fails just the filters of `mask`. What
 * meets is one span.
 */
export function heldWithin(
  { bins, bin, cardFails, offsets, customers }: Reach,
  width: number,
  fails: Uint16Array,
  mask: number,
): Spans {
  const who = new Uint32Array(bin.length);
  const from = new Uint16Array(bin.length);
  const until = new Uint16Array(bin.length);
  let n = 0;
  for (let k = 0; k < customers; k++) {
    if (fails[k] !== mask) continue;
    const end = offsets[k + 1]!;
    let next = -1;
    for (let j = offsets[k]!; j < end; j++) {
      const at = bin[j]!;
      if (cardFails[j] !== 0 || at === bins) continue;
      const begin = at < width ? 0 : at - width + 1;
      if (begin > next) {
        who[n] = k;
        from[n++] = begin;
      }
      next = at + 1;
      until[n - 1] = next;
    }
  }
  return { who: who.subarray(0, n), from: from.subarray(0, n), until: until.subarray(0, n) };
}

/** The passing cards of each owner who fails just the filters of `mask`. */
export function cardsOf(
  { bin, cardFails }: Reach,
  owners: Uint32Array,
  fails: Uint16Array,
  mask: number,
): Steps {
  const who = new Uint32Array(bin.length);
  const row = new Uint16Array(bin.length);
  let n = 0;
  for (let j = 0; j < bin.length; j++) {
    if (cardFails[j] !== 0 || fails[owners[j]!] !== mask) continue;
    who[n] = owners[j]!;
    row[n++] = bin[j]!;
  }
  return { who: who.subarray(0, n), row: row.subarray(0, n) };
}

/**
 * Cards with a bin, each with the nearest bins in which the same customer has the same bar: whichever way a brush
 * moves, they say whether it reaches this card first. Of cards in one bin that is the first on the way up, the last on
 * the way down.
 */
export interface Holdings {
  readonly who: Uint32Array;
  readonly bar: Uint16Array;
  readonly bin: Uint16Array;
  /** One more than the bin of the card before; 0 where there is none. */
  readonly before: Uint16Array;
  /** The bin of the card after; `bins` where there is none. */
  readonly after: Uint16Array;
}

/** Of cards that fail no filter in `deny`. */
export function holdingsOf(
  { bins, bin, cardFails, offsets, customers }: Reach,
  { bar, bars }: Column,
  deny: number,
): Holdings {
  const who = new Uint32Array(bin.length);
  const own = new Uint16Array(bin.length);
  const at = new Uint16Array(bin.length);
  const before = new Uint16Array(bin.length);
  const after = new Uint16Array(bin.length).fill(bins);
  const last = new Int32Array(bars + 1).fill(-1);
  let n = 0;
  for (let k = 0; k < customers; k++) {
    const first = n;
    const end = offsets[k + 1]!;
    for (let j = offsets[k]!; j < end; j++) {
      if ((cardFails[j]! & deny) !== 0 || bin[j] === bins) continue;
      const below = last[bar[j]!]!;
      if (below >= first) {
        before[n] = at[below]! + 1;
        after[below] = bin[j]!;
      }
      last[bar[j]!] = n;
      who[n] = k;
      own[n] = bar[j]!;
      at[n++] = bin[j]!;
    }
  }
  return {
    who: who.slice(0, n),
    bar: own.slice(0, n),
    bin: at.slice(0, n),
    before: before.slice(0, n),
    after: after.slice(0, n),
  };
}
