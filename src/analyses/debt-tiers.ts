import { debtTiers } from "../schema/bands.ts";
import { count, label, share } from "../schema/columns.ts";
import { counted, percent, whole } from "../schema/format.ts";
import { positions } from "../sql/lists.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, is } from "./conditions.ts";
import { find, lacking, sharesSumToOne, sum, unique } from "./rows.ts";

export default defineAnalysis({
  id: "debt-tiers",
  topic: "risk",
  title: "Debt tiers",
  question: "How heavy is the customers' debt beside their income?",
  grain: "one row per debt tier",
  unit: "customer",
  definition:
    "Total debt / annual income per customer: low up to 0.36, moderate up to 0.5, high up to 1, very high above 1. A stock over a year's flow, not the monthly ratio that lenders call DTI. Customers without a ratio have a row of their own where there are any.",
  needs: ["debt_to_income"],
  measures: [],

  sql: () => sql`
    with tiers (tier, position) as (values ${positions(debtTiers)}),
    counted as (
      select debt_tier as tier, count(*) as customers
      from customer_profile
      group by debt_tier
    )
    select
      coalesce(tiers.tier, counted.tier) as tier,
      coalesce(counted.customers, 0) as customers,
      cast(coalesce(counted.customers, 0) as double) / nullif((select sum(customers) from counted), 0) as share
    from tiers
    full join counted on counted.tier = tiers.tier
    order by tiers.position nulls last
  `,

  columns: {
    tier: label("Debt tier", "By debt to income.", { nullable: true }),
    customers: count("Customers", "Customers in the tier."),
    share: share("Share", "Part of all customers.", { nullable: true }),
  },
  chart: { mark: "bar", x: "tier", y: "customers", share: "share" },

  insight(rows) {
    const all = sum(rows, "customers");
    const most = find(rows, "tier", "very_high");
    return `${whole(most?.customers ?? 0)} of ${counted(all, "customer")} (${percent(most?.share ?? null)}) owe more than a whole year's income.${lacking(rows, "tier", "debt to income")}`;
  },
  behind: (row, column) => (column === "tier" ? undefined : customersWith(is("debt_tier", row.tier))),
  invariants: (rows) => ({
    "shares sum to 1": sharesSumToOne(rows),
    "a tier appears once": unique(rows, "tier"),
    "every tier is there": debtTiers.every((tier) => rows.some((row) => row.tier === tier)),
  }),
});
