import { z } from "zod";
import type { riskBands } from "../schema/bands.ts";
import { leftOutReasons } from "./borrowers.ts";

/**
 * A model as it is kept in a file. The same rows, options and seed give the same text byte for byte, so it holds no
 * clock and no path.
 */

const finite = z.number();
/** An estimate with its 95 % interval; null where it cannot be told. */
const estimate = z.object({ value: finite, low: finite.nullable(), high: finite.nullable() });

/** In a list of bins every value of the input belongs to exactly one. */
const bin = z.object({
  /** `range`: low <= value < high, null is open. `codes`: values that are no amounts. `other`: a level unseen in training. */
  kind: z.enum(["range", "codes", "levels", "missing", "other"]),
  low: finite.nullable(),
  high: finite.nullable(),
  codes: z.array(finite).readonly(),
  levels: z.array(z.string()).readonly(),
  /** "0.3 to 0.6", "below 580", "missing", "code -9" */
  label: z.string(),
  customers: z.number().int(),
  defaults: z.number().int(),
  /** ln(share of the non-defaulted / share of the defaulted), smoothed; higher is safer. */
  woe: finite,
  /** Whole points; higher is safer. */
  points: z.number().int(),
});

const characteristic = z.object({
  input: z.string(),
  /** Of the default rate along the ranges: ascending where more of the input is riskier. */
  trend: z.enum(["ascending", "descending", "peak", "valley", "none"]),
  information_value: finite,
  /** Of the weight of evidence in the log odds of no default; positive. */
  coefficient: finite,
  bins: z.array(bin).readonly(),
});

const scorecard = z.object({
  /** Log odds of no default where every weight of evidence is 0. */
  intercept: finite,
  /** Score = base_points at odds of base_odds : 1 of no default; points_to_double more double the odds. */
  base_points: finite,
  base_odds: finite,
  points_to_double: finite,
  /** Points that everyone has; the score is these and the points of one bin per characteristic. */
  offset_points: z.number().int(),
  ridge: finite,
  characteristics: z.array(characteristic).readonly(),
});

/** Regression trees on the log odds of default, as arrays over nodes; node 0 is the root. */
const tree = z.object({
  /** Place in `inputs` of the trees; -1 in a leaf. */
  input: z.array(z.number().int()).readonly(),
  /** value < threshold goes left; of a category the place in its `order`. 0 in a leaf. */
  threshold: z.array(finite).readonly(),
  left: z.array(z.number().int()).readonly(),
  right: z.array(z.number().int()).readonly(),
  /** Where missing values and unseen levels go: 1 left, 0 right. */
  missing_left: z.array(z.number().int()).readonly(),
  /** What a leaf adds to the log odds of default; 0 in inner nodes. */
  value: z.array(finite).readonly(),
  /** Training rows of the node, weighted by the hessian. */
  cover: z.array(finite).readonly(),
});

const trees = z.object({
  settings: z.object({
    rounds: z.number().int(),
    depth: z.number().int(),
    rate: finite,
    lambda: finite,
    min_child_weight: finite,
    bins: z.number().int(),
  }),
  /** Log odds of default before the first tree. */
  base: finite,
  inputs: z
    .array(
      z.object({
        input: z.string(),
        /** 1: more of it never lowers the risk; -1: never raises it. */
        monotone: z.union([z.literal(-1), z.literal(0), z.literal(1)]),
        /** Levels by their default rate in training, lowest first; empty for a number. */
        order: z.array(z.string()).readonly(),
        /** Values that count as missing here: a code has no place in a constrained order. */
        codes: z.array(finite).readonly(),
      }),
    )
    .readonly(),
  trees: z.array(tree).readonly(),
});

const input = z.object({
  name: z.string(),
  label: z.string(),
  kind: z.enum(["number", "category"]),
  codes: z.array(finite).readonly(),
  /** Whether a customer can change it, so that it may stand in "what would change the band". */
  is_actionable: z.boolean(),
  missing: z.number().int(),
  information_value: finite,
  /** Whether the scorecard uses it, and why not. */
  unused_because: z.string().nullable(),
});

export const candidateNames = ["ranking", "scorecard", "trees"] as const;
export type CandidateName = (typeof candidateNames)[number];

/** How well an order or a probability holds on rows it has not learnt from. */
export const performanceSchema = z.object({
  model: z.enum(["ranking", "scorecard", "trees", "expert card"]),
  customers: z.number().int(),
  defaults: z.number().int(),
  auc: estimate,
  gini: estimate,
  ks: estimate,
  /** Null where no probability is given. */
  brier: estimate.nullable(),
  calibration_slope: estimate.nullable(),
  calibration_intercept: estimate.nullable(),
  /** Tenths of the customers by probability, safest first; empty where no probability is given. */
  calibration: z
    .array(
      z.object({
        bin: z.number().int(),
        customers: z.number().int(),
        defaults: z.number().int(),
        pd_mean: finite,
        /** Observed, with its Wilson 95 % interval. */
        rate: finite,
        rate_low: finite,
        rate_high: finite,
      }),
    )
    .readonly(),
  /** Riskiest first, in twentieths. */
  gains: z
    .array(
      z.object({
        /** Part of all customers that is riskiest, 0.05, 0.1, … 1. */
        share_customers: finite,
        customers: z.number().int(),
        defaults: z.number().int(),
        share_defaults: finite,
        /** Default rate there / overall. */
        lift: finite,
      }),
    )
    .readonly(),
});

/** What a cut-off does: whoever has a higher probability (or, without one, a worse rank) is not selected. */
const cutOff = z.object({
  /** Null for a ranking. */
  pd: finite.nullable(),
  score: finite,
  selected: z.number().int(),
  share_selected: finite,
  defaults_selected: z.number().int(),
  /** Defaults among the selected / selected. */
  rate_selected: finite.nullable(),
  /** Part of all defaults that is not selected. */
  share_defaults_avoided: finite.nullable(),
});

export const fairnessSchema = z.object({
  dimension: z.string(),
  group: z.string(),
  customers: z.number().int(),
  selected: z.number().int(),
  rate: finite,
  /** Rate / the highest rate of a group of at least 30; the screen looks below 0.8. */
  ratio: finite.nullable(),
  ratio_low: finite.nullable(),
  ratio_high: finite.nullable(),
});

export const stabilitySchema = z.object({
  /** Null is the score: the population stability index. Else the characteristic's. */
  input: z.string().nullable(),
  index: finite,
  /** Below 0.1 stable, below 0.25 shifting, else shifted. */
  verdict: z.enum(["stable", "shifting", "shifted"]),
  bins: z
    .array(
      z.object({
        label: z.string(),
        expected: z.number().int(),
        actual: z.number().int(),
        share_expected: finite,
        share_actual: finite,
        contribution: finite,
      }),
    )
    .readonly(),
});

const leftOut = z.object({ column: z.string(), reason: z.enum(leftOutReasons), because: z.string() });

export const modelSchema = z.object({
  format: z.literal("cardscope-model"),
  version: z.literal(1),
  /** What scores. A ranking gives no probability. */
  champion: z.enum(candidateNames),
  /** Why this one, in a sentence. */
  champion_because: z.string(),
  /** `portfolio`: a customers and a cards file. `table`: one table with a row per borrower. */
  source: z.enum(["portfolio", "table"]),
  seed: z.number().int(),
  outcome: z.object({
    column: z.string(),
    /** Values that mean default, and those that do not. */
    event: z.array(z.string()).readonly(),
    other: z.array(z.string()).readonly(),
    /** Null is "not stated". */
    definition: z.string().nullable(),
    observed_on: z.string().nullable(),
    window: z.string().nullable(),
    kind: z.enum(["association, not forecast", "forecast, as stated"]),
    /** Rows without an outcome; left out. */
    unknown: z.number().int(),
  }),
  customers: z.number().int(),
  defaults: z.number().int(),
  inputs: z.array(input).readonly(),
  left_out: z.array(leftOut).readonly(),
  scorecard,
  trees: trees.nullable(),
  /** Cross-validated, champion first. */
  performance: z.array(performanceSchema).readonly(),
  folds: z.number().int(),
  /** Trained on the earlier rows and looked at on the later ones, where the rows have dates. */
  out_of_time: z.object({ from: z.string(), performance: z.array(performanceSchema).readonly() }).nullable(),
  /** Challenger less champion-by-default, by paired bootstrap. */
  auc_difference: estimate.nullable(),
  cut_offs: z.array(cutOff).readonly(),
  /** At `cut_off`. A screen, no verdict. */
  fairness: z.array(fairnessSchema).readonly(),
  /** Highest probability that is selected; of a ranking the riskiest part of the customers that is not. */
  cut_off: finite,
  /** Upper bounds of the score's bins in training (the last is open), with their customers: what stability is held against. */
  score_bins: z.array(z.object({ below: finite.nullable(), customers: z.number().int() })).readonly(),
  /** What a reader has to know before using it; sentences. */
  caveats: z.array(z.string()).readonly(),
});

export type Model = z.infer<typeof modelSchema>;
export type ModelInput = z.infer<typeof input>;
export type Bin = z.infer<typeof bin>;
export type Characteristic = z.infer<typeof characteristic>;
export type Scorecard = z.infer<typeof scorecard>;
export type Tree = z.infer<typeof tree>;
export type Trees = z.infer<typeof trees>;
export type Performance = z.infer<typeof performanceSchema>;
export type Estimate = z.infer<typeof estimate>;
export type CutOff = z.infer<typeof cutOff>;
export type Fairness = z.infer<typeof fairnessSchema>;
export type Stability = z.infer<typeof stabilitySchema>;

/** Risk by probability of default or by expert points; the measure `risk_band` holds the bounds. */
export type RiskBand = (typeof riskBands)[number];
