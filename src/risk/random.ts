/**
 * sfc32, Chris Doty-Humphrey's small fast counting generator from PractRand (public domain): 128 bits of state,
 * 32-bit integer arithmetic only, so that every machine draws the same numbers.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** One stream per pair: what is drawn for one customer, or in one pass, depends on no other. */
  constructor(seed: number, stream: number) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 2 ** 32) | 0;
    this.#c = stream | 0;
    // PractRand's own warm-up for three words of seed.
    for (let i = 0; i < 15; i++) this.#next();
  }

  #next(): number {
    const out = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + out) | 0;
    return out >>> 0;
  }

  /** Uniform, never 0 and never 1: its logarithm is finite. */
  uniform(): number {
    return (this.#next() + 0.5) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Whole number from 0 up to `count`, which is left out. */
  below(count: number): number {
    return Math.floor((this.#next() / 2 ** 32) * count);
  }

  /**
   * Draws `below(count)` as often, and counts at `counts[from + drawn]`. The words of the state are local while it
   * runs: fields would be written to memory at every draw.
   */
  tally(draws: number, count: number, counts: Uint16Array, from: number): void {
    let [a, b, c, counter] = [this.#a, this.#b, this.#c, this.#counter];
    for (let i = 0; i < draws; i++) {
      const out = (((a + b) | 0) + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + out) | 0;
      counts[from + Math.floor(((out >>> 0) / 2 ** 32) * count)]!++;
    }
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#counter = counter;
  }

  /** Standard normal, by Box and Muller; both draws are used up, so the count of draws is fixed. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.uniform() * (high - low + 1));
  }

  /** An index into running totals, each entry as likely as its weight. */
  pick(totals: readonly number[] | Float64Array): number {
    const at = this.uniform() * (totals.at(-1) ?? 0);
    let low = 0;
    let high = totals.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at < (totals[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Weights as running totals, for `pick`. */
export function runningTotals(weights: readonly number[]): number[] {
  let total = 0;
  return weights.map((weight) => {
    total += weight;
    return total;
  });
}
