import { count, label, ratio, share, usd } from "../schema/columns.ts";
import { counted, percent, whole } from "../schema/format.ts";
import { median } from "../sql/dialect.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, is, known } from "./conditions.ts";
import { find, largest, rankable, sharesSumToOne, sum, unique } from "./rows.ts";

export default defineAnalysis({
  id: "customers-by-state",
  topic: "demographics",
  title: "Customers by state",
  question: "Where do the customers live?",
  grain: "one row per state",
  unit: "customer",
  definition:
    "The stated state, else the state whose polygon holds the customer's coordinates. Customers whose state is unknown have a row of their own. Medians are of the customers who have the value. Cities, where the file states them, are in customers-by-city.",
  needs: ["users.state"],
  measures: ["small"],

  sql: () => sql`
    select
      state,
      count(*) as customers,
      cast(count(*) as double) / nullif((select count(*) from customer_profile), 0) as share,
      ${median("annual_income_usd")} as income_median_usd,
      ${median("debt_to_income")} as debt_to_income_median
    from customer_profile
    group by state
    order by case when state is null then 1 else 0 end nulls last, customers desc nulls last, state nulls last
  `,

  columns: {
    state: label("State", "Two letters.", { nullable: true }),
    customers: count("Customers", "Customers in the state."),
    share: share("Share", "Part of all customers.", { nullable: true }),
    income_median_usd: usd("Median income", "Of the customers' annual incomes, USD.", {
      needs: ["users.annual_income_usd"],
    }),
    debt_to_income_median: ratio("Median debt to income", "Of the customers' ratios.", {
      needs: ["debt_to_income"],
    }),
  },
  chart: { mark: "map", x: "state", y: "customers" },

  insight(rows, { values }) {
    const all = sum(rows, "customers");
    const unknown = find(rows, "state", null)?.customers ?? 0;
    const most = largest(rankable(rows, "state", values.small), "customers");
    const rest = unknown === 0 ? "" : ` The state of ${whole(unknown)} is unknown.`;
    if (most === undefined)
      return `No state has ${counted(values.small.customers, "customer")} or more; there are ${whole(all)} in all.${rest}`;
    return `The state with most customers is ${most.state}: ${whole(most.customers)} of ${whole(all)} (${percent(most.share)}).${rest}`;
  },
  behind({ state }, column) {
    switch (column) {
      case "customers":
      case "share":
        return customersWith(is("state", state));
      case "income_median_usd":
        return customersWith(is("state", state), known("annual_income_usd"));
      case "debt_to_income_median":
        return customersWith(is("state", state), known("debt_to_income"));
      default:
        return undefined;
    }
  },
  invariants: (rows) => ({
    "shares sum to 1": sharesSumToOne(rows),
    "a state appears once": unique(rows, "state"),
  }),
});
