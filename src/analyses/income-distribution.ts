import { incomeBands } from "../schema/bands.ts";
import { count, label, share } from "../schema/columns.ts";
import { percent, whole } from "../schema/format.ts";
import { positions } from "../sql/lists.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, is } from "./conditions.ts";
import { lacking, largest, rankable, sharesSumToOne, sum, unique } from "./rows.ts";

export default defineAnalysis({
  id: "income-distribution",
  topic: "demographics",
  title: "Income",
  question: "What do the customers earn?",
  grain: "one row per income band",
  unit: "customer",
  definition:
    "Customers by their own annual income in USD as stated; a band holds its lower bound, not its upper one (25,000 is in 25k-50k). Customers without an income have a row of their own where there are any.",
  needs: ["users.annual_income_usd"],
  measures: ["small"],

  sql: () => sql`
    with bands (band, position) as (values ${positions(incomeBands)}),
    counted as (
      select income_band as band, count(*) as customers
      from customer_profile
      group by income_band
    )
    select
      coalesce(bands.band, counted.band) as band,
      coalesce(counted.customers, 0) as customers,
      cast(coalesce(counted.customers, 0) as double) / nullif((select sum(customers) from counted), 0) as share
    from bands
    full join counted on counted.band = bands.band
    order by bands.position nulls last
  `,

  columns: {
    band: label("Annual income", "USD a year; the lower bound belongs to the band.", { nullable: true }),
    customers: count("Customers", "Customers in the band."),
    share: share("Share", "Part of all customers.", { nullable: true }),
  },
  chart: { mark: "bar", x: "band", y: "customers", share: "share" },

  insight(rows, { values }) {
    const unknown = lacking(rows, "band", "income");
    const most = largest(rankable(rows, "band", values.small), "customers");
    if (most === undefined)
      return `No income band has ${whole(values.small.customers)} customers or more; there are ${whole(sum(rows, "customers"))} in all.${unknown}`;
    return `The largest income band is ${most.band} USD a year: ${whole(most.customers)} of ${whole(sum(rows, "customers"))} customers (${percent(most.share)}).${unknown}`;
  },
  behind: (row, column) => (column === "band" ? undefined : customersWith(is("income_band", row.band))),
  invariants: (rows) => ({
    "shares sum to 1": sharesSumToOne(rows),
    "a band appears once": unique(rows, "band"),
    "every band is there": incomeBands.every((band) => rows.some((row) => row.band === band)),
  }),
});
