import type { Pause } from "./pause.ts";
import { pauseOnce } from "./pause.ts";

/** Operations that take some 20 ms; between pauses others get their turn. */
const STEP = 8_000_000;

/** Counts work and pauses now and then. No clock: the same work pauses at the same places. */
export class Pace {
  readonly pause: Pause;
  readonly signal: AbortSignal | undefined;
  #done = 0;

  constructor(pause: Pause = pauseOnce, signal?: AbortSignal) {
    this.pause = pause;
    this.signal = signal;
  }

  /** After about `work` simple operations. */
  async step(work: number): Promise<void> {
    this.#done += work;
    if (this.#done < STEP) return;
    this.#done = 0;
    await this.pause();
    this.signal?.throwIfAborted();
  }

  /** The options of other long work under the same pace. */
  get options(): { pause: Pause; signal?: AbortSignal } {
    return this.signal ? { pause: this.pause, signal: this.signal } : { pause: this.pause };
  }
}
