import { retirementBands } from "../schema/bands.ts";
import { count, label, share } from "../schema/columns.ts";
import { counted, percent, whole } from "../schema/format.ts";
import { positions } from "../sql/lists.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, is } from "./conditions.ts";
import { find, lacking, sharesSumToOne, sum, unique } from "./rows.ts";

export default defineAnalysis({
  id: "retirement-horizon",
  topic: "demographics",
  title: "Years to retirement",
  question: "When do the customers retire?",
  grain: "one row per band of years to retirement",
  unit: "customer",
  definition:
    "Retirement age - age in whole years, both ends included. Retired: by the stated status, else age >= retirement age; customers who work past their retirement age by their stated status are in 0-5.",
  needs: ["years_to_retirement"],
  measures: [],

  sql: () => sql`
    with bands (band, position) as (values ${positions(retirementBands)}),
    counted as (
      select retirement_band as band, count(*) as customers
      from customer_profile
      group by retirement_band
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
    band: label("Years to retirement", "Whole years; both ends included.", { nullable: true }),
    customers: count("Customers", "Customers in the band."),
    share: share("Share", "Part of all customers.", { nullable: true }),
  },
  chart: { mark: "bar", x: "band", y: "customers", share: "share" },

  insight(rows, { inputs }) {
    const all = sum(rows, "customers");
    const retired = find(rows, "band", "retired");
    const soon = (find(rows, "band", "0-5")?.customers ?? 0) + (find(rows, "band", "6-10")?.customers ?? 0);
    // Without a stated status, whoever has reached the age is taken as retired.
    const overdue = inputs.has("users.employment_status")
      ? ", those at work past their retirement age included"
      : "";
    return `${whole(retired?.customers ?? 0)} of ${counted(all, "customer")} (${percent(retired?.share ?? null)}) are retired; ${whole(soon)} more retire within 10 years${overdue}.${lacking(rows, "band", "age or retirement age")}`;
  },
  behind: (row, column) => (column === "band" ? undefined : customersWith(is("retirement_band", row.band))),
  invariants: (rows) => ({
    "shares sum to 1": sharesSumToOne(rows),
    "a band appears once": unique(rows, "band"),
    "every band is there": retirementBands.every((band) => rows.some((row) => row.band === band)),
  }),
});
