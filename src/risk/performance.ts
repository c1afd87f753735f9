import { refused } from "../errors.ts";
import { aucOf, giniOf } from "./auc.ts";
import { type DrawOptions, paceOf } from "./bootstrap.ts";
import { brierOf } from "./brier.ts";
import { calibrationIntercept, calibrationOf, calibrationSlope } from "./calibration.ts";
import { gainsOf } from "./gains.ts";
import { ksOf } from "./ks.ts";
import type { Performance } from "./model.ts";
import { rankingOf } from "./ranking.ts";

/**
 * How well an order, and a probability where there is one, holds on rows it has not learnt from. `risk`: higher is
 * riskier. Nothing depends on the order of the rows.
 */
export async function performanceOf(
  model: Performance["model"],
  outcome: Uint8Array,
  risk: Float64Array,
  pd: Float64Array | null,
  options: DrawOptions,
): Promise<Performance> {
  const pace = paceOf(options);
  const ranking = rankingOf(outcome, risk);
  const { customers, defaults } = ranking;
  if (defaults === 0 || defaults === customers) {
    throw refused(
      `the performance of a model cannot be told: ${defaults} of ${customers} customers defaulted`,
      "use a file in which some customers defaulted and some did not",
    );
  }
  await pace.step(200 * customers);
  const auc = aucOf(ranking);
  const ks = await ksOf(ranking, options);
  const byPd = pd === null || pd === risk ? ranking : rankingOf(outcome, pd);
  await pace.step(200 * customers);
  return {
    model,
    customers,
    defaults,
    auc,
    gini: giniOf(auc),
    ks,
    brier: pd && brierOf(byPd),
    calibration_slope: pd && (await calibrationSlope(byPd, pace)),
    calibration_intercept: pd && (await calibrationIntercept(byPd, pace)),
    calibration: pd ? calibrationOf(byPd) : [],
    gains: gainsOf(ranking),
  };
}
