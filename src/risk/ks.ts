import { type DrawOptions, drawsFor, paceOf, quantile } from "./bootstrap.ts";
import type { Estimate } from "./model.ts";
import { Random } from "./random.ts";
import { type Ranking, rankingOf } from "./ranking.ts";

/** As many risks are told apart when rows are drawn again; more would only be slower. */
const MOST_CELLS = 10_000;

/** Neighbouring risks, least first: how many of each class have one of them. */
interface Cells {
  readonly defaults: Int32Array;
  readonly others: Int32Array;
}

/**
 * The widest gap between the shares of the two classes up to a risk, by Kolmogorov and Smirnov. Its interval is a
 * percentile interval from a stratified bootstrap, shifted back: a draw widens the gap by itself, and the gap found is
 * too wide by about as much, so the lower end is shifted twice. It holds the true gap 87 to 94 times in 100 where 30
 * to 400 customers defaulted; unshifted it would 72 to 85 times.
 */
export async function ksOf(ranking: Ranking, options: DrawOptions): Promise<Estimate> {
  const { customers, defaults } = ranking;
  const others = customers - defaults;
  const value = widestGap(cellsOf(ranking), defaults, others);
  if (defaults < 2 || others < 2) return { value, low: null, high: null };
  const cells = cellsOf(ranking, MOST_CELLS);
  const drawn = { defaults: new Drawn(defaults, cells.defaults), others: new Drawn(others, cells.others) };
  const random = new Random(options.seed, 1);
  const pace = paceOf(options);
  const draws = new Float64Array(drawsFor(customers));
  for (let k = 0; k < draws.length; k++) {
    drawn.defaults.again(random);
    drawn.others.again(random);
    draws[k] = widestBetween(drawn.defaults, drawn.others);
    await pace.step(4 * customers);
  }
  draws.sort();
  const bias = quantile(draws, 0.5) - value;
  return {
    value,
    low: Math.max(0, quantile(draws, 0.025) - 2 * bias),
    high: Math.min(1, quantile(draws, 0.975) - bias),
  };
}

/** The gap alone; 0 where a class is empty. */
export function ks(outcome: Uint8Array, risk: Float64Array): number {
  const ranking = rankingOf(outcome, risk);
  return widestGap(cellsOf(ranking), ranking.defaults, ranking.customers - ranking.defaults);
}

function cellsOf({ customers, customersAt, defaultsAt }: Ranking, most = Number.POSITIVE_INFINITY): Cells {
  const isJoined = customersAt.length > most;
  const count = isJoined ? most : customersAt.length;
  const cells = { defaults: new Int32Array(count), others: new Int32Array(count) };
  let below = 0;
  for (let at = 0; at < customersAt.length; at++) {
    const cell = isJoined ? Math.floor((below / customers) * most) : at;
    cells.defaults[cell]! += defaultsAt[at]!;
    cells.others[cell]! += customersAt[at]! - defaultsAt[at]!;
    below += customersAt[at]!;
  }
  return cells;
}

function widestGap(cells: Cells, defaults: number, others: number): number {
  if (defaults === 0 || others === 0) return 0;
  let widest = 0;
  let defaultsBelow = 0;
  let othersBelow = 0;
  for (let at = 0; at < cells.defaults.length; at++) {
    defaultsBelow += cells.defaults[at]!;
    othersBelow += cells.others[at]!;
    const gap = Math.abs(defaultsBelow / defaults - othersBelow / others);
    if (gap > widest) widest = gap;
  }
  return widest;
}

/** The rows of one class, least risk first, drawn with replacement. */
class Drawn {
  readonly count: number;
  /** Where each cell ends among the rows. */
  readonly ends: Int32Array;
  /** How many of those drawn are among the first rows. */
  readonly below: Int32Array;
  readonly #times: Uint16Array;

  constructor(count: number, cells: Int32Array) {
    let end = 0;
    this.count = count;
    this.ends = cells.map((here) => {
      end += here;
      return end;
    });
    this.below = new Int32Array(count + 1);
    this.#times = new Uint16Array(count);
  }

  again(random: Random): void {
    const times = this.#times.fill(0);
    random.tally(this.count, this.count, times, 0);
    let sum = 0;
    for (let i = 0; i < times.length; i++) {
      sum += times[i]!;
      this.below[i + 1] = sum;
    }
  }
}

function widestBetween(defaults: Drawn, others: Drawn): number {
  let widest = 0;
  for (let at = 0; at < defaults.ends.length; at++) {
    const ofDefaults = defaults.below[defaults.ends[at]!]! / defaults.count;
    const gap = Math.abs(ofDefaults - others.below[others.ends[at]!]! / others.count);
    if (gap > widest) widest = gap;
  }
  return widest;
}
