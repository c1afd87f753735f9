import { ageBands, underage } from "../schema/bands.ts";
import { count, label, share } from "../schema/columns.ts";
import { percent, whole } from "../schema/format.ts";
import { positions } from "../sql/lists.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, is } from "./conditions.ts";
import { lacking, largest, rankable, sharesSumToOne, sum, unique } from "./rows.ts";

export default defineAnalysis({
  id: "age-distribution",
  topic: "demographics",
  title: "Age",
  question: "How old are the customers?",
  grain: "one row per age band",
  unit: "customer",
  definition:
    "Customers by stated age, which no date moves; customers under 18 or without an age have rows of their own where there are any.",
  needs: ["users.age"],
  measures: ["small"],

  sql: () => sql`
    with bands (band, position) as (values ${positions(ageBands)}),
    counted as (
      select age_band as band, count(*) as customers
      from customer_profile
      group by age_band
    )
    -- every band is there, zeros included; others (under 18, no age) only where they occur
    select
      coalesce(bands.band, counted.band) as band,
      coalesce(counted.customers, 0) as customers,
      cast(coalesce(counted.customers, 0) as double) / nullif((select sum(customers) from counted), 0) as share
    from bands
    full join counted on counted.band = bands.band
    order by case when counted.band = ${underage} then 0 else bands.position end nulls last
  `,

  columns: {
    band: label("Age", "Years; both ends included.", { nullable: true }),
    customers: count("Customers", "Customers in the band."),
    share: share("Share", "Part of all customers.", { nullable: true }),
  },
  chart: { mark: "bar", x: "band", y: "customers", share: "share" },

  insight(rows, { values }) {
    const unknown = lacking(rows, "band", "age");
    const most = largest(rankable(rows, "band", values.small), "customers");
    if (most === undefined)
      return `No age band has ${whole(values.small.customers)} customers or more; there are ${whole(sum(rows, "customers"))} in all.${unknown}`;
    return `The largest age band is ${most.band}: ${whole(most.customers)} of ${whole(sum(rows, "customers"))} customers (${percent(most.share)}).${unknown}`;
  },
  behind: (row, column) => (column === "band" ? undefined : customersWith(is("age_band", row.band))),
  invariants: (rows) => ({
    "shares sum to 1": sharesSumToOne(rows),
    "a band appears once": unique(rows, "band"),
    "every band is there": ageBands.every((band) => rows.some((row) => row.band === band)),
  }),
});
