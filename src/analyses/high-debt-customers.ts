import { count, id, ratio, usd } from "../schema/columns.ts";
import { counted, decimal, threshold } from "../schema/format.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { unique } from "./rows.ts";

export default defineAnalysis({
  id: "high-debt-customers",
  topic: "risk",
  title: "Customers with high debt",
  question: "Which customers owe more than a given share of a year's income?",
  grain: "one row per customer",
  unit: "customer",
  definition:
    "Customers whose total debt / annual income exceeds the threshold, highest first. A stock over a year's flow, not the monthly ratio that lenders call DTI. Customers without a debt or an income above 0 are left out.",
  needs: ["debt_to_income"],
  measures: ["high_debt"],
  list: true,

  sql: () => sql`
    select
      user_id,
      debt_to_income,
      total_debt_usd,
      annual_income_usd,
      credit_score
    from customer_profile
    where is_high_debt
    order by debt_to_income desc nulls last, user_id nulls last
  `,

  columns: {
    user_id: id("Customer", "Key of the customer."),
    debt_to_income: ratio("Debt to income", "Total debt / annual income."),
    total_debt_usd: usd("Total debt", "All debt in USD."),
    annual_income_usd: usd("Annual income", "Income in USD a year."),
    credit_score: count("Credit score", "As stated.", { needs: ["users.credit_score"] }),
  },
  chart: { mark: "table" },

  insight(rows, { total, values }) {
    const top = rows[0];
    const highest =
      top === undefined
        ? ""
        : ` The highest ratio is ${decimal(top.debt_to_income)} (customer ${top.user_id}).`;
    return `${counted(total, "customer")} ${total === 1 ? "owes" : "owe"} more than ${threshold(values.high_debt.ratio, 2)} of a year's income.${highest}`;
  },
  invariants: (rows) => ({
    "a customer appears once": unique(rows, "user_id"),
    "highest first": rows.every(
      (row, i) => i === 0 || (rows[i - 1]?.debt_to_income ?? 0) >= row.debt_to_income,
    ),
  }),
});
