import { count, flag, label, statistic } from "../schema/columns.ts";
import { threshold, whole } from "../schema/format.ts";
import { SAME_DAY_LABEL } from "../schema/outcomes.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { noModel } from "./default-conditions.ts";
import { unique } from "./rows.ts";

export default defineAnalysis({
  id: "model-validation",
  topic: "predict",
  title: "How well the model predicts",
  question: "How well does each candidate tell who defaults, on customers it has not seen?",
  grain: "one row per candidate and metric",
  unit: "customer",
  definition:
    "Each candidate, predicting customers that it was not trained on: stratified cross-validation, and where rows have dates also the later ones by the earlier. AUC is how often a customer who defaulted ranks as riskier than one who did not (0.5 is chance), Gini 2 x AUC - 1, KS the largest distance between the two distributions, the Brier score the mean squared error of the probability (lower is better); a calibration slope of 1 and intercept of 0 are right. With 95 % intervals. The champion is what scores. Over all customers with an outcome, whatever is selected; of more than 50,000 of them, those that were drawn for the training.",
  needs: ["users.defaulted"],
  lacks: noModel,
  measures: [],

  sql: () => sql`
    select
      case when validation = 'cross-validation' then model else model || ', ' || validation end as candidate,
      metric,
      value,
      low,
      high,
      model,
      validation,
      customers,
      defaults,
      is_champion,
      because
    from model_metrics
    order by position nulls last
  `,

  columns: {
    candidate: label("Candidate", "What was looked at, and how where not by cross-validation."),
    metric: label("Metric", "AUC, Gini, KS, Brier score, calibration slope or intercept."),
    value: statistic("Value", "Estimate."),
    low: statistic("From", "Lower bound of the 95 % interval.", { nullable: true }),
    high: statistic("To", "Upper bound of the 95 % interval.", { nullable: true }),
    model: label("Model", "ranking, scorecard or trees."),
    validation: label("Validation", "cross-validation or out of time."),
    customers: count("Customers", "Customers with an outcome that were predicted."),
    defaults: count("Defaults", "Defaults among them."),
    is_champion: flag("Champion", "Whether it is what scores."),
    because: label("Because", "Why it is the champion.", { nullable: true }),
  },
  chart: { mark: "interval", x: "candidate", y: "value", low: "low", high: "high", facet: "metric" },

  insight(rows) {
    const auc = rows.find((row) => row.is_champion && row.metric === "AUC");
    if (auc === undefined) return "No model was looked at.";
    const interval =
      auc.low === null || auc.high === null ? "" : ` (${thousandths(auc.low)} to ${thousandths(auc.high)})`;
    return `On customers it has not seen, the ${auc.model} ranks one who defaulted above one who did not with a chance of ${thousandths(auc.value)}${interval}; ${whole(auc.defaults)} of ${whole(auc.customers)} defaulted (${SAME_DAY_LABEL}).`;
  },
  invariants: (rows) => ({
    "a candidate has a metric once": unique(rows, "candidate", "metric"),
    "a value is in its interval": rows.every(
      ({ value, low, high }) =>
        (low === null || low <= value + 1e-9) && (high === null || value <= high + 1e-9),
    ),
  }),
});

/** AUCs differ in the third digit. */
const thousandths = (n: number): string => threshold(Math.round(n * 1000) / 1000, 3);
