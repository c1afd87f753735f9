import type { Scalar } from "../engines/engine.ts";
import type { Characteristic, Model, Trees } from "../risk/model.ts";
import { type Block, type CardTable, cellText, fileText } from "./model-content.ts";

const trends: Readonly<Record<Characteristic["trend"], string>> = {
  ascending: "riskier as it rises",
  descending: "safer as it rises",
  peak: "riskiest in the middle",
  valley: "safest in the middle",
  none: "no order",
};

/** Characteristics, weightiest first, and a table of points for each. */
export function scorecardBlocks(model: Model): readonly Block[] {
  const card = model.scorecard;
  const label = labelsOf(model);
  const sorted = card.characteristics.toSorted(
    (a, b) => b.information_value - a.information_value || (a.input < b.input ? -1 : 1),
  );
  if (sorted.length === 0)
    return [
      {
        type: "warning",
        text: "No input says anything about the outcome, so everyone has the same points.",
      },
    ];
  return [
    {
      type: "text",
      text: `The score is ${cellText("count", card.offset_points)} and the points of one bin per characteristic; higher is safer. ${cellText("number", card.base_points)} points stand for odds of ${cellText("number", card.base_odds)} to 1 of no default, and ${cellText("number", card.points_to_double)} more double the odds.${model.champion === "ranking" ? " Of this ranking only the order counts: with so few defaults the odds are not to be relied on." : ""}`,
    },
    {
      type: "text",
      text: "The weight of evidence of a bin is the logarithm of its share of the customers without default over its share of those with; above 0 is safer than all. The information value of a characteristic sums it up: below 0.02 nothing, to 0.1 weak, to 0.3 medium, above strong; above 0.5 ask why. The log odds of no default are the intercept and the sum of coefficient × weight of evidence.",
    },
    {
      type: "facts",
      rows: [
        ["Intercept", threeDigits(card.intercept)],
        ["Ridge penalty", cellText("number", card.ridge)],
      ],
    },
    {
      type: "table",
      sheet: "Characteristics",
      caption: "Characteristics of the scorecard",
      columns: [
        { label: "Characteristic", kind: "text" },
        { label: "Column", kind: "text" },
        { label: "Trend", kind: "text" },
        { label: "Information value", kind: "figure", bar: true },
        { label: "Coefficient", kind: "figure" },
        { label: "Bins", kind: "count" },
        { label: "Fewest points", kind: "count" },
        { label: "Most points", kind: "count" },
      ],
      rows: sorted.map((one) => {
        const points = one.bins.map((bin) => bin.points);
        return [
          label(one.input),
          fileText(one.input),
          trends[one.trend],
          one.information_value,
          one.coefficient,
          one.bins.length,
          Math.min(...points),
          Math.max(...points),
        ];
      }),
    },
    ...sorted.map((one) => pointsTable(one, label(one.input))),
  ];
}

const threeDigits = (n: number): string => cellText("figure", n);

function pointsTable({ bins }: Characteristic, name: string): CardTable {
  const customers = bins.reduce((sum, bin) => sum + bin.customers, 0);
  return {
    type: "table",
    sheet: "Points",
    caption: name,
    group: { label: "Characteristic", value: name },
    columns: [
      { label: "Bin", kind: "text" },
      { label: "Customers", kind: "count" },
      { label: "Share", kind: "share" },
      { label: "Defaults", kind: "count" },
      { label: "Default rate", kind: "share" },
      { label: "Weight of evidence", kind: "figure" },
      { label: "Points", kind: "count", bar: true },
    ],
    rows: bins.map((bin): readonly Scalar[] => [
      fileText(bin.label),
      bin.customers,
      customers === 0 ? null : bin.customers / customers,
      bin.defaults,
      bin.customers === 0 ? null : bin.defaults / bin.customers,
      bin.woe,
      bin.points,
    ]),
  };
}

const directions = {
  "1": "may only raise the risk",
  "-1": "may only lower the risk",
  "0": "free",
} as const;

/** Trees cannot be read one by one; what they look at can. */
export function treesBlocks(model: Model, trees: Trees): readonly Block[] {
  const { settings } = trees;
  const label = labelsOf(model);
  const splits = trees.inputs.map((_, place) =>
    trees.trees.reduce((sum, tree) => sum + tree.input.filter((input) => input === place).length, 0),
  );
  const all = splits.reduce((sum, n) => sum + n, 0);
  return [
    {
      type: "text",
      text: `${trees.trees.length} regression trees on the log odds of default, each learning what the ones before it got wrong. A probability is not read off them as it is off a scorecard: the reasons of a score are its exact share per input (SHAP values), in points of the same scale.`,
    },
    {
      type: "facts",
      rows: [
        ["Rounds", cellText("count", settings.rounds)],
        ["Depth", cellText("count", settings.depth)],
        ["Learning rate", cellText("number", settings.rate)],
        ["L2 penalty (lambda)", cellText("number", settings.lambda)],
        ["Least weight of a leaf", cellText("number", settings.min_child_weight)],
        ["Bins per input", cellText("count", settings.bins)],
      ],
    },
    {
      type: "table",
      sheet: "Trees",
      caption: "Inputs of the trees",
      columns: [
        { label: "Input", kind: "text" },
        { label: "Column", kind: "text" },
        { label: "More of it", kind: "text" },
        { label: "Splits", kind: "count" },
        { label: "Share of splits", kind: "share", bar: true },
      ],
      rows: trees.inputs
        .map(({ input, monotone }, place): readonly Scalar[] => [
          label(input),
          fileText(input),
          directions[`${monotone}`],
          splits[place] ?? 0,
          all === 0 ? null : (splits[place] ?? 0) / all,
        ])
        .toSorted((a, b) => Number(b[3]) - Number(a[3]) || (String(a[1]) < String(b[1]) ? -1 : 1)),
    },
  ];
}

export function labelsOf(model: Model): (input: string) => string {
  const labels = new Map(model.inputs.map(({ name, label }) => [name, label]));
  return (input) => fileText(labels.get(input) ?? input);
}
