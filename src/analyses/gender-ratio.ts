import { count, label, share } from "../schema/columns.ts";
import { counted, decimal, percent } from "../schema/format.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, is } from "./conditions.ts";
import { lacking, rankable, sharesSumToOne, sum, unique } from "./rows.ts";

export default defineAnalysis({
  id: "gender-ratio",
  topic: "demographics",
  title: "Gender",
  question: "How many customers of each gender are there?",
  grain: "one row per gender",
  unit: "customer",
  definition:
    "Customers by gender as stated, one count per customer however many cards they hold. Gender describes; it never decides risk or an offer.",
  needs: ["users.gender"],
  measures: ["small"],

  sql: () => sql`
    with counted as (
      select gender as value, count(*) as customers
      from customer_profile
      group by gender
    )
    select
      value,
      customers,
      cast(customers as double) / nullif((select sum(customers) from counted), 0) as share
    from counted
    order by case when value is null then 1 else 0 end nulls last, customers desc nulls last, value nulls last
  `,

  columns: {
    value: label("Gender", "As stated.", { nullable: true }),
    customers: count("Customers", "Customers of the gender."),
    share: share("Share", "Part of all customers.", { nullable: true }),
  },
  chart: { mark: "bar", x: "value", y: "customers", share: "share" },

  insight(rows, { values }) {
    const all = sum(rows, "customers");
    const [first, second] = rankable(rows, "value", values.small);
    if (first === undefined)
      return `There are ${counted(all, "customer")}, too few of any gender to compare.`;
    const unknown = lacking(rows, "value", "stated gender");
    const share = `${percent(first.share)} of ${counted(all, "customer")} are ${first.value}`;
    return second === undefined
      ? `${share}.${unknown}`
      : `${share} and ${percent(second.share)} ${second.value}: ${decimal(first.customers / second.customers)} to 1.${unknown}`;
  },
  behind: (row, column) => (column === "value" ? undefined : customersWith(is("gender", row.value))),
  invariants: (rows) => ({
    "shares sum to 1": sharesSumToOne(rows),
    "a value appears once": unique(rows, "value"),
  }),
});
