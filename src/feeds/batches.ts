import { setTimeout as delay } from "node:timers/promises";

/** Messages of a batch at most. */
const MOST = 5_000;
/** So long the first message of a batch waits for others: a batch costs much the same whether it is of few or many. */
const LEAST_MS = 20;
/**
 * So long at most it waits for its moment. What is committed while a publication is made, or long before the next may
 * begin, is published with the next all the same, without what comes meanwhile.
 */
const MOST_MS = 400;

/** Where batches go. */
export interface Delivering<Message> {
  readonly deliver: (batch: readonly Message[]) => Promise<void>;
  /** Resolves when a batch had better be delivered. */
  readonly calm: () => Promise<void>;
  /** Called once, when a batch could not be delivered; nothing is delivered after it. */
  readonly onFailure: () => void;
}

/** Gathers what arrives while a batch is being applied, and hands it on as the next batch: one at a time, in order. */
export class Batches<Message> {
  readonly #to: Delivering<Message>;
  #gathered: Message[] = [];
  #running: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;

  constructor(to: Delivering<Message>) {
    this.#to = to;
  }

  /** What waits is at most a batch: where it is full, there is a promise to wait for before the next is added. */
  add(message: Message): Promise<void> | undefined {
    if (this.#failure !== null) return Promise.reject(this.#failure.error);
    this.#gathered.push(message);
    this.#running ??= this.#run();
    return this.#gathered.length < MOST ? undefined : this.#drained();
  }

  /** Resolves when everything that was added is committed; rejects when something was not. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running;
    if (this.#failure !== null) throw this.#failure.error;
  }

  async #drained(): Promise<void> {
    while (this.#gathered.length >= MOST && this.#running !== null && this.#failure === null)
      await Promise.race([this.#running, this.#taken()]);
    if (this.#failure !== null) throw this.#failure.error;
  }

  #onTaken: (() => void)[] = [];
  #taken(): Promise<void> {
    return new Promise((done) => this.#onTaken.push(done));
  }

  async #linger(): Promise<void> {
    await delay(LEAST_MS);
    const over = new AbortController();
    const longest = delay(MOST_MS, undefined, { signal: over.signal }).catch(() => {});
    await Promise.race([this.#to.calm(), longest]);
    over.abort();
  }

  async #run(): Promise<void> {
    try {
      while (this.#gathered.length > 0) {
        if (this.#gathered.length < MOST) await this.#linger();
        const batch = this.#gathered;
        this.#gathered = [];
        for (const done of this.#onTaken.splice(0)) done();
        await this.#to.deliver(batch);
      }
    } catch (error) {
      this.#failure = { error };
      this.#gathered = [];
      this.#to.onFailure();
    } finally {
      this.#running = null;
      for (const done of this.#onTaken.splice(0)) done();
    }
  }
}

/** Waits while the applier has no room: nothing more is asked of the broker meanwhile. */
export async function room(applier: { readonly room: number }, signal: AbortSignal): Promise<void> {
  while (applier.room <= 0 && !signal.aborted) await delay(20);
}
