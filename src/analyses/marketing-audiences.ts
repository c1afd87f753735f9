import { audiences } from "../schema/bands.ts";
import { count, label, share } from "../schema/columns.ts";
import { counted, threshold, whole } from "../schema/format.ts";
import { raw, sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, is } from "./conditions.ts";
import { find, unique } from "./rows.ts";

export default defineAnalysis({
  id: "marketing-audiences",
  topic: "marketing",
  title: "Audiences",
  question: "How many customers are there for a premium product, and how many may need help?",
  grain: "one row per audience",
  unit: "customer",
  definition:
    "Premium: credit score above the minimum and annual income above the minimum, both strictly. Assistance: credit score below the maximum and total debt above the share of annual income. Customers who lack one of the values are in neither. High debt stands beside, because much debt is frequent among high incomes too. An audience is no approval.",
  needs: ["premium"],
  measures: ["premium", "assistance", "high_debt"],

  sql: ({ inputs }) => sql`
    with audiences as (
      select
        1 as position,
        'premium' as audience,
        count(*) filter (where is_premium) as customers,
        count(*) filter (where is_premium and is_high_debt) as also_high_debt,
        count(*) filter (where is_premium and credit_cards = 0) as without_credit_card,
        count(*) as all_customers
      from customer_profile
      union all
      -- without debts there is no telling: null, not zero
      select
        2,
        'assistance',
        case when ${inputs.has("assistance")} then count(*) filter (where is_assistance) end,
        case when ${inputs.has("assistance")} then count(*) filter (where is_assistance and is_high_debt) end,
        case when ${inputs.has("assistance")} then count(*) filter (where is_assistance and credit_cards = 0) end,
        count(*)
      from customer_profile
    )
    select
      audience,
      customers,
      also_high_debt,
      without_credit_card,
      cast(customers as double) / nullif(all_customers, 0) as share
    from audiences
    order by position nulls last
  `,

  columns: {
    audience: label("Audience", "premium or assistance."),
    customers: count("Customers", "Customers in the audience.", { nullable: true }),
    also_high_debt: count("Also high debt", "Customers among them with high debt.", {
      needs: ["debt_to_income"],
    }),
    without_credit_card: count("Without a credit card", "Customers among them with no credit card on file.", {
      needs: ["cards.type"],
    }),
    share: share("Share", "Part of all customers.", { nullable: true }),
  },
  chart: { mark: "bar", x: "audience", y: "customers", share: "share" },

  insight(rows, { values: { premium, assistance, high_debt } }) {
    const top = find(rows, "audience", "premium");
    const help = find(rows, "audience", "assistance");
    const debt =
      top?.also_high_debt == null
        ? ""
        : `, ${whole(top.also_high_debt)} of them with debt above ${threshold(high_debt.ratio, 2)} of a year's income`;
    const first = `${counted(top?.customers ?? 0, "customer")} score above ${threshold(premium.score_min)} and earn more than $${threshold(premium.income_min_usd)} a year${debt}.`;
    return help?.customers == null
      ? `${first} The assistance audience is not computable: the files lack debts.`
      : `${first} ${counted(help.customers, "customer")} score below ${threshold(assistance.score_max)} and owe more than ${threshold(assistance.debt_share, 2)} of a year's income.`;
  },
  behind({ audience, customers }, column) {
    if (customers === null) return undefined;
    const members = raw(audience === "premium" ? "is_premium" : "is_assistance");
    switch (column) {
      case "customers":
      case "share":
        return customersWith(members);
      case "also_high_debt":
        return customersWith(members, raw("is_high_debt"));
      case "without_credit_card":
        return customersWith(members, is("credit_cards", 0));
      default:
        return undefined;
    }
  },
  invariants: (rows) => ({
    "the audiences are these": rows.map((row) => row.audience).join() === audiences.join(),
    "a part is no larger than its whole": rows.every(
      (row) =>
        (row.also_high_debt ?? 0) <= (row.customers ?? 0) &&
        (row.without_credit_card ?? 0) <= (row.customers ?? 0),
    ),
    "an audience appears once": unique(rows, "audience"),
  }),
});
