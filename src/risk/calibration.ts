import type { Estimate, Performance } from "./model.ts";
import { wilson, Z95 } from "./proportion.ts";
import type { Ranking } from "./ranking.ts";

const TENTHS = 10;
/** Beyond it a probability is as good as 0 or 1; its logit stays finite. */
const EDGE = 1e-9;
const MOST_STEPS = 50;

/** Tenths of the customers by probability, safest first. Equal probabilities stay together, so there may be fewer. */
export function calibrationOf(ranking: Ranking): Performance["calibration"] {
  const { customers, risks, customersAt, defaultsAt } = ranking;
  const bins: { tenth: number; customers: number; defaults: number; sum: number }[] = [];
  let below = 0;
  for (let at = 0; at < risks.length; at++) {
    const here = customersAt[at]!;
    const tenth = Math.floor((TENTHS * (below + here / 2)) / customers);
    below += here;
    let bin = bins.at(-1);
    if (bin?.tenth !== tenth) {
      bin = { tenth, customers: 0, defaults: 0, sum: 0 };
      bins.push(bin);
    }
    bin.customers += here;
    bin.defaults += defaultsAt[at]!;
    bin.sum += here * risks[at]!;
  }
  return bins.map((bin, i) => {
    const { low, high } = wilson(bin.defaults, bin.customers);
    return {
      bin: i + 1,
      customers: bin.customers,
      defaults: bin.defaults,
      pd_mean: bin.sum / bin.customers,
      rate: bin.defaults / bin.customers,
      rate_low: low,
      rate_high: high,
    };
  });
}

/**
 * Slope of the log odds of what happened on those that were said: 1 is right, below 1 the probabilities are too far
 * apart. Null where they are all the same, or where they separate the classes.
 */
export function calibrationSlope(ranking: Ranking): Estimate | null {
  if (ranking.risks.length < 2) return null;
  return recalibrate(ranking, "slope");
}

/**
 * Calibration in the large: what has to be added to the log odds that were said, their slope left at 1, so that as
 * many default as did. 0 is right, above 0 the probabilities are too low.
 */
export const calibrationIntercept = (ranking: Ranking): Estimate | null => recalibrate(ranking, "intercept");

/** Logistic regression on the logit of the probability, by Newton's method; Wald's interval. */
function recalibrate(ranking: Ranking, wanted: "slope" | "intercept"): Estimate | null {
  const { risks, customersAt, defaultsAt } = ranking;
  const logits = risks.map((pd) => {
    const inside = Math.min(1 - EDGE, Math.max(EDGE, pd));
    return Math.log(inside / (1 - inside));
  });
  const isSlope = wanted === "slope";
  let slope = 1;
  let intercept = 0;
  for (let step = 0; step < MOST_STEPS; step++) {
    let [pull, pullX, weight, weightX, weightXX] = [0, 0, 0, 0, 0];
    for (let at = 0; at < logits.length; at++) {
      const x = logits[at]!;
      const fitted = 1 / (1 + Math.exp(-intercept - slope * x));
      const residual = defaultsAt[at]! - customersAt[at]! * fitted;
      const w = customersAt[at]! * fitted * (1 - fitted);
      pull += residual;
      pullX += residual * x;
      weight += w;
      weightX += w * x;
      weightXX += w * x * x;
    }
    // the spread about the mean, since the plain determinant cancels where the logits lie far from 0
    const spread = weightXX - (weightX * weightX) / weight;
    if (!(weight > 0) || (isSlope && !(spread > 1e-12 * weightXX))) return null;
    const bySlope = isSlope ? (pullX - (weightX / weight) * pull) / spread : 0;
    const byIntercept = pull / weight - (weightX / weight) * bySlope;
    if (Math.abs(bySlope) + Math.abs(byIntercept) < 1e-9) {
      const value = isSlope ? slope : intercept;
      const half = Z95 / Math.sqrt(isSlope ? spread : weight);
      return { value, low: value - half, high: value + half };
    }
    // a long step overshoots where the probabilities are far off
    const damping = Math.min(1, 4 / (Math.abs(bySlope) + Math.abs(byIntercept)));
    slope += damping * bySlope;
    intercept += damping * byIntercept;
  }
  return null;
}
