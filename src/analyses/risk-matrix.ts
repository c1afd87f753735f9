import { debtTiers, scoreBands } from "../schema/bands.ts";
import { count, label } from "../schema/columns.ts";
import { counted, percent, whole } from "../schema/format.ts";
import { positions } from "../sql/lists.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, is } from "./conditions.ts";
import { sum, unique } from "./rows.ts";

export default defineAnalysis({
  id: "risk-matrix",
  topic: "risk",
  title: "Credit score and debt",
  question: "Which customers have both a low score and much debt?",
  grain: "one row per score band and debt tier",
  unit: "customer",
  definition:
    "Customers by score band (poor below 580, fair 580-669, good 670-739, very good 740-799, exceptional from 800) and debt tier (total debt / annual income: low up to 0.36, moderate up to 0.5, high up to 1, very high above). Every pair is there, zeros included; customers without a score or a ratio have rows of their own.",
  needs: ["users.credit_score", "debt_to_income"],
  measures: [],

  sql: () => sql`
    with scores (score_band, position) as (values ${positions(scoreBands)}),
    tiers (debt_tier, position) as (values ${positions(debtTiers)}),
    cells as (
      select score_band, debt_tier, count(*) as customers
      from customer_profile
      group by score_band, debt_tier
      -- every pair is there, zeros included
      union all
      select scores.score_band, tiers.debt_tier, 0 as customers
      from scores
      cross join tiers
    ),
    summed as (
      select score_band, debt_tier, sum(customers) as customers
      from cells
      group by score_band, debt_tier
    )
    select summed.score_band, summed.debt_tier, summed.customers
    from summed
    left join scores on scores.score_band = summed.score_band
    left join tiers on tiers.debt_tier = summed.debt_tier
    order by scores.position nulls last, tiers.position nulls last
  `,

  columns: {
    score_band: label("Credit score", "Band of the score.", { nullable: true }),
    debt_tier: label("Debt tier", "By debt to income.", { nullable: true }),
    customers: count("Customers", "Customers in both."),
  },
  chart: { mark: "heatmap", x: "debt_tier", y: "score_band", value: "customers" },

  insight(rows) {
    const all = sum(rows, "customers");
    if (all === 0) return "There are no customers.";
    const both = sum(
      rows.filter(
        ({ score_band, debt_tier }) =>
          (score_band === "poor" || score_band === "fair") && debt_tier === "very_high",
      ),
      "customers",
    );
    const unknown = sum(
      rows.filter((row) => row.score_band === null || row.debt_tier === null),
      "customers",
    );
    const rest =
      unknown === 0
        ? ""
        : ` ${whole(unknown)} ${unknown === 1 ? "lacks" : "lack"} a score or a debt to income.`;
    return `${whole(both)} of ${counted(all, "customer")} (${percent(both / all)}) score below 670 and owe more than a whole year's income.${rest}`;
  },
  behind: ({ score_band, debt_tier }, column) =>
    column === "customers"
      ? customersWith(is("score_band", score_band), is("debt_tier", debt_tier))
      : undefined,
  invariants: (rows) => ({
    "a pair appears once": unique(rows, "score_band", "debt_tier"),
    "every pair is there": scoreBands.every((score) =>
      debtTiers.every((tier) => rows.some((row) => row.score_band === score && row.debt_tier === tier)),
    ),
  }),
});
