import type { Applicants } from "./applicants.ts";
import type { Move, Region, Way } from "./changes.ts";
import type { Bin, Scorecard } from "./model.ts";
import type { Reader } from "./reader.ts";
import type { Loss } from "./reasons.ts";
import { scorecardLogOdds, scorecardPlaces, scorecardPoints } from "./scorecard.ts";

/** A scorecard held against a table. */
export class ScorecardReader implements Reader {
  readonly logOdds: Float64Array;
  readonly points: Float64Array;
  readonly #card: Scorecard;
  readonly #applicants: Applicants;
  readonly #places: readonly Uint8Array[];

  constructor(card: Scorecard, applicants: Applicants) {
    const byName = new Map(applicants.columns.map((column) => [column.name, column]));
    this.#card = card;
    this.#applicants = applicants;
    this.#places = scorecardPlaces(card, (name) => byName.get(name)!);
    this.logOdds = scorecardLogOdds(card, this.#places, applicants.rows);
    this.points = scorecardPoints(card, this.#places, applicants.rows);
  }

  /** By the bins that they are in; undefined where these are too many for a number. */
  kinds(): Float64Array | undefined {
    const kinds = new Float64Array(this.logOdds.length);
    let most = 1;
    this.#card.characteristics.forEach(({ bins }, input) => {
      const places = this.#places[input]!;
      for (let row = 0; row < kinds.length; row++) kinds[row] = kinds[row]! * bins.length + places[row]!;
      most *= bins.length;
    });
    return most <= Number.MAX_SAFE_INTEGER ? kinds : undefined;
  }

  losses(row: number): Loss[] {
    return this.#card.characteristics.map(({ bins }, input) => {
      // bins that nobody is in are no goal
      const most = Math.max(...bins.filter(({ customers }) => customers > 0).map(({ points }) => points));
      return { input, lost: most - bins[this.#places[input]![row]!]!.points, most };
    });
  }

  ways(row: number): Way[] {
    return this.#card.characteristics.flatMap(({ bins }, input) => {
      const { is_actionable, label } = this.#applicants.inputs[input]!;
      const place = this.#places[input]![row]!;
      if (!is_actionable || bins[place]!.kind !== "range") return [];
      return [{ input, label, regions: below(bins, place) }];
    });
  }

  logOddsAfter(row: number, moves: readonly Move[]): number {
    let logOdds = this.logOdds[row]!;
    for (const { way, at } of moves) {
      const { bins, coefficient } = this.#card.characteristics[way.input]!;
      const place = this.#places[way.input]![row]!;
      logOdds += coefficient * (bins[place - 1 - at]!.woe - bins[place]!.woe);
    }
    return logOdds;
  }
}

/** The ranges come first in a list of bins, the lowest first. */
function below(bins: readonly Bin[], place: number): Region[] {
  const ranges = bins.filter(({ kind }) => kind === "range");
  const customers = ranges.reduce((sum, bin) => sum + bin.customers, 0);
  let passed = 0;
  return ranges
    .slice(0, place)
    .reverse()
    .map(({ low, high, customers: here }) => {
      passed += here;
      return { low, high: high!, effort: passed / customers };
    });
}
