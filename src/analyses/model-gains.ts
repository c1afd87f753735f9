import { count, label, number, ratio, share } from "../schema/columns.ts";
import { decimal, percent } from "../schema/format.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { noModel } from "./default-conditions.ts";
import { ascending, unique } from "./rows.ts";

export default defineAnalysis({
  id: "model-gains",
  topic: "predict",
  title: "Gains",
  question: "What part of the defaults is among the riskiest customers?",
  grain: "one row per candidate and twentieth",
  unit: "customer",
  definition:
    "Customers by the risk that cross-validation gave them, riskiest first, in twentieths: the part of all defaults that is among them, and the lift, their default rate / that of all. Of equal risks each counts the same. The diagonal is chance. Over all customers with an outcome, whatever is selected.",
  needs: ["users.defaulted"],
  lacks: noModel,
  measures: [],
  internal: true,

  sql: () => sql`
    select
      model,
      share_customers,
      customers,
      defaults,
      share_defaults,
      lift
    from model_gains
    order by position nulls last, share_customers nulls last
  `,

  columns: {
    model: label("Model", "ranking, scorecard or trees."),
    share_customers: share("Riskiest customers", "Part of all customers."),
    customers: count("Customers", "How many they are."),
    defaults: number("Defaults", "Defaults among them; of equal risks the expected part, rounded."),
    share_defaults: share("Defaults found", "Part of all defaults."),
    lift: ratio("Lift", "Their default rate / that of all."),
  },
  chart: { mark: "line", x: "share_customers", y: "share_defaults", color: "model", diagonal: true },

  insight(rows) {
    const fifth = rows.find(({ share_customers: part }) => Math.abs(part - 0.2) < 1e-9);
    if (fifth === undefined) return "No ranking was looked at.";
    return `Among the riskiest fifth by the ${fifth.model} are ${percent(fifth.share_defaults)} of the defaults: ${decimal(fifth.lift)} times as many as by chance.`;
  },
  invariants(rows) {
    const models = [...new Set(rows.map(({ model }) => model))];
    return {
      "a twentieth of a model appears once": unique(rows, "model", "share_customers"),
      "more customers hold no fewer defaults": models.every((model) =>
        ascending(...rows.filter((row) => row.model === model).map((row) => row.share_defaults)),
      ),
    };
  },
});
