import type { Bin, CutOff, Model, Performance } from "../../src/risk/model.ts";

/** A model written by hand, so that every part of a card has something to show; its figures fit together. */

const bin = (over: Partial<Bin> & Pick<Bin, "label" | "customers" | "defaults" | "points">): Bin => ({
  kind: "range",
  low: null,
  high: null,
  codes: [],
  levels: [],
  woe: over.points / 20,
  ...over,
});

/** Of 1,000 customers 200 defaulted. */
export function performance(
  model: Performance["model"] = "scorecard",
  auc = 0.768,
  hasPd = true,
): Performance {
  const around = (value: number, by: number) => ({ value, low: value - by, high: value + by });
  return {
    model,
    customers: 1_000,
    defaults: 200,
    auc: around(auc, 0.02),
    gini: around(2 * auc - 1, 0.04),
    ks: around(0.41, 0.03),
    brier: hasPd ? around(0.137, 0.006) : null,
    calibration_slope: hasPd ? around(0.98, 0.1) : null,
    calibration_intercept: hasPd ? around(-0.01, 0.1) : null,
    calibration: hasPd
      ? Array.from({ length: 10 }, (_, i) => ({
          bin: i + 1,
          customers: 100,
          defaults: 2 + 4 * i,
          pd_mean: 0.025 + 0.0395 * i,
          rate: 0.02 + 0.04 * i,
          rate_low: Math.max(0, 0.04 * i - 0.03),
          rate_high: 0.09 + 0.044 * i,
        }))
      : [],
    gains: Array.from({ length: 20 }, (_, i) => {
      const share = (i + 1) / 20;
      const defaults = Math.round(200 * (1 - (1 - share) ** 2.2));
      return {
        share_customers: share,
        customers: 50 * (i + 1),
        defaults,
        share_defaults: defaults / 200,
        lift: defaults / 200 / share,
      };
    }),
  };
}

const cutOffs = (hasPd: boolean): CutOff[] =>
  Array.from({ length: 20 }, (_, i) => {
    const selected = 50 * (i + 1);
    const defaults = Math.round(200 * (selected / 1_000) ** 2);
    return {
      pd: hasPd ? 0.02 * (i + 1) : null,
      score: 700 - 10 * i,
      selected,
      share_selected: selected / 1_000,
      defaults_selected: defaults,
      rate_selected: defaults / selected,
      share_defaults_avoided: 1 - defaults / 200,
    };
  });

export const HOSTILE = '=cmd|"<img src=x onerror=alert(1)>"![x](https://evil.example)`|\u202e';

export function madeModel(over: Partial<Model> = {}): Model {
  const hasPd = over.champion !== "ranking";
  return {
    format: "cardscope-model",
    version: 1,
    champion: "scorecard",
    champion_because: "The boosted trees are not better beyond chance",
    source: "table",
    seed: 7,
    outcome: {
      column: "defaulted",
      event: ["yes"],
      other: ["no"],
      definition: null,
      observed_on: null,
      window: null,
      kind: "association, not forecast",
      unknown: 12,
    },
    customers: 1_000,
    defaults: 200,
    inputs: [
      {
        name: "utilisation",
        label: "Utilisation",
        kind: "number",
        codes: [-9, -8],
        is_actionable: true,
        missing: 40,
        information_value: 0.62,
        unused_because: null,
      },
      {
        name: "purpose",
        label: "purpose",
        kind: "category",
        codes: [],
        is_actionable: false,
        missing: 0,
        information_value: 0.08,
        unused_because: null,
      },
      {
        name: "open_lines",
        label: "open_lines",
        kind: "number",
        codes: [],
        is_actionable: false,
        missing: 3,
        information_value: 0.004,
        unused_because: "information value below 0.02",
      },
    ],
    left_out: [
      { column: "SEX", reason: "barred", because: "gender never decides risk" },
      { column: "recoveries", reason: "leakage", because: "above 0 for defaulted customers alone" },
      { column: HOSTILE, reason: "words", because: "nearly all values differ" },
    ],
    scorecard: {
      intercept: 1.386,
      base_points: 600,
      base_odds: 50,
      points_to_double: 20,
      offset_points: 527,
      ridge: 1,
      characteristics: [
        {
          input: "utilisation",
          trend: "ascending",
          information_value: 0.62,
          coefficient: 0.93,
          bins: [
            bin({ label: "below 0.3", high: 0.3, customers: 500, defaults: 40, points: 31 }),
            bin({ label: "0.3 to 0.9", low: 0.3, high: 0.9, customers: 300, defaults: 60, points: 0 }),
            bin({ label: "0.9 and more", low: 0.9, customers: 160, defaults: 90, points: -46 }),
            bin({
              kind: "codes",
              label: "codes -9, -8",
              codes: [-9, -8],
              customers: 20,
              defaults: 5,
              points: -7,
            }),
            bin({ kind: "missing", label: "missing", customers: 20, defaults: 5, points: -7 }),
          ],
        },
        {
          input: "purpose",
          trend: "none",
          information_value: 0.08,
          coefficient: 0.81,
          bins: [
            bin({
              kind: "levels",
              label: HOSTILE,
              levels: [HOSTILE],
              customers: 400,
              defaults: 60,
              points: 9,
            }),
            bin({
              kind: "levels",
              label: "car, house",
              levels: ["car", "house"],
              customers: 600,
              defaults: 140,
              points: -4,
            }),
            bin({ kind: "other", label: "other", customers: 0, defaults: 0, points: 0 }),
          ],
        },
      ],
    },
    trees: {
      settings: { rounds: 2, depth: 1, rate: 0.1, lambda: 1, min_child_weight: 1, bins: 256 },
      base: -1.386,
      inputs: [
        { input: "utilisation", monotone: 1, order: [], codes: [-9, -8] },
        { input: "purpose", monotone: 0, order: ["car", "house", HOSTILE], codes: [] },
      ],
      trees: [0, 1].map((input) => ({
        input: [input, -1, -1],
        threshold: [0.5, 0, 0],
        left: [1, 0, 0],
        right: [2, 0, 0],
        missing_left: [1, 0, 0],
        value: [0, -0.1, 0.2],
        cover: [160, 100, 60],
      })),
    },
    performance: hasPd ? [performance(), performance("trees", 0.772)] : [performance("ranking", 0.7, false)],
    folds: 5,
    out_of_time: { from: "2024-07-01", performance: [performance("scorecard", 0.75)] },
    auc_difference: { value: 0.004, low: -0.001, high: 0.009 },
    cut_offs: cutOffs(hasPd),
    fairness: [
      {
        dimension: "SEX",
        group: "1",
        customers: 400,
        selected: 280,
        rate: 0.7,
        ratio: 0.875,
        ratio_low: 0.81,
        ratio_high: 0.94,
      },
      {
        dimension: "SEX",
        group: "2",
        customers: 600,
        selected: 480,
        rate: 0.8,
        ratio: 1,
        ratio_low: null,
        ratio_high: null,
      },
      {
        dimension: "age",
        group: "62 and older",
        customers: 50,
        selected: 25,
        rate: 0.5,
        ratio: 0.64,
        ratio_low: 0.49,
        ratio_high: 0.84,
      },
    ],
    cut_off: 0.2,
    score_bins: [
      { below: 480, customers: 160 },
      { below: 520, customers: 240 },
      { below: 560, customers: 250 },
      { below: null, customers: 350 },
    ],
    caveats: [`The level ${HOSTILE} is rare.`],
    ...over,
  };
}
