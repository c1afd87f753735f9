import { count, label, number } from "../schema/columns.ts";
import { whole } from "../schema/format.ts";
import { each, unionAll } from "../sql/lists.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, known, unknown } from "./conditions.ts";
import { customerMeasures, measuresIn, spoken } from "./customer-measures.ts";
import { ascending, unique } from "./rows.ts";

const QUANTILES = [0.25, 0.5, 0.75, 0.9, 0.99];

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
  holds: ({ inputs }) => measuresIn(inputs).length,

  sql: ({ inputs }) => {
    const measures = measuresIn(inputs);
    return sql`
    with summed as (
      -- one pass over the customers, whatever the number of measures
      select
        count(*) as customers,
        ${each(
          measures.map(({ expression }, i) => ({ i, x: `cast(${expression} as double)` })),
          ({ i, x }) => `count(${x}) as known_${i},
        avg(${x}) as mean_${i},
        stddev_samp(${x}) as std_${i},
        min(${x}) as min_${i},
        max(${x}) as max_${i}`,
          ",\n        ",
        )},
        ${{
          render: (dialect) =>
            measures
              .map(
                ({ expression }, i) =>
                  `${dialect.quantiles(`cast(${expression} as double)`, QUANTILES)} as quantiles_${i}`,
              )
              .join(",\n        "),
        }}
      from customer_profile
    ),
    measured as (
      ${unionAll(
        measures.map(({ name }, i) => ({ name, i })),
        ({ name, i }) =>
          `select ${i} as position, '${name}' as measure, customers, known_${i} as known, mean_${i} as mean, std_${i} as std, min_${i} as min, quantiles_${i} as quantiles, max_${i} as max from summed`,
      )}
    )
    select
      measure,
      known as customers,
      customers - known as missing,
      mean,
      std,
      min,
      quantiles[1] as p25,
      quantiles[2] as median,
      quantiles[3] as p75,
      quantiles[4] as p90,
      quantiles[5] as p99,
      max
    from measured
    order by position nulls last
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
