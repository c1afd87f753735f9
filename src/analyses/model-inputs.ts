import { count, flag, label, number, statistic } from "../schema/columns.ts";
import { counted, decimal } from "../schema/format.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { noModel } from "./default-conditions.ts";
import { unique } from "./rows.ts";

export default defineAnalysis({
  id: "model-inputs",
  topic: "predict",
  title: "What the model looks at",
  question: "Which inputs tell who defaults?",
  grain: "one row per input",
  unit: "customer",
  definition:
    "Inputs by information value: below 0.02 an input says next to nothing and is not used, from 0.3 on it says much. The coefficient is that of its weight of evidence in the scorecard; the points are how far its best bin is from its worst. Gender, marital status, age, employment, retirement and place are never among them. Over all customers with an outcome, whatever is selected.",
  needs: ["users.defaulted"],
  lacks: noModel,
  measures: [],

  sql: () => sql`
    select
      label,
      information_value,
      coefficient,
      points_range,
      missing,
      is_actionable,
      unused_because,
      input
    from model_inputs
    order by information_value desc nulls last, position nulls last
  `,

  columns: {
    label: label("Input", "What the model looks at."),
    information_value: statistic("Information value", "How much the input tells by itself."),
    coefficient: number("Coefficient", "Of its weight of evidence in the scorecard.", { nullable: true }),
    points_range: number("Points", "Points between its worst and its best bin.", { nullable: true }),
    missing: count("Missing", "Customers of whom it is not known."),
    is_actionable: flag("Can be changed", "Whether a customer can change it."),
    unused_because: label("Unused because", "Why the scorecard leaves it out.", { nullable: true }),
    input: label("Column", "As the model names it."),
  },
  chart: { mark: "bar", x: "label", y: "information_value" },

  insight(rows) {
    const used = rows.filter(({ unused_because: because }) => because === null);
    const [first, second] = used;
    if (first === undefined) return `None of ${counted(rows.length, "input")} tells who defaults.`;
    const next = second === undefined ? "" : `, then ${second.label} (${decimal(second.information_value)})`;
    return `The model uses ${used.length} of ${counted(rows.length, "input")}; most is told by ${first.label} (information value ${decimal(first.information_value)})${next}.`;
  },
  invariants: (rows) => ({
    "an input appears once": unique(rows, "input"),
    "no information value is negative": rows.every((row) => row.information_value >= 0),
  }),
});
