import type { DuckDBEngine } from "../../engines/duckdb.ts";
import type { View } from "../../models/build.ts";
import type { DimensionId } from "../dimensions.ts";
import type { Look, LookGrain } from "../look.ts";
import { type Bins, loadBins } from "./bins.ts";
import { type CrossfilterCounts, countsOf, type Tallies, tallyOf } from "./counts.ts";
import { type Cube, cubeOf } from "./cube.ts";
import type { Move } from "./tally.ts";

/**
 * All dimensions of a portfolio in memory, counted against each other, customer by customer with their cards beside
 * them: that a customer is counted once in a bar of cards is a distinct count per bar and bin for SQL, and one
 * comparison here.
 *
 * Holds for one as-of date and set of thresholds: the filters and the grain of a look are read, the rest is not.
 */
export class Crossfilter {
  readonly bins: Bins;
  readonly #whole = new Map<LookGrain, Tallies>();

  private constructor(bins: Bins) {
    this.bins = bins;
  }

  /** Reads the whole portfolio, whatever the view is narrowed to. */
  static async load(engine: DuckDBEngine, view: View): Promise<Crossfilter> {
    return new Crossfilter(await loadBins(engine, view));
  }

  /** Every dimension under the filters of all others, beside the whole. */
  counts(look: Pick<Look, "grain" | "filters">): CrossfilterCounts {
    return countsOf(this.bins, look.grain, tallyOf(this.bins, look), this.#wholeOf(look.grain));
  }

  /**
   * What a browser needs to follow a brush over a range: see `encodeCube` for the body of the answer. A filter that
   * the look has on it is not read. For a brush over cards it holds for one way of moving, which must be said.
   */
  cube(look: Pick<Look, "grain" | "filters">, active: DimensionId, move?: Move): Cube {
    return cubeOf(this.bins, look, active, move);
  }

  #wholeOf(grain: LookGrain): Tallies {
    const whole = this.#whole.get(grain) ?? tallyOf(this.bins, { grain, filters: {} });
    this.#whole.set(grain, whole);
    return whole;
  }
}
