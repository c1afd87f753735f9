import { count, label, number, share } from "../schema/columns.ts";
import { counted } from "../schema/format.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { noModel } from "./default-conditions.ts";
import { unique } from "./rows.ts";

export default defineAnalysis({
  id: "model-characteristics",
  topic: "predict",
  title: "Points of the scorecard",
  question: "How many points does which value bring?",
  grain: "one row per input and bin",
  unit: "customer",
  definition:
    "The scorecard: of each input one bin holds, and its points add up to the score; higher is safer. Customers and defaults are those it was trained on. The weight of evidence is the logarithm of the share of the others / the share of the defaults in the bin, smoothed. Missing values and codes have bins of their own; a value unseen in training brings the points of no evidence. Over all customers with an outcome, whatever is selected.",
  needs: ["users.defaulted"],
  lacks: noModel,
  measures: [],
  internal: true,

  sql: () => sql`
    select
      label,
      bin,
      points,
      customers,
      defaults,
      cast(defaults as double) / nullif(customers, 0) as default_rate,
      woe,
      input
    from model_characteristics
    order by position nulls last, bin_position nulls last
  `,

  columns: {
    label: label("Input", "What the scorecard looks at."),
    bin: label("Value", "The bin."),
    points: number("Points", "What it brings; higher is safer."),
    customers: count("Customers", "Customers in the bin, in training."),
    defaults: count("Defaults", "Defaults among them."),
    default_rate: share("Default rate", "Defaults / customers.", { nullable: true }),
    woe: number("Weight of evidence", "Higher is safer."),
    input: label("Column", "As the model names it."),
  },
  chart: { mark: "table" },

  insight(rows) {
    const inputs = new Set(rows.map(({ input }) => input)).size;
    const worst = rows.reduce<(typeof rows)[number] | undefined>(
      (least, row) => (least === undefined || row.points < least.points ? row : least),
      undefined,
    );
    if (worst === undefined) return "The scorecard uses no input.";
    return `${counted(inputs, "input")} ${inputs === 1 ? "makes" : "make"} the score; the fewest points come with ${worst.label} ${worst.bin}.`;
  },
  invariants: (rows) => ({
    "a bin appears once": unique(rows, "input", "bin"),
    "no more default than there are": rows.every(({ customers, defaults }) => defaults <= customers),
  }),
});
