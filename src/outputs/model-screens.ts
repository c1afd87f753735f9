import type { Fairness, Model, Stability } from "../risk/model.ts";
import { type Block, type CardTable, cellText, fileText } from "./model-content.ts";

/** "Selected is who …", at the model's cut-off. */
export const selectedWords = ({ champion, cut_off: cutOff }: Pick<Model, "champion" | "cut_off">): string =>
  champion === "ranking"
    ? `is not among the riskiest ${cellText("share", cutOff)}`
    : `has a probability of default of at most ${cellText("share", cutOff)}`;

/** Below this ratio the screen asks for a closer look. */
const FOUR_FIFTHS = 0.8;

export function fairnessBlocks(fairness: readonly Fairness[], selected: string): readonly Block[] {
  const caveat =
    "This is a screen, no verdict. Selection rates differ for many reasons, and equal rates prove nothing either; small groups give wide intervals. Columns that may not decide are used here and nowhere else.";
  if (fairness.length === 0)
    return [
      {
        type: "text",
        text: "The file has no column of groups (such as sex or age), so nothing could be screened. That is no sign of fairness.",
      },
    ];
  const low = fairness.filter(({ ratio }) => ratio !== null && ratio < FOUR_FIFTHS);
  return [
    {
      type: "text",
      text: `Selected is who ${selected}. The ratio is a group's selection rate over the highest rate of a group with at least 30 customers in the same column; below 0.8 (the four-fifths rule of US employment practice) it deserves a closer look.`,
    },
    low.length === 0
      ? { type: "text", text: "No group is below 0.8." }
      : {
          type: "warning",
          text: `Below 0.8: ${low.map(({ dimension, group, ratio }) => `${fileText(dimension)} ${fileText(group)} (${cellText("figure", ratio)})`).join(", ")}.`,
        },
    { type: "text", text: caveat },
    {
      type: "table",
      sheet: "Fairness",
      caption: "Selection rates by group",
      columns: [
        { label: "Column", kind: "text" },
        { label: "Group", kind: "text" },
        { label: "Customers", kind: "count" },
        { label: "Selected", kind: "count" },
        { label: "Rate", kind: "share", bar: true },
        { label: "Ratio", kind: "figure" },
        { label: "95 % from", kind: "figure" },
        { label: "to", kind: "figure" },
      ],
      rows: fairness.map((one) => [
        fileText(one.dimension),
        fileText(one.group),
        one.customers,
        one.selected,
        one.rate,
        one.ratio,
        one.ratio_low,
        one.ratio_high,
      ]),
    },
  ];
}

/** Population and characteristic stability, the score first. */
export function stabilityBlocks(
  stability: readonly Stability[],
  labelOf: (input: string) => string,
): readonly Block[] {
  const named = (input: string | null) => (input === null ? "score (PSI)" : labelOf(input));
  const moved = stability.filter(({ verdict }) => verdict !== "stable");
  return [
    {
      type: "text",
      text: "The population stability index (PSI, of the score) and the characteristic stability indices (CSI, of the inputs) compare the shares per bin with those of training: below 0.1 is stable, below 0.25 shifting, else shifted. The bounds are the usual rule of thumb; the index grows with small samples too.",
    },
    moved.length === 0
      ? { type: "text", text: "All are stable." }
      : {
          type: "warning",
          text: `Not stable: ${moved.map(({ input, index, verdict }) => `${named(input)} ${cellText("figure", index)} (${verdict})`).join(", ")}.`,
        },
    {
      type: "table",
      sheet: "Stability",
      caption: "Stability against training",
      columns: [
        { label: "Of", kind: "text" },
        { label: "Index", kind: "figure", bar: true },
        { label: "Verdict", kind: "text" },
      ],
      rows: stability.map(({ input, index, verdict }) => [named(input), index, verdict]),
    },
    ...stability.map(
      ({ input, bins }): CardTable => ({
        type: "table",
        sheet: "Stability by bin",
        caption: named(input),
        group: { label: "Of", value: named(input) },
        columns: [
          { label: "Bin", kind: "text" },
          { label: "Training", kind: "count" },
          { label: "Now", kind: "count" },
          { label: "Share in training", kind: "share", bar: true },
          { label: "Share now", kind: "share", bar: true },
          { label: "Contribution", kind: "figure" },
        ],
        rows: bins.map((bin) => [
          fileText(bin.label),
          bin.expected,
          bin.actual,
          bin.share_expected,
          bin.share_actual,
          bin.contribution,
        ]),
      }),
    ),
  ];
}
