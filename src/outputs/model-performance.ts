import type { Scalar } from "../engines/engine.ts";
import type { CutOff, Estimate, Performance } from "../risk/model.ts";
import { type CardTable, cellText } from "./model-content.ts";

const names: Readonly<Record<Performance["model"], string>> = {
  ranking: "ranking",
  scorecard: "scorecard",
  trees: "boosted trees",
  "expert card": "expert card",
};
export const modelName = (model: Performance["model"]): string => names[model];

/** "0.768 (0.762 to 0.774)" */
export function estimateText({ value, low, high }: Estimate): string {
  const shown = (n: number) => cellText("figure", n);
  return low === null || high === null ? shown(value) : `${shown(value)} (${shown(low)} to ${shown(high)})`;
}

const measures = [
  ["auc", "AUC"],
  ["gini", "Gini"],
  ["ks", "KS"],
  ["brier", "Brier score"],
  ["calibration_slope", "Calibration slope"],
  ["calibration_intercept", "Calibration intercept"],
] as const;

export const performanceTable = (
  performance: readonly Performance[],
  sheet: string,
  caption: string,
): CardTable => ({
  type: "table",
  sheet,
  caption: `${caption}${onHowMany(performance[0])}`,
  columns: [
    { label: "Model", kind: "text" },
    { label: "Measure", kind: "text" },
    { label: "Value", kind: "figure" },
    { label: "95 % from", kind: "figure" },
    { label: "to", kind: "figure" },
  ],
  rows: performance.flatMap((one) =>
    measures.flatMap(([key, label]): (readonly Scalar[])[] => {
      const estimate = one[key];
      return estimate === null
        ? []
        : [[modelName(one.model), label, estimate.value, estimate.low, estimate.high]];
    }),
  ),
});

const onHowMany = (one: Performance | undefined): string =>
  one === undefined
    ? ""
    : `: ${cellText("count", one.customers)} customers, ${cellText("count", one.defaults)} defaults`;

export const measuresRead: readonly string[] = [
  "AUC: how often a customer who defaulted ranks as riskier than one who did not. 0.5 is a coin, 1 is certainty. Gini is 2 × AUC − 1.",
  "KS: the largest distance between the shares of defaulted and other customers below a score.",
  "Brier score: the mean squared distance between probability and outcome. Lower is better; compare it with the rate × (1 − rate) of someone who always says the overall rate.",
  "Calibration: with slope 1 and intercept 0 the probabilities are what was observed. A slope below 1 says that they are too extreme, an intercept above 0 that they are too low.",
];

/** Mean probability against what was observed, for those that give a probability. */
export function calibrationTable(performance: readonly Performance[], sheet = "Calibration"): CardTable[] {
  const those = performance.filter(({ calibration }) => calibration.length > 0);
  if (those.length === 0) return [];
  return [
    {
      type: "table",
      sheet,
      caption: "Probability and observed rate, in tenths of the customers, safest first",
      columns: [
        { label: "Model", kind: "text" },
        { label: "Tenth", kind: "count" },
        { label: "Customers", kind: "count" },
        { label: "Defaults", kind: "count" },
        { label: "Mean probability", kind: "share" },
        { label: "Observed rate", kind: "share" },
        { label: "95 % from", kind: "share" },
        { label: "to", kind: "share" },
      ],
      rows: those.flatMap(({ model, calibration }) =>
        calibration.map((bin) => [
          modelName(model),
          bin.bin,
          bin.customers,
          bin.defaults,
          bin.pd_mean,
          bin.rate,
          bin.rate_low,
          bin.rate_high,
        ]),
      ),
      chart: {
        title: "Calibration",
        alt: those.map(calibrationSays).join(" "),
        x: 4,
        y: 5,
        low: 6,
        high: 7,
        series: 0,
        diagonal: "what was said is what was seen",
      },
    },
  ];
}

function calibrationSays({ model, calibration }: Performance): string {
  const within = calibration.filter(
    ({ pd_mean, rate_low, rate_high }) => rate_low <= pd_mean && pd_mean <= rate_high,
  ).length;
  return `Of the ${modelName(model)}, the mean probability lies within the interval of the observed rate in ${within} of ${calibration.length} bins.`;
}

/** How many of the defaults the riskiest hold. */
export function gainsTable(performance: readonly Performance[], sheet = "Gains"): CardTable[] {
  const those = performance.filter(({ gains }) => gains.length > 0);
  if (those.length === 0) return [];
  return [
    {
      type: "table",
      sheet,
      caption: "Share of the defaults among the riskiest customers",
      columns: [
        { label: "Model", kind: "text" },
        { label: "Riskiest share", kind: "share" },
        { label: "Customers", kind: "count" },
        { label: "Defaults", kind: "count" },
        { label: "Share of defaults", kind: "share" },
        { label: "Lift", kind: "ratio" },
      ],
      rows: those.flatMap(({ model, gains }) =>
        gains.map((gain) => [
          modelName(model),
          gain.share_customers,
          gain.customers,
          gain.defaults,
          gain.share_defaults,
          gain.lift,
        ]),
      ),
      chart: {
        title: "Gains",
        alt: those.map(gainsSay).join(" "),
        x: 1,
        y: 4,
        series: 0,
        diagonal: "by lot",
      },
    },
  ];
}

function gainsSay({ model, gains }: Performance): string {
  const fifth = gains.find(({ share_customers }) => share_customers >= 0.2 - 1e-9);
  if (fifth === undefined) return "";
  return `The ${cellText("share", fifth.share_customers)} that the ${modelName(model)} takes for the riskiest hold ${cellText("share", fifth.share_defaults)} of the defaults.`;
}

export const cutOffTable = (cutOffs: readonly CutOff[]): CardTable => {
  const hasPd = cutOffs.some(({ pd }) => pd !== null);
  return {
    type: "table",
    sheet: "Cut-offs",
    caption: "What a cut-off does, from cross-validation: who is riskier is not selected",
    columns: [
      ...(hasPd ? [{ label: "Highest probability", kind: "share" } as const] : []),
      { label: "Lowest score", kind: "number" },
      { label: "Selected", kind: "count" },
      { label: "Share selected", kind: "share" },
      { label: "Defaults among them", kind: "count" },
      { label: "Default rate among them", kind: "share" },
      { label: "Defaults avoided", kind: "share" },
    ],
    rows: cutOffs.map((one) => [
      ...(hasPd ? [one.pd] : []),
      one.score,
      one.selected,
      one.share_selected,
      one.defaults_selected,
      one.rate_selected,
      one.share_defaults_avoided,
    ]),
    chart: {
      title: "Cut-offs",
      alt: "Default rate among the selected, by the share that is selected: the more are selected, the more of them default.",
      x: hasPd ? 3 : 2,
      y: hasPd ? 5 : 4,
    },
  };
};
