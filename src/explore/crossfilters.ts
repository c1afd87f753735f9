import { Crossfilter } from "./crossfilter/crossfilter.ts";
import type { Explorer } from "./explorer.ts";
import { type Look, wholePortfolio } from "./look.ts";

/** As-of dates whose bins are kept in memory: utilisation follows the date, and no dimension follows a threshold. */
const DATES = 2;

/** The bins of a portfolio by as-of date, read when they are first asked for. */
export class Crossfilters {
  readonly #explorer: Explorer;
  readonly #kept = new Map<string, Promise<Crossfilter>>();

  constructor(explorer: Explorer) {
    this.#explorer = explorer;
  }

  /** Whoever asks second waits for the first: the reading is not given up with one reader's request. */
  async at(look: Look): Promise<Crossfilter> {
    const { asOf } = this.#explorer.viewOf(look);
    const reading =
      this.#kept.get(asOf) ??
      this.#explorer.at({ ...wholePortfolio, asOf }, ({ engine, view }) => Crossfilter.load(engine, view));
    this.#kept.delete(asOf);
    this.#kept.set(asOf, reading);
    for (const old of this.#kept.keys()) {
      if (this.#kept.size <= DATES) break;
      this.#kept.delete(old);
    }
    try {
      return await reading;
    } catch (error) {
      this.#kept.delete(asOf);
      throw error;
    }
  }
}
