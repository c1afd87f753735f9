import { count, ratio, share } from "../schema/columns.ts";
import { counted, percent, threshold, whole } from "../schema/format.ts";
import { median } from "../sql/dialect.ts";
import { raw, sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, known } from "./conditions.ts";

export default defineAnalysis({
  id: "debt-to-income",
  topic: "risk",
  title: "Debt to income",
  question: "How much do customers owe beside what they earn in a year?",
  grain: "one row for the portfolio",
  unit: "customer",
  definition:
    "Total debt / annual income per customer, a stock over a year's flow; not the monthly ratio that lenders call DTI. Customers without a debt or an income above 0 are left out.",
  needs: ["debt_to_income"],
  measures: ["high_debt"],

  // Reads the mart at customer grain: joining cards first would count a customer once per card.
  sql: () => sql`
    select
      count(debt_to_income) as customers,
      avg(debt_to_income) as mean,
      ${median("debt_to_income")} as median,
      cast(sum(total_debt_usd) filter (where debt_to_income is not null) as double)
        / nullif(sum(annual_income_usd) filter (where debt_to_income is not null), 0) as ratio_of_sums,
      count(*) filter (where is_high_debt) as customers_high_debt,
      cast(count(*) filter (where is_high_debt) as double) / nullif(count(debt_to_income), 0) as share_high_debt
    from customer_profile
  `,

  columns: {
    customers: count("Customers", "Customers with a debt to income."),
    mean: ratio("Mean", "Mean of the customers' ratios.", { nullable: true }),
    median: ratio("Median", "Median of the customers' ratios.", { nullable: true }),
    ratio_of_sums: ratio("Ratio of sums", "All debt / all income.", { nullable: true }),
    customers_high_debt: count("High debt", "Customers above the threshold."),
    share_high_debt: share("Share with high debt", "Part of the customers with a ratio.", { nullable: true }),
  },
  chart: { mark: "figures" },

  insight([row], { values }) {
    if (row === undefined || row.customers === 0) return "No customer has a debt to income.";
    return `${whole(row.customers_high_debt)} of ${counted(row.customers, "customer")} (${percent(row.share_high_debt)}) owe more than ${threshold(values.high_debt.ratio, 2)} of a year's income; that is debt over income, not the monthly ratio lenders use.`;
  },
  behind: (_, column) =>
    column === "customers_high_debt" || column === "share_high_debt"
      ? customersWith(raw("is_high_debt"))
      : customersWith(known("debt_to_income")),
  invariants: (rows) => ({
    "there is one row": rows.length === 1,
    "a part is no larger than its whole": rows.every((r) => r.customers_high_debt <= r.customers),
  }),
});
