import { count, id, label, number, ratio, share, usd } from "../schema/columns.ts";
import { EXPERT_LABEL, EXPERT_MODEL, expertInputs } from "../schema/expert-card.ts";
import { counted, percent, threshold } from "../schema/format.ts";
import { SAME_DAY_LABEL } from "../schema/outcomes.ts";
import { REFERENCE_CAPTION } from "../schema/reference-rates.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { unique } from "./rows.ts";

export default defineAnalysis({
  id: "default-watchlist",
  topic: "predict",
  title: "Watchlist",
  question: "Who is most likely to default, why, and what would change it?",
  grain: "one row per customer",
  unit: "customer",
  definition:
    "The riskiest part of the customers who could be ranked, riskiest first. Where at least 20 customers defaulted and 20 did not, a model that was fitted to these outcomes ranks, and from 100 defaults it gives a probability; an outcome of the same day as the inputs is an association, not a forecast. Else the expert card ranks: points by judgement, not validated on your data, whose reasons are no adverse-action reasons. The place is among all customers, whatever is selected. Reasons are the inputs on which points are lost, the most first. The change is the least one of what a customer can change that lowers the band. Gender, age, place, employment and retirement play no part.",
  needs: ["ranking"],
  measures: ["watchlist", "risk_band", "expert_card"],
  list: true,

  sql: ({ values: { watchlist } }) => sql`
    with ranked as (
      select count(*) as customers
      from default_profile
      where risk_rank is not null
    )
    select
      default_profile.user_id,
      risk_rank as rank,
      model,
      pd,
      score,
      band,
      reasons,
      change,
      missing_inputs,
      reference_rate,
      credit_score,
      utilisation,
      debt_to_income,
      annual_income_usd,
      total_debt_usd,
      credit_limit_valid_usd,
      balance_valid_usd
    from default_profile
    inner join customer_profile on customer_profile.user_id = default_profile.user_id
    cross join ranked
    where risk_rank <= ${watchlist.share} * ranked.customers
    order by risk_rank nulls last
  `,

  columns: {
    user_id: id("Customer", "Key of the customer."),
    rank: count("Rank", "Place among all customers; 1 is the riskiest."),
    model: label("Model", `What ranks: ranking, scorecard, trees, or the ${EXPERT_LABEL}.`),
    pd: share("Probability of default", "Where a model gives one.", { nullable: true }),
    score: number("Score", "Points; higher is safer. Of the expert card 0 to 100."),
    band: label("Band", "low, moderate, high or very_high."),
    reasons: label("Reasons", "Inputs on which points are lost, the most first.", { nullable: true }),
    change: label("What would change the band", "The least change of what a customer can change.", {
      nullable: true,
    }),
    missing_inputs: label("Missing", "Inputs that are not known of the customer.", { nullable: true }),
    reference_rate: share("Reference rate", REFERENCE_CAPTION, { needs: ["users.credit_score"] }),
    credit_score: count("Credit score", "As stated.", { needs: ["users.credit_score"] }),
    utilisation: ratio("Utilisation", "Balances / limits of valid credit cards.", { needs: ["utilisation"] }),
    debt_to_income: ratio("Debt to income", "Total debt / annual income.", { needs: ["debt_to_income"] }),
    annual_income_usd: usd("Annual income", "USD.", { needs: ["users.annual_income_usd"] }),
    total_debt_usd: usd("Total debt", "USD.", { needs: ["users.total_debt_usd"] }),
    credit_limit_valid_usd: usd("Credit limit", "Sum over valid credit cards, USD.", {
      needs: ["cards.type", "cards.credit_limit_usd", "validity"],
    }),
    balance_valid_usd: usd("Balance", "Sum over valid credit cards, USD.", { needs: ["utilisation"] }),
  },
  chart: { mark: "table" },

  insight(rows, { total, inputs, values: { watchlist } }) {
    const [first] = rows;
    const part = `the riskiest ${threshold(watchlist.share * 100)}% of those who can be ranked`;
    if (first === undefined) return `No customer is on the watchlist: ${part}.`;
    const { model } = first;
    const by =
      model === EXPERT_MODEL
        ? `by the ${EXPERT_LABEL}: an order, no probability`
        : first.pd === null
          ? `by a ranking fitted to few defaults (${SAME_DAY_LABEL}): an order, no probability`
          : `by the fitted ${model} (${SAME_DAY_LABEL}); the riskiest has a probability of ${percent(first.pd)}`;
    const missing = expertInputs.filter(({ needs }) => !inputs.has(needs)).map(({ label: name }) => name);
    const lacking = missing.length === 0 ? "" : ` The files do not tell ${missing.join(", ")}: left out.`;
    return `${counted(total, "customer")} ${total === 1 ? "is" : "are"} on the watchlist, ${part}, ${by}.${lacking}`;
  },
  invariants: (rows) => ({
    "a customer appears once": unique(rows, "user_id"),
    "the riskiest come first": rows.every(({ rank }, i) => i === 0 || (rows[i - 1]?.rank ?? 0) < rank),
    "a probability is one": rows.every(({ pd }) => pd === null || (pd >= 0 && pd <= 1)),
  }),
});
