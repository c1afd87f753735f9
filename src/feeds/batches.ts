import { setTimeout as delay } from "node:timers/promises";

export interface BatchLimits {
  /** Messages of a batch at most. */
  readonly most: number;
  /** How long the first message of a batch waits for others, in milliseconds. */
  readonly lingerMs: number;
}

/** Gathers what arrives while a batch is being applied, and hands it on as the next batch: one at a time, in order. */
export class Batches<Message> {
  readonly #deliver: (batch: readonly Message[]) => Promise<void>;
  readonly #limits: BatchLimits;
  #gathered: Message[] = [];
  #running: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;
  readonly #onFailure: () => void;

  /** `onFailure` is called once, when a batch could not be delivered; nothing is delivered after it. */
  constructor(
    deliver: (batch: readonly Message[]) => Promise<void>,
    limits: BatchLimits,
    onFailure: () => void,
  ) {
    this.#deliver = deliver;
    this.#limits = limits;
    this.#onFailure = onFailure;
  }

  /** What waits is at most a batch: where it is full, there is a promise to wait for before the next is added. */
  add(message: Message): Promise<void> | undefined {
    if (this.#failure !== null) return Promise.reject(this.#failure.error);
    this.#gathered.push(message);
    this.#running ??= this.#run();
    return this.#gathered.length < this.#limits.most ? undefined : this.#drained();
  }

  /** Resolves when everything that was added is committed; rejects when something was not. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running;
    if (this.#failure !== null) throw this.#failure.error;
  }

  async #drained(): Promise<void> {
    while (this.#gathered.length >= this.#limits.most && this.#running !== null && this.#failure === null)
      await Promise.race([this.#running, this.#taken()]);
    if (this.#failure !== null) throw this.#failure.error;
  }

  #onTaken: (() => void)[] = [];
  #taken(): Promise<void> {
    return new Promise((done) => this.#onTaken.push(done));
  }

  async #run(): Promise<void> {
    try {
      while (this.#gathered.length > 0) {
        if (this.#gathered.length < this.#limits.most) await delay(this.#limits.lingerMs);
        const batch = this.#gathered;
        this.#gathered = [];
        for (const done of this.#onTaken.splice(0)) done();
        await this.#deliver(batch);
      }
    } catch (error) {
      this.#failure = { error };
      this.#gathered = [];
      this.#onFailure();
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
