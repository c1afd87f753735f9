import { count, id, label, ratio } from "../schema/columns.ts";
import { counted, threshold } from "../schema/format.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { unique } from "./rows.ts";

export default defineAnalysis({
  id: "high-risk-customers",
  topic: "risk",
  title: "Customers at high risk",
  question: "Which customers are most at risk, and why?",
  grain: "one row per customer",
  unit: "customer",
  definition:
    "A credit score below the cut, or below the second cut together with a debt to income above the ratio; the reasons name the rules that hold. Lowest score first. A rule of thumb, not a probability of default. Gender, age, place and retirement play no part. Utilisation is shown and does not decide.",
  needs: ["users.credit_score"],
  measures: ["high_risk"],
  list: true,

  sql: ({ values: { high_risk } }) => sql`
    with reasoned as (
      select
        user_id,
        credit_score,
        score_band,
        debt_to_income,
        utilisation,
        case
          when credit_score < ${high_risk.score_below}
            then ${`credit score below ${high_risk.score_below}`}
        end as low_score,
        case
          when credit_score < ${high_risk.score_below_with_debt} and debt_to_income > ${high_risk.debt_ratio}
            then ${`credit score below ${high_risk.score_below_with_debt} with debt to income above ${high_risk.debt_ratio}`}
        end as low_score_with_debt
      from customer_profile
      where is_high_risk
    )
    select
      user_id,
      credit_score,
      score_band,
      debt_to_income,
      utilisation,
      case
        when low_score is null then low_score_with_debt
        when low_score_with_debt is null then low_score
        else low_score || '; ' || low_score_with_debt
      end as reasons
    from reasoned
    order by credit_score nulls last, debt_to_income desc nulls last, user_id nulls last
  `,

  columns: {
    user_id: id("Customer", "Key of the customer."),
    credit_score: count("Credit score", "As stated."),
    score_band: label("Score band", "Band of the score."),
    debt_to_income: ratio("Debt to income", "Total debt / annual income.", { needs: ["debt_to_income"] }),
    utilisation: ratio("Utilisation", "Balances / limits of valid credit cards.", { needs: ["utilisation"] }),
    reasons: label("Reasons", "The rules that hold."),
  },
  chart: { mark: "table" },

  insight(_, { total, inputs, values: { high_risk } }) {
    const first = `${counted(total, "customer")} ${total === 1 ? "is" : "are"} at high risk: a credit score below ${threshold(high_risk.score_below)}`;
    return inputs.has("debt_to_income")
      ? `${first}, or below ${threshold(high_risk.score_below_with_debt)} with debt above ${threshold(high_risk.debt_ratio, 2)} of a year's income.`
      : `${first}; scores below ${threshold(high_risk.score_below_with_debt)} could not be looked at together with debt, because the files lack debt or income.`;
  },
  invariants: (rows) => ({
    "a customer appears once": unique(rows, "user_id"),
    "everyone has a reason": rows.every((row) => row.reasons.length > 0),
  }),
});
