import { count, label, share } from "../schema/columns.ts";
import { percent, whole } from "../schema/format.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { largest, sharesSumToOne, sum } from "./rows.ts";

export default defineAnalysis({
  id: "age-distribution",
  topic: "demographics",
  title: "Age",
  question: "How old are the customers?",
  grain: "one row per age band",
  unit: "customer",
  definition:
    "Customers by stated age on the day of the file; customers without an age have a row of their own.",
  needs: ["users.age"],
  measures: [],

  sql: () => sql`
    with bands (band, position) as (
      values ('18-24', 1), ('25-34', 2), ('35-44', 3), ('45-54', 4), ('55-64', 5), ('65+', 6)
    ),
    counted as (
      select age_band, count(*) as customers
      from customer_profile
      group by age_band
    ),
    -- every band is there, zeros included; others (under 18, no age) only where they occur
    rows as (
      select bands.band, bands.position, coalesce(counted.customers, 0) as customers
      from bands
      left join counted on counted.age_band = bands.band
      union all
      select counted.age_band, case when counted.age_band is null then 7 else 0 end, counted.customers
      from counted
      left join bands on bands.band = counted.age_band
      where bands.band is null
    )
    select
      band,
      customers,
      cast(customers as double) / nullif(sum(customers) over (), 0) as share
    from rows
    order by position
  `,

  columns: {
    band: label("Age", "Years; both ends included.", { nullable: true }),
    customers: count("Customers", "Customers in the band."),
    share: share("Share", "Part of all customers.", { nullable: true }),
  },
  chart: { mark: "bar", x: "band", y: "customers", share: "share" },

  insight(rows) {
    const most = largest(rows, "customers");
    return `The largest age band is ${most?.band ?? "unknown"}: ${whole(most?.customers ?? 0)} of ${whole(sum(rows, "customers"))} customers (${percent(most?.share ?? null)}).`;
  },
  invariants: (rows) => ({ "shares sum to 1": sharesSumToOne(rows) }),
});
