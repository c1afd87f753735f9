import { type Binned, binColumn } from "./binning.ts";
import type { InputColumn } from "./borrowers.ts";
import { evidenceOf, placesOf } from "./evidence.ts";
import { fitLogistic, type Logistic } from "./logistic.ts";
import type { Characteristic, Scorecard } from "./model.ts";
import type { Pace } from "./pace.ts";

/** The customary scale: 600 points at 50 : 1, and 20 more double the odds of no default. */
const scale = { base_points: 600, base_odds: 50, points_to_double: 20 } as const;

/** Below it a column says next to nothing about the outcome, by the customary reading of information values. */
export const LEAST_INFORMATION = 0.02;

export interface Evidence {
  readonly input: string;
  readonly binned: Binned;
  /** Weight of evidence of every row. */
  readonly woe: Float64Array;
}

export interface FittedScorecard {
  readonly scorecard: Scorecard;
  readonly evidence: readonly Evidence[];
  /** Inputs that the scorecard does not use, with the reason. */
  readonly unused: ReadonlyMap<string, string>;
}

/** Bins every input and replaces its values by their weight of evidence. */
export async function gatherEvidence(
  inputs: readonly InputColumn[],
  outcome: Uint8Array,
  pace: Pace,
): Promise<Evidence[]> {
  const evidence: Evidence[] = [];
  for (const column of inputs) {
    const binned = binColumn(column, outcome);
    evidence.push({
      input: column.name,
      binned,
      woe: evidenceOf(binned.bins, placesOf(binned.bins, column)),
    });
    await pace.step(outcome.length * 60);
  }
  return evidence;
}

/**
 * A logistic regression on the weights of evidence. A characteristic whose coefficient would turn its evidence around
 * only corrects others, so the one that does so most is dropped, and the rest fitted again.
 */
export async function fitScorecard(
  evidence: readonly Evidence[],
  outcome: Uint8Array,
  ridge: number,
  pace: Pace,
): Promise<FittedScorecard> {
  const unused = new Map<string, string>();
  let used: Evidence[] = [];
  for (const candidate of evidence) {
    const { informationValue } = candidate.binned;
    if (informationValue >= LEAST_INFORMATION) used.push(candidate);
    else {
      unused.set(
        candidate.input,
        `tells too little about the outcome (information value ${informationValue.toFixed(3)}, at least ${LEAST_INFORMATION} needed)`,
      );
    }
  }
  const goodOutcome = outcome.map((y) => 1 - y);
  let fitted: Logistic | undefined;
  for (;;) {
    const columns = used.map(({ woe }) => woe);
    fitted = await fitLogistic(columns, goodOutcome, ridge, pace, fitted);
    const worst = fitted.coefficients.reduce((least, value, j, all) => (value < all[least]! ? j : least), 0);
    if (used.length === 0 || fitted.coefficients[worst]! > 0) break;
    unused.set(used[worst]!.input, "turns its sign beside the other characteristics, so they already say it");
    const { intercept, coefficients } = fitted;
    fitted = { intercept, coefficients: coefficients.filter((_, j) => j !== worst) };
    used = used.filter((_, j) => j !== worst);
  }
  return { scorecard: scorecardOf(used, fitted, ridge), evidence, unused };
}

export const pointsPerLogOdds = (card: Scorecard): number => card.points_to_double / Math.LN2;

/** Points of given log odds of no default, on the scale of the scorecard; not rounded. */
export const pointsOf = (card: Scorecard, logOdds: number): number =>
  card.base_points + pointsPerLogOdds(card) * (logOdds - Math.log(card.base_odds));

function scorecardOf(used: readonly Evidence[], fitted: Logistic, ridge: number): Scorecard {
  const factor = scale.points_to_double / Math.LN2;
  // the worst bin of every characteristic has 0 points, so that points lost are plain to see
  let leastLogOdds = fitted.intercept;
  const characteristics = used.map(({ input, binned }, j): Characteristic => {
    const coefficient = fitted.coefficients[j]!;
    const least = Math.min(...binned.bins.map((bin) => bin.woe));
    leastLogOdds += coefficient * least;
    return {
      input,
      trend: binned.trend,
      information_value: binned.informationValue,
      coefficient,
      bins: binned.bins.map((bin) => ({
        ...bin,
        points: Math.round(factor * coefficient * (bin.woe - least)),
      })),
    };
  });
  const offset = scale.base_points + factor * (leastLogOdds - Math.log(scale.base_odds));
  return {
    intercept: fitted.intercept,
    ...scale,
    offset_points: Math.round(offset),
    ridge,
    characteristics: characteristics.sort(
      (a, b) => b.information_value - a.information_value || (a.input < b.input ? -1 : 1),
    ),
  };
}

/** The bin of every row in every characteristic. */
export function scorecardPlaces(card: Scorecard, column: (input: string) => InputColumn): Uint8Array[] {
  return card.characteristics.map(({ input, bins }) => placesOf(bins, column(input)));
}

/** Log odds of no default of every row. */
export function scorecardLogOdds(card: Scorecard, places: readonly Uint8Array[], rows: number): Float64Array {
  const logOdds = new Float64Array(rows).fill(card.intercept);
  card.characteristics.forEach(({ coefficient, bins }, j) => {
    const parts = bins.map(({ woe }) => coefficient * woe);
    const place = places[j]!;
    for (let i = 0; i < rows; i++) logOdds[i]! += parts[place[i]!]!;
  });
  return logOdds;
}

/** Whole points of every row. */
export function scorecardPoints(card: Scorecard, places: readonly Uint8Array[], rows: number): Float64Array {
  const points = new Float64Array(rows).fill(card.offset_points);
  card.characteristics.forEach(({ bins }, j) => {
    const place = places[j]!;
    for (let i = 0; i < rows; i++) points[i]! += bins[place[i]!]!.points;
  });
  return points;
}
