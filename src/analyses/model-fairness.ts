import { count, flag, label, ratio, share } from "../schema/columns.ts";
import { decimal, percent } from "../schema/format.ts";
import { givesProbability } from "../schema/outcomes.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { noModel } from "./default-conditions.ts";
import { unique } from "./rows.ts";

/** The four-fifths rule of thumb. */
const SCREEN = 0.8;

export default defineAnalysis({
  id: "model-fairness",
  topic: "predict",
  title: "Fairness of a cut-off",
  question: "Does a cut-off select groups at different rates?",
  grain: "one row per dimension and group",
  unit: "customer",
  definition:
    "Customers whose probability of default, by cross-validation, is at most the overall default rate are selected; of a ranking, which gives none, all but that part of the customers, the riskiest. For each group the part of it that is, and the ratio to the highest part of a group of at least 30, with its 95 % interval. Looked at where the ratio is below 0.8: a screen, not a verdict, since the groups also differ in what they owe and earn. The columns that make the groups are no inputs of the model. Over all customers with an outcome, whatever is selected.",
  needs: ["users.defaulted", "fairness_groups"],
  lacks: noModel,
  measures: ["fairness"],
  internal: true,

  sql: () => sql`
    select
      dimension,
      group_name,
      customers,
      selected,
      rate,
      ratio,
      ratio_low,
      ratio_high,
      coalesce(ratio < ${SCREEN}, false) as is_looked_at,
      cut_off
    from model_fairness
    order by position nulls last
  `,

  columns: {
    dimension: label("Dimension", "gender or age_group."),
    group_name: label("Group", "Value of the dimension."),
    customers: count("Customers", "Customers of the group."),
    selected: count("Selected", "Those on the safe side of the cut-off."),
    rate: share("Rate", "Selected / customers."),
    ratio: ratio("Ratio", "Rate / the highest rate.", { nullable: true }),
    ratio_low: ratio("From", "Lower bound of the 95 % interval.", { nullable: true }),
    ratio_high: ratio("To", "Upper bound of the 95 % interval.", { nullable: true }),
    is_looked_at: flag("Below 0.8", "Whether the screen looks at it."),
    cut_off: share(
      "Cut-off",
      "Probability of default above which nobody is selected; of a ranking the riskiest part that is not.",
    ),
  },
  chart: {
    mark: "interval",
    x: "group_name",
    y: "ratio",
    low: "ratio_low",
    high: "ratio_high",
    facet: "dimension",
  },

  insight(rows, { outcomes }) {
    const lowest = rows.reduce<(typeof rows)[number] | undefined>(
      (least, row) => (row.ratio !== null && row.ratio < (least?.ratio ?? 2) ? row : least),
      undefined,
    );
    if (lowest === undefined || lowest.ratio === null) return "No group could be compared.";
    const cut = givesProbability(outcomes)
      ? `At a cut-off of ${percent(lowest.cut_off)}`
      : `Without the riskiest ${percent(lowest.cut_off)}`;
    return `${cut} the lowest ratio is ${decimal(lowest.ratio)}, of ${lowest.group_name} (${lowest.dimension.replaceAll("_", " ")}): a screen, not a verdict.`;
  },
  invariants: (rows) => ({
    "a group appears once": unique(rows, "dimension", "group_name"),
    "no more are selected than there are": rows.every(({ customers, selected }) => selected <= customers),
  }),
});
