import type { Bins, Column } from "./bins.ts";
import { type Holdings, holdingsOf, type Reach } from "./reach.ts";

/** The distinct pairs of a customer and a bar of their cards, cards of nobody left out. */
export interface Pairs {
  readonly who: Uint32Array;
  readonly bar: Uint16Array;
}

/** What counting needs of a portfolio whatever is asked: each part is made when it is first needed, once. */
export class Fixed {
  static readonly #made = new WeakMap<Bins, Fixed>();

  static of(bins: Bins): Fixed {
    const fixed = Fixed.#made.get(bins) ?? new Fixed(bins);
    Fixed.#made.set(bins, fixed);
    return fixed;
  }

  readonly #bins: Bins;
  readonly #pairs = new Map<Column, Pairs>();
  readonly #holdings = new Map<Column, Holdings>();
  #zeros: Uint16Array | undefined;
  #held: Uint32Array | undefined;
  #owners: Uint32Array | undefined;

  private constructor(bins: Bins) {
    this.#bins = bins;
  }

  /** A bar that all owners share. */
  get zeros(): Uint16Array {
    this.#zeros ??= new Uint16Array(this.#bins.customers + 1);
    return this.#zeros;
  }

  /** How many cards each owner has. */
  get held(): Uint32Array {
    this.#held ??= differences(this.#bins.offsets);
    return this.#held;
  }

  /** The owner of each card. */
  get owners(): Uint32Array {
    this.#owners ??= ownersOf(this.#bins);
    return this.#owners;
  }

  pairs(column: Column): Pairs {
    const pairs = this.#pairs.get(column) ?? pairsOf(this.#bins, column);
    this.#pairs.set(column, pairs);
    return pairs;
  }

  /** By the bins of the only range of cards; whatever cards fail. */
  holdings(column: Column, reach: Reach): Holdings {
    const holdings = this.#holdings.get(column) ?? holdingsOf(reach, column, 0);
    this.#holdings.set(column, holdings);
    return holdings;
  }
}

function differences(offsets: Uint32Array): Uint32Array {
  const held = new Uint32Array(offsets.length - 1);
  for (let k = 0; k < held.length; k++) held[k] = offsets[k + 1]! - offsets[k]!;
  return held;
}

function ownersOf({ offsets, cards }: Bins): Uint32Array {
  const owners = new Uint32Array(cards);
  for (let k = 0; k + 1 < offsets.length; k++) owners.fill(k, offsets[k]!, offsets[k + 1]!);
  return owners;
}

function pairsOf({ offsets, customers, cards }: Bins, { bar, bars }: Column): Pairs {
  const who = new Uint32Array(cards);
  const own = new Uint16Array(cards);
  const last = new Int32Array(bars + 1).fill(-1);
  let n = 0;
  for (let k = 0; k < customers; k++) {
    const end = offsets[k + 1]!;
    for (let j = offsets[k]!; j < end; j++) {
      const at = bar[j]!;
      if (last[at] === k) continue;
      last[at] = k;
      who[n] = k;
      own[n++] = at;
    }
  }
  return { who: who.slice(0, n), bar: own.slice(0, n) };
}
