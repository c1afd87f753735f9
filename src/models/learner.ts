import type { DuckDBEngine } from "../engines/duckdb.ts";
import type { Model } from "../risk/model.ts";
import { tooFew } from "../schema/outcomes.ts";
import type { View } from "./build.ts";

/** A model of the portfolio, or why there is none. */
export type Learnt = { readonly model: Model } | { readonly because: string };

export interface LearnerSource {
  /** A connection to the portfolio as it was opened. The learner closes it. */
  connect(): Promise<DuckDBEngine>;
  readonly view: Omit<View, "narrow">;
  /** Stops the learning. */
  readonly signal?: AbortSignal;
}

/** Learns from the portfolio as it was opened, once, when it is first asked. */
export class Learner {
  readonly #source: LearnerSource;
  #learnt: Promise<Learnt> | undefined;

  constructor(source: LearnerSource) {
    this.#source = source;
  }

  /** The model, or why none can be fitted. */
  learnt(): Promise<Learnt> {
    if (this.#learnt === undefined) {
      const learning = this.#learn();
      this.#learnt = learning;
      // what was stopped may be asked for again
      learning.catch(() => {
        if (this.#learnt === learning) this.#learnt = undefined;
      });
    }
    return this.#learnt;
  }

  /** When nothing is learnt any more, whatever came of it. */
  async settled(): Promise<void> {
    await this.#learnt?.catch(() => {});
  }

  async #learn(): Promise<Learnt> {
    const because = tooFew(this.#source.view.outcomes);
    return { because: because ?? "not learnt yet" };
  }
}
