import { type Pause, pauseOnce } from "./pause.ts";

/** How long work shares its thread, and how it is called off. */
export interface Sharing {
  readonly pause?: Pause | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Steps between two pauses: some 20 ms of plain arithmetic. Counted, since learning has no clock. */
const STEPS = 2_000_000;

/** Pauses after so many steps of work, and stops there when it is called off. */
export class Turns {
  readonly #pause: Pause;
  readonly #signal: AbortSignal | undefined;
  #steps = 0;

  constructor({ pause = pauseOnce, signal }: Sharing = {}) {
    this.#pause = pause;
    this.#signal = signal;
  }

  /** `steps` are as many simple operations on a row, more or less. */
  async after(steps: number): Promise<void> {
    this.#steps += steps;
    if (this.#steps < STEPS) return;
    this.#steps = 0;
    await this.#pause();
    this.#signal?.throwIfAborted();
  }
}
