import { count, label, number } from "../schema/columns.ts";
import { whole } from "../schema/format.ts";
import { median, quantile } from "../sql/dialect.ts";
import { positions, unionAll } from "../sql/lists.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, known, unknown } from "./conditions.ts";
import { customerMeasures, measuresIn, spoken } from "./customer-measures.ts";
import { ascending, unique } from "./rows.ts";

export default defineAnalysis({
  id: "numeric-summary",
  topic: "overview",
  title: "Measures of the customers",
  question: "How are the customers' figures distributed?",
  grain: "one row per measure",
  unit: "customer",
  definition:
    "One value per customer, however many cards they hold. Quantiles by linear interpolation (Hyndman and Fan 1996, type 7), exact; the standard deviation is the sample's (n - 1). Missing values are counted and left out, never 0. The credit limit is the sum over a customer's credit cards on file; customers without one, or with one whose limit is missing, lack it.",
  needs: [],
  measures: [],

  sql: ({ inputs }) => {
    const measures = measuresIn(inputs);
    return sql`
    with measures (measure, position) as (values ${positions(measures.map(({ name }) => name))}),
    observed as (
      ${unionAll(
        measures,
        ({ name, expression }) =>
          `select '${name}' as measure, cast(${expression} as double) as value from customer_profile`,
      )}
    ),
    summed as (
      select
        measure,
        count(value) as customers,
        count(*) - count(value) as missing,
        avg(value) as mean,
        stddev_samp(value) as std,
        min(value) as min,
        ${quantile("value", 0.25)} as p25,
        ${median("value")} as median,
        ${quantile("value", 0.75)} as p75,
        ${quantile("value", 0.9)} as p90,
        ${quantile("value", 0.99)} as p99,
        max(value) as max
      from observed
      group by measure
    )
    select
      measures.measure,
      coalesce(summed.customers, 0) as customers,
      coalesce(summed.missing, 0) as missing,
      summed.mean,
      summed.std,
      summed.min,
      summed.p25,
      summed.median,
      summed.p75,
      summed.p90,
      summed.p99,
      summed.max
    from measures
    left join summed on summed.measure = measures.measure
    order by measures.position nulls last
  `;
  },

  columns: {
    measure: label("Measure", "Per customer; _usd is in USD, a year for incomes."),
    customers: count("Customers", "Customers with a value."),
    missing: count("Missing", "Customers without a value."),
    mean: number("Mean", "Arithmetic mean.", { nullable: true }),
    std: number("Standard deviation", "Of the sample (n - 1).", { nullable: true }),
    min: number("Minimum", "Smallest value.", { nullable: true }),
    p25: number("25 %", "First quartile.", { nullable: true }),
    median: number("Median", "Half of the customers are at or below.", { nullable: true }),
    p75: number("75 %", "Third quartile.", { nullable: true }),
    p90: number("90 %", "Ninth decile.", { nullable: true }),
    p99: number("99 %", "99th percentile.", { nullable: true }),
    max: number("Maximum", "Largest value.", { nullable: true }),
  },
  chart: { mark: "table" },

  insight(rows) {
    const incomplete = rows.filter((row) => row.missing > 0);
    const customers = (rows[0]?.customers ?? 0) + (rows[0]?.missing ?? 0);
    const first = `${whole(rows.length)} measures of ${whole(customers)} customers.`;
    if (customers === 0) return "There are no customers.";
    return incomplete.length === 0
      ? `${first} No value is missing.`
      : `${first} Values are missing in ${incomplete.map((row) => `${spoken(row.measure)} (${whole(row.missing)})`).join(", ")}.`;
  },
  behind({ measure }, column) {
    const expression = customerMeasures.find(({ name }) => name === measure)?.expression;
    if (column === "measure" || expression === undefined) return undefined;
    return customersWith(column === "missing" ? unknown(expression) : known(expression));
  },
  invariants: (rows) => ({
    "a measure appears once": unique(rows, "measure"),
    "every measure is of all customers": new Set(rows.map((row) => row.customers + row.missing)).size <= 1,
    "order statistics are ordered": rows.every((row) =>
      ascending(row.min, row.p25, row.median, row.p75, row.p90, row.p99, row.max),
    ),
    "the mean lies between the extremes": rows.every((row) => ascending(row.min, row.mean, row.max)),
  }),
});
