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

/** By place among all customers; customers with the same log odds share the band of the riskiest place among them. */
export function bandByRank(bounds: BandBounds, all: Float64Array): BandOf {
  const sorted = Float64Array.from(all).sort();
  return (logOdds) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < logOdds) low = middle + 1;
      else high = middle;
    }
    const part = low / sorted.length;
    if (part < bounds.rank_very_high) return "very_high";
    if (part < bounds.rank_high) return "high";
    return part < bounds.rank_moderate ? "moderate" : "low";
  };
}

export const isSafer = (band: RiskBand, than: RiskBand): boolean =>
  riskBands.indexOf(band) < riskBands.indexOf(than);
