import { count, id, label, ratio, usd } from "../schema/columns.ts";
import { counted } from "../schema/format.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { unique } from "./rows.ts";

export default defineAnalysis({
  id: "audience-members",
  topic: "marketing",
  title: "Members of the audiences",
  question: "Which customers are in the premium and in the assistance audience?",
  grain: "one row per audience and customer",
  unit: "customer",
  definition:
    "The customers whom marketing-audiences counts, premium first, then by customer. An audience is no approval; who may be offered what is in offer-candidates.",
  needs: ["premium"],
  measures: ["premium", "assistance"],
  list: true,

  sql: () => sql`
    with members as (
      select 1 as position, 'premium' as audience, customer_profile.*
      from customer_profile
      where is_premium
      union all
      select 2, 'assistance', customer_profile.*
      from customer_profile
      where is_assistance
    )
    select
      audience,
      user_id,
      credit_score,
      annual_income_usd,
      total_debt_usd,
      debt_to_income,
      credit_cards
    from members
    order by position nulls last, user_id nulls last
  `,

  columns: {
    audience: label("Audience", "premium or assistance."),
    user_id: id("Customer", "Key of the customer."),
    credit_score: count("Credit score", "As stated."),
    annual_income_usd: usd("Annual income", "Income in USD a year."),
    total_debt_usd: usd("Total debt", "All debt in USD.", { needs: ["users.total_debt_usd"] }),
    debt_to_income: ratio("Debt to income", "Total debt / annual income.", { needs: ["debt_to_income"] }),
    credit_cards: count("Credit cards", "Credit cards on file.", { needs: ["cards.type"] }),
  },
  chart: { mark: "table" },

  insight(_, { total, values: { premium, assistance } }) {
    const both = "in the premium and assistance audiences together";
    // Scores above the one and below the other are possible only where the thresholds overlap.
    return premium.score_min < assistance.score_max
      ? `${counted(total, "membership")} ${both}; a customer can be in both.`
      : `${counted(total, "customer")} ${both}.`;
  },
  invariants: (rows) => ({ "a customer is once in an audience": unique(rows, "audience", "user_id") }),
});
