import { FEWEST_FOR_PROBABILITY } from "../schema/outcomes.ts";
import { FEWEST_FOR_TREES, type Policy } from "./candidates.ts";
import type { CandidateName, Estimate, Performance } from "./model.ts";

/** What slope and intercept of the recalibration may be for a probability to count as one. */
const SLOPE = [0.8, 1.25] as const;
const INTERCEPT = 0.1;

/** By customers of the rarer outcome: of few, less can be learnt. */
export function policyOf(rarer: number): Policy {
  if (rarer < FEWEST_FOR_PROBABILITY) return "ranking";
  return rarer < FEWEST_FOR_TREES ? "scorecard" : "challenged";
}

export interface Choice {
  readonly champion: CandidateName;
  readonly because: string;
}

/**
 * The scorecard stays unless the trees order better than chance explains (the 95 % interval of the difference of the
 * AUC lies above 0) and their probabilities hold.
 */
export function chooseChampion(
  policy: Policy,
  rarer: string,
  performance: readonly Performance[],
  difference: Estimate | null,
): Choice {
  if (policy === "ranking") {
    return {
      champion: "ranking",
      because: `${rarer}: below ${FEWEST_FOR_PROBABILITY} no probability is given, only an order`,
    };
  }
  if (policy === "scorecard" || difference === null) {
    return {
      champion: "scorecard",
      because: `${rarer}: from ${FEWEST_FOR_PROBABILITY} to ${FEWEST_FOR_TREES - 1} a scorecard is fitted, its ridge chosen by cross-validation, and trees are not tried`,
    };
  }
  const by = `the trees' AUC less the scorecard's is ${written(difference)}`;
  if (difference.low === null || difference.high === null || difference.low <= 0) {
    return { champion: "scorecard", because: `${by}: ${notBetter(difference)}, so the scorecard stays` };
  }
  const trees = performance.find(({ model }) => model === "trees");
  const slope = trees?.calibration_slope?.value;
  const intercept = trees?.calibration_intercept?.value;
  const isCalibrated =
    slope !== undefined &&
    intercept !== undefined &&
    slope >= SLOPE[0] &&
    slope <= SLOPE[1] &&
    Math.abs(intercept) <= INTERCEPT;
  const calibration =
    slope === undefined || intercept === undefined
      ? "slope and intercept of their calibration cannot be told"
      : `calibration slope ${slope.toFixed(2)}, intercept ${intercept.toFixed(2)}`;
  return isCalibrated
    ? {
        champion: "trees",
        because: `${by}: the interval lies above 0, and their probabilities hold (${calibration})`,
      }
    : {
        champion: "scorecard",
        because: `${by}, but the trees' probabilities do not hold (${calibration}), so the scorecard stays`,
      };
}

function notBetter({ high }: Estimate): string {
  if (high === null) return "its interval cannot be told";
  return high < 0 ? "the trees order worse" : "the interval holds 0";
}

function written({ value, low, high }: Estimate): string {
  const interval =
    low === null || high === null ? "" : ` (95 % interval ${low.toFixed(4)} to ${high.toFixed(4)})`;
  return `${value.toFixed(4)}${interval}`;
}
