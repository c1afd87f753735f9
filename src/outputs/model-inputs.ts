import type { LeftOutReason } from "../risk/borrowers.ts";
import type { Model } from "../risk/model.ts";
import { type Block, type CardTable, fileText } from "./model-content.ts";
import { labelsOf } from "./model-points.ts";

export function inputsTable(model: Model): CardTable {
  const label = labelsOf(model);
  return {
    type: "table",
    sheet: "Inputs",
    caption: "Columns that are inputs",
    columns: [
      { label: "Input", kind: "text" },
      { label: "Column", kind: "text" },
      { label: "Kind", kind: "text" },
      { label: "Information value", kind: "figure", bar: true },
      { label: "Missing", kind: "count" },
      { label: "Codes", kind: "text" },
      { label: "Actionable", kind: "text" },
      { label: "In the scorecard", kind: "text" },
    ],
    rows: model.inputs
      .toSorted((a, b) => b.information_value - a.information_value || (a.name < b.name ? -1 : 1))
      .map((input) => [
        label(input.name),
        fileText(input.name),
        input.kind,
        input.information_value,
        input.missing,
        input.codes.length === 0 ? null : input.codes.join(", "),
        input.is_actionable ? "yes" : "no",
        input.unused_because === null ? "yes" : `no: ${fileText(input.unused_because)}`,
      ]),
  };
}

const reasons: Readonly<Record<LeftOutReason, string>> = {
  barred: "never decides risk",
  leakage: "tells the outcome",
  excluded: "as asked",
  key: "key",
  outcome: "outcome",
  date: "date",
  private: "private, not loaded",
  empty: "empty",
  constant: "constant",
  words: "words",
};

export const leftOutBlocks = ({ left_out: leftOut }: Model): readonly Block[] =>
  leftOut.length === 0
    ? [{ type: "text", text: "No column of the file was left out." }]
    : [
        {
          type: "table",
          sheet: "Left out",
          caption: "Columns that are no input, and why",
          columns: [
            { label: "Column", kind: "text" },
            { label: "Reason", kind: "text" },
            { label: "Because", kind: "text" },
          ],
          rows: leftOut.map(({ column, reason, because }) => [
            fileText(column),
            reasons[reason],
            fileText(because),
          ]),
        },
      ];
