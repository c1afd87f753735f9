import { count, label, ratio, share, usd } from "../schema/columns.ts";
import { counted, percent, whole } from "../schema/format.ts";
import { median } from "../sql/dialect.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, is, known } from "./conditions.ts";
import { find, largest, rankable, sharesSumToOne, sum, unique } from "./rows.ts";

export default defineAnalysis({
  id: "customers-by-city",
  topic: "demographics",
  title: "Customers by city",
  question: "In which cities do the customers live?",
  grain: "one row per state and city",
  unit: "customer",
  definition:
    "The city as stated, within its state: the nearest known place to a pair of coordinates is not taken for a city. Customers without a stated city have rows of their own.",
  needs: ["users.city"],
  measures: ["small"],

  sql: () => sql`
    select
      state,
      city,
      count(*) as customers,
      cast(count(*) as double) / nullif((select count(*) from customer_profile), 0) as share,
      ${median("annual_income_usd")} as income_median_usd,
      ${median("debt_to_income")} as debt_to_income_median
    from customer_profile
    group by state, city
    order by
      case when city is null then 1 else 0 end nulls last,
      customers desc nulls last,
      state nulls last,
      city nulls last
  `,

  columns: {
    state: label("State", "Two letters.", { needs: ["users.state"] }),
    city: label("City", "As stated.", { nullable: true }),
    customers: count("Customers", "Customers in the city."),
    share: share("Share", "Part of all customers.", { nullable: true }),
    income_median_usd: usd("Median income", "Of the customers' annual incomes, USD.", {
      needs: ["users.annual_income_usd"],
    }),
    debt_to_income_median: ratio("Median debt to income", "Of the customers' ratios.", {
      needs: ["debt_to_income"],
    }),
  },
  chart: { mark: "bar", x: "city", y: "customers", share: "share" },

  insight(rows, { values }) {
    const all = sum(rows, "customers");
    const most = largest(rankable(rows, "city", values.small), "customers");
    const unknown = find(rows, "city", null) === undefined ? "" : " Some customers have no stated city.";
    if (most === undefined)
      return `No city has ${counted(values.small.customers, "customer")} or more; there are ${whole(all)} in all.${unknown}`;
    return `The city with most customers is ${most.city}${most.state === null ? "" : `, ${most.state}`}: ${whole(most.customers)} of ${whole(all)} (${percent(most.share)}).${unknown}`;
  },
  behind({ state, city }, column) {
    const living = [is("state", state), is("city", city)];
    switch (column) {
      case "customers":
      case "share":
        return customersWith(...living);
      case "income_median_usd":
        return customersWith(...living, known("annual_income_usd"));
      case "debt_to_income_median":
        return customersWith(...living, known("debt_to_income"));
      default:
        return undefined;
    }
  },
  invariants: (rows) => ({
    "shares sum to 1": sharesSumToOne(rows),
    "a city of a state appears once": unique(rows, "state", "city"),
  }),
});
