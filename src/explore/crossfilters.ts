import { Crossfilter } from "./crossfilter/crossfilter.ts";
import type { Explorer, Sight } from "./explorer.ts";
import { type Look, wholePortfolio } from "./look.ts";

/** As-of dates whose bins are kept in memory: utilisation follows the date, and no dimension follows a threshold. */
const DATES = 2;

/** Of a portfolio that changes, bins are read again when they are outdated by so many times the time it takes. */
const PATIENCE = 3;

interface Kept {
  readonly version: number;
  readonly reading: Promise<Crossfilter>;
  /** When they may be read again, in milliseconds. */
  until: number;
}

/** The bins of a portfolio by as-of date, read when they are first asked for. */
export class Crossfilters {
  readonly #explorer: Explorer;
  readonly #kept = new Map<string, Kept>();

  constructor(explorer: Explorer) {
    this.#explorer = explorer;
  }

  /** Whoever asks second waits for the first: the reading is not given up with one reader's request. */
  async at(look: Look): Promise<Crossfilter> {
    const { asOf } = this.#explorer.viewOf(look);
    const known = this.#kept.get(asOf);
    const isGood =
      known !== undefined && (known.version === this.#explorer.version || performance.now() < known.until);
    const kept = isGood ? known : this.#read(asOf);
    this.#kept.delete(asOf);
    this.#kept.set(asOf, kept);
    for (const old of this.#kept.keys()) {
      if (this.#kept.size <= DATES) break;
      this.#kept.delete(old);
    }
    try {
      return await kept.reading;
    } catch (error) {
      this.#kept.delete(asOf);
      throw error;
    }
  }

  #read(asOf: string): Kept {
    const started = performance.now();
    const load = ({ engine, view }: Sight) => Crossfilter.load(engine, view);
    const kept: Kept = {
      version: this.#explorer.version,
      reading: this.#explorer.at({ ...wholePortfolio, asOf }, load),
      until: Number.POSITIVE_INFINITY,
    };
    const finished = () => {
      const now = performance.now();
      kept.until = now + (now - started) * PATIENCE;
    };
    kept.reading.then(finished, finished);
    return kept;
  }
}
