import { riskBands } from "../schema/bands.ts";
import type { RiskBand } from "./model.ts";

/** The parameters of the measure `risk_band`. */
export interface BandBounds {
  /** Probability of default from which a band begins. */
  readonly pd_moderate: number;
  readonly pd_high: number;
  readonly pd_very_high: number;
  /** Of a ranking, which has no probability: the riskiest part of the customers that a band and those above it hold. */
  readonly rank_moderate: number;
  readonly rank_high: number;
  readonly rank_very_high: number;
}

export type BandOf = (logOdds: number) => RiskBand;

/** By probability. */
export function bandByPd(bounds: BandBounds): BandOf {
  return (logOdds) => {
    const pd = 1 / (1 + Math.exp(logOdds));
    if (pd >= bounds.pd_very_high) return "very_high";
    if (pd >= bounds.pd_high) return "high";
    return pd >= bounds.pd_moderate ? "moderate" : "low";
  };
}

/** Per band of these, the riskiest first, a place among the customers or the log odds there; none where it is empty. */
export type PerBand = readonly [
  very_high: number | undefined,
  high: number | undefined,
  moderate: number | undefined,
];

/** By place among all customers; customers with the same log odds share the band of the riskiest place among them. */
export function bandByRank(bounds: BandBounds, all: Float64Array): BandOf {
  const sorted = Float64Array.from(all).sort();
  const at = (place: number | undefined) => (place === undefined ? undefined : sorted[place]);
  const [very_high, high, moderate] = lastPlaces(bounds, all.length);
  return bandByLimits([at(very_high), at(high), at(moderate)]);
}

/** By the log odds of the last customer in each band. */
export const bandByLimits =
  ([very_high, high, moderate]: PerBand): BandOf =>
  (logOdds) => {
    const isWithin = (limit: number | undefined) => limit !== undefined && logOdds <= limit;
    if (isWithin(very_high)) return "very_high";
    if (isWithin(high)) return "high";
    return isWithin(moderate) ? "moderate" : "low";
  };

/** The last place in each band or a riskier one, among so many customers; 0 is the riskiest of all. */
export const lastPlaces = (bounds: BandBounds, customers: number): PerBand => [
  lastPlace(bounds.rank_very_high, customers),
  lastPlace(bounds.rank_high, customers),
  lastPlace(bounds.rank_moderate, customers),
];

/** The last with a smaller part of the customers before it. */
function lastPlace(share: number, customers: number): number | undefined {
  let place = Math.min(customers - 1, Math.ceil(share * customers));
  // the product is rounded, the quotient is what counts
  while (place >= 0 && !(place / customers < share)) place--;
  return place < 0 ? undefined : place;
}

export const isSafer = (band: RiskBand, than: RiskBand): boolean =>
  riskBands.indexOf(band) < riskBands.indexOf(than);
