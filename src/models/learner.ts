import type { DuckDBEngine } from "../engines/duckdb.ts";
import { CardscopeError } from "../errors.ts";
import type { OnProgress } from "../progress.ts";
import type { Model } from "../risk/model.ts";
import { train } from "../risk/train.ts";
import { whole } from "../schema/format.ts";
import { SAME_DAY_LABEL, tooFew } from "../schema/outcomes.ts";
import { inputLabels } from "./borrowers.ts";
import type { View } from "./build.ts";
import { learnable, SEED } from "./learnable.ts";

/** A model of the portfolio, or why there is none. */
export type Learnt = { readonly model: Model } | { readonly because: string };

export interface LearnerSource {
  /** A connection to the portfolio as it was opened. The learner closes it. */
  connect(): Promise<DuckDBEngine>;
  /** How it is looked at; of the state that the connection sees. */
  view(): Promise<Omit<View, "narrow">>;
  /** Stops what is learnt from now on. */
  readonly signal?: () => AbortSignal;
  readonly onProgress?: OnProgress;
}

/** Learns from the portfolio as it was opened, once, when it is first asked. */
export class Learner {
  readonly #source: LearnerSource;
  #learnt: Promise<Learnt> | undefined;

  constructor(source: LearnerSource) {
    this.#source = source;
  }

  /** Stops what is computed for the portfolio. */
  get signal(): AbortSignal | undefined {
    return this.#source.signal?.();
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
    // of now: a stop while the customers are read, which replaces it, counts
    const { signal } = this;
    const { onProgress } = this.#source;
    await using engine = await this.#source.connect();
    const view = await this.#source.view();
    const because = tooFew(view.outcomes);
    if (because !== undefined) return { because };
    const { labelled, unknown, leftOut, all } = await learnable(engine, view, {
      signal,
      onDone: (share) => onProgress?.("choosing customers to learn from", { share }),
    });
    try {
      const model = await train(labelled, {
        seed: SEED,
        source: "portfolio",
        outcome: { ...outcome, unknown },
        leftOut,
        labels: inputLabels,
        onDone: (share) => onProgress?.("learning from the outcomes", { share }),
        ...(signal && { signal }),
      });
      if (labelled.rows === all) return { model };
      const caveat = `Trained on ${whole(labelled.rows)} of the ${whole(all)} customers with an outcome, drawn by a hash of their keys.`;
      return { model: { ...model, caveats: [...model.caveats, caveat] } };
    } catch (error) {
      if (error instanceof CardscopeError && error.code === "DATA_REFUSED") return { because: error.message };
      throw error;
    }
  }
}

/** What the files say of the outcome: nothing beyond its column. */
const outcome: Omit<Model["outcome"], "unknown"> = {
  column: "defaulted",
  event: ["true"],
  other: ["false"],
  definition: null,
  observed_on: null,
  window: null,
  kind: SAME_DAY_LABEL,
};
