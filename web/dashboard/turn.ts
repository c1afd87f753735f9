/** So many times what they take, all of them rest. */
const REST = 4;

interface Waiting {
  /** Milliseconds since 1970 before which it need not be. */
  readonly from: number;
  readonly refresh: () => Promise<void>;
}

/**
 * What a page refreshes without being asked, it refreshes one at a time: whoever has waited longest is next. Whoever
 * was refreshed then rests, the longer the more of them there are: together they take at most a quarter of a core of
 * the server, in equal shares, so that what is dear comes rarely and what is cheap does not wait for it.
 */
export class Turn {
  /** In the order in which they came. */
  readonly #waiting = new Map<object, Waiting>();
  /** Those who had a turn: when it ended and how long it took, in milliseconds. */
  readonly #rested = new Map<object, { readonly end: number; readonly took: number }>();
  #isTaken = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Whoever waits already keeps the place. The turn ends when the promise does. */
  wait(who: object, waiting: Waiting): void {
    this.#waiting.set(who, waiting);
    this.#next();
  }

  /** Wants nothing now. */
  leave(who: object): void {
    this.#waiting.delete(who);
  }

  /** Will want nothing any more. */
  end(who: object): void {
    this.#waiting.delete(who);
    this.#rested.delete(who);
  }

  #next(): void {
    clearTimeout(this.#timer);
    if (this.#isTaken || this.#waiting.size === 0) return;
    const now = Date.now();
    const times = [...this.#waiting].map(([who, { from }]) => Math.max(from, this.#restsUntil(who)));
    const at = times.findIndex((time) => time <= now);
    const next = [...this.#waiting][at];
    if (next === undefined) {
      this.#timer = setTimeout(() => this.#next(), Math.min(...times) - now);
      return;
    }
    const [who, { refresh }] = next;
    this.#waiting.delete(who);
    this.#isTaken = true;
    // who ends meanwhile takes part no more
    this.#rested.set(who, { end: now, took: 0 });
    refresh().finally(() => {
      const end = Date.now();
      if (this.#rested.has(who)) this.#rested.set(who, { end, took: end - now });
      this.#isTaken = false;
      this.#next();
    });
  }

  #restsUntil(who: object): number {
    const { end, took } = this.#rested.get(who) ?? { end: 0, took: 0 };
    return end + took * REST * this.#rested.size;
  }
}
