import { count, label, share } from "../schema/columns.ts";
import { percent, whole } from "../schema/format.ts";
import { FEWEST_FOR_PROBABILITY, givesProbability } from "../schema/outcomes.ts";
import { sql } from "../sql/statement.ts";
import { type Context, defineAnalysis } from "./analysis.ts";
import { noModel } from "./default-conditions.ts";
import { unique } from "./rows.ts";

/** A model of few defaults ranks only. */
function noProbability(context: Pick<Context, "outcomes">): string | undefined {
  const because = noModel(context);
  const { known, defaults } = context.outcomes;
  if (because !== undefined || givesProbability(context.outcomes)) return because;
  return `with fewer than ${FEWEST_FOR_PROBABILITY} defaults, or others, a model ranks and gives no probability (${whole(defaults)} of ${whole(known)} defaulted)`;
}

export default defineAnalysis({
  id: "model-calibration",
  topic: "predict",
  title: "Calibration",
  question: "Do as many default as the model says?",
  grain: "one row per candidate and tenth",
  unit: "customer",
  definition:
    "Customers in tenths by the probability that cross-validation gave them, safest first, equal probabilities together: the mean probability beside the part that defaulted, with its Wilson 95 % interval. On the diagonal both are equal. Over all customers with an outcome, whatever is selected.",
  needs: ["users.defaulted"],
  lacks: noProbability,
  measures: [],
  internal: true,

  sql: () => sql`
    select
      model,
      bin,
      customers,
      defaults,
      pd_mean,
      rate,
      rate_low,
      rate_high
    from model_calibration
    order by position nulls last, bin nulls last
  `,

  columns: {
    model: label("Model", "scorecard or trees."),
    bin: count("Tenth", "1 is the safest."),
    customers: count("Customers", "Customers in the tenth."),
    defaults: count("Defaults", "Defaults among them."),
    pd_mean: share("Predicted", "Mean probability of default."),
    rate: share("Observed", "Defaults / customers."),
    rate_low: share("From", "Lower bound of the 95 % interval."),
    rate_high: share("To", "Upper bound of the 95 % interval."),
  },
  chart: {
    mark: "line",
    x: "pd_mean",
    y: "rate",
    color: "model",
    low: "rate_low",
    high: "rate_high",
    diagonal: true,
  },

  insight(rows) {
    const [first] = rows;
    const own = rows.filter(({ model }) => model === first?.model);
    const last = own.at(-1);
    if (last === undefined) return "No probability was looked at.";
    const within = own.filter(({ pd_mean: pd, rate_low: low, rate_high: high }) => pd >= low && pd <= high);
    return `In ${within.length} of ${own.length} groups the probability of the ${last.model} is within the interval of what was observed; in the riskiest it says ${percent(last.pd_mean)}, and ${percent(last.rate)} defaulted.`;
  },
  invariants: (rows) => ({
    "a tenth of a model appears once": unique(rows, "model", "bin"),
    "a rate is in its interval": rows.every(
      ({ rate, rate_low: low, rate_high: high }) => low <= rate + 1e-9 && rate <= high + 1e-9,
    ),
  }),
});
