/** So many at once; the rest wait their turn, in order. */
export class Slots {
  readonly #waiting: { go: () => void; fail: (reason: unknown) => void }[] = [];
  readonly #count: number;
  #free: number;
  #isClosed = false;
  #onIdle: (() => void) | undefined;

  constructor(count: number) {
    this.#count = count;
    this.#free = count;
  }

  /** Dispose of what is returned to give the slot back. Rejects when the signal aborts first. */
  async take(signal?: AbortSignal): Promise<Disposable> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw closed();
    if (this.#free > 0) this.#free--;
    else
      await new Promise<void>((go, fail) => {
        const waiter = { go, fail };
        this.#waiting.push(waiter);
        signal?.addEventListener(
          "abort",
          () => {
            const at = this.#waiting.indexOf(waiter);
            if (at < 0) return;
            this.#waiting.splice(at, 1);
            fail(signal.reason);
          },
          { once: true },
        );
      });
    return { [Symbol.dispose]: () => this.#give() };
  }

  /** Refuses those who wait, and resolves when those who have a slot are done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { fail } of this.#waiting.splice(0)) fail(closed());
    if (this.#free < this.#count)
      await new Promise<void>((done) => {
        this.#onIdle = done;
      });
  }

  #give(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) next.go();
    else if (++this.#free === this.#count) this.#onIdle?.();
  }
}

const closed = (): Error => new DOMException("the portfolio was closed", "AbortError");
