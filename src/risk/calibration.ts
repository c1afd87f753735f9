import type { Estimate, Performance } from "./model.ts";
import { Pace } from "./pace.ts";
import { wilson, Z95 } from "./proportion.ts";
import type { Ranking } from "./ranking.ts";

const TENTHS = 10;
/** Beyond it a probability is as good as 0 or 1; its logit stays finite. */
const EDGE = 1e-9;
const MOST_ROUNDS = 100;
/** Steps that are smaller change nothing that is shown. */
const CLOSE = 1e-9;
/** Part of a sum over many rows that its rounding may take. */
const FLAT = 1e-12;
/** With less, the classes are apart. */
const LEAST_SPREAD = 1e-9;

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
 * apart. Null where they are all the same, or where they separate the classes. Logistic regression by Newton's method,
 * with Wald's interval.
 */
export async function calibrationSlope(ranking: Ranking, pace = new Pace()): Promise<Estimate | null> {
  const { customers, defaults, customersAt, defaultsAt } = ranking;
  const logits = logitsOf(ranking);
  const { mean, deviation } = momentsOf(logits, ranking);
  if (!(deviation > 0) || defaults === 0 || defaults === customers) return null;
  const standard = logits.map((x) => (x - mean) / deviation);
  let at = { intercept: logit(defaults / customers), slope: 0 };
  let here = slopeStep(standard, customersAt, defaultsAt, at);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (!(here.spread > LEAST_SPREAD)) return null;
    if (Math.abs(here.bySlope) + Math.abs(here.byIntercept) < CLOSE) {
      const half = Z95 / Math.sqrt(here.spread);
      const low = (at.slope - half) / deviation;
      const high = (at.slope + half) / deviation;
      return { value: at.slope / deviation, low, high };
    }
    // a step that overshoots is halved until it gains
    for (let part = 1; ; part /= 2) {
      const next = {
        intercept: at.intercept + part * here.byIntercept,
        slope: at.slope + part * here.bySlope,
      };
      const there = slopeStep(standard, customersAt, defaultsAt, next);
      await pace.step(50 * standard.length);
      // at the top the likelihood is flat to its last digits: what is lost there is rounding
      const rounding = FLAT * Math.abs(here.likelihood);
      if (there.likelihood >= here.likelihood - rounding || part < CLOSE) {
        at = next;
        here = there;
        break;
      }
    }
  }
  return null;
}

/**
 * Calibration in the large: what has to be added to the log odds that were said, their slope left at 1, so that as
 * many default as did. 0 is right, above 0 the probabilities are too low. Null where one class is empty.
 */
export async function calibrationIntercept(ranking: Ranking, pace = new Pace()): Promise<Estimate | null> {
  const { customers, defaults, customersAt } = ranking;
  if (defaults === 0 || defaults === customers) return null;
  const logits = logitsOf(ranking);
  // Newton's method, kept between bounds: the number of expected defaults rises with the intercept
  let low = logit(defaults / customers) - logits.at(-1)!;
  let high = logit(defaults / customers) - logits[0]!;
  let value = Math.min(high, Math.max(low, 0));
  for (let round = 0; ; round++) {
    let missing = defaults;
    let weight = 0;
    for (let k = 0; k < logits.length; k++) {
      const fitted = 1 / (1 + Math.exp(-value - logits[k]!));
      missing -= customersAt[k]! * fitted;
      weight += customersAt[k]! * fitted * (1 - fitted);
    }
    await pace.step(25 * logits.length);
    const half = Z95 / Math.sqrt(weight);
    if (Math.abs(missing) < CLOSE * weight || high - low < CLOSE || round === MOST_ROUNDS) {
      return { value, low: value - half, high: value + half };
    }
    if (missing > 0) low = value;
    else high = value;
    const next = value + missing / weight;
    value = next > low && next < high ? next : (low + high) / 2;
  }
}

const logit = (share: number): number => Math.log(share / (1 - share));

const logitsOf = ({ risks }: Ranking): Float64Array =>
  risks.map((pd) => logit(Math.min(1 - EDGE, Math.max(EDGE, pd))));

function momentsOf(
  logits: Float64Array,
  { customers, customersAt }: Ranking,
): { mean: number; deviation: number } {
  let sum = 0;
  for (let k = 0; k < logits.length; k++) sum += customersAt[k]! * logits[k]!;
  const mean = sum / customers;
  let squares = 0;
  for (let k = 0; k < logits.length; k++) squares += customersAt[k]! * (logits[k]! - mean) ** 2;
  return { mean, deviation: logits.length < 2 ? 0 : Math.sqrt(squares / customers) };
}

interface SlopeStep {
  readonly likelihood: number;
  readonly byIntercept: number;
  readonly bySlope: number;
  /** Weighted squares about the weighted mean: what the slope is told by. */
  readonly spread: number;
}

function slopeStep(
  x: Float64Array,
  customersAt: Int32Array,
  defaultsAt: Int32Array,
  { intercept, slope }: { intercept: number; slope: number },
): SlopeStep {
  let [likelihood, pull, pullX, weight, weightX, weightXX] = [0, 0, 0, 0, 0, 0];
  for (let k = 0; k < x.length; k++) {
    const odds = intercept + slope * x[k]!;
    const fitted = 1 / (1 + Math.exp(-odds));
    const residual = defaultsAt[k]! - customersAt[k]! * fitted;
    const w = customersAt[k]! * fitted * (1 - fitted);
    likelihood +=
      defaultsAt[k]! * odds - customersAt[k]! * (Math.max(0, odds) + Math.log1p(Math.exp(-Math.abs(odds))));
    pull += residual;
    pullX += residual * x[k]!;
    weight += w;
    weightX += w * x[k]!;
    weightXX += w * x[k]! * x[k]!;
  }
  const mean = weightX / weight;
  const spread = weightXX - mean * weightX;
  const bySlope = (pullX - mean * pull) / spread;
  return { likelihood, byIntercept: pull / weight - mean * bySlope, bySlope, spread };
}
