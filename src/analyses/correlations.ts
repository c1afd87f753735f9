import { count, label, number } from "../schema/columns.ts";
import { counted, decimal } from "../schema/format.ts";
import { unionAll } from "../sql/lists.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { measuresIn, spoken } from "./customer-measures.ts";
import { rankable, unique } from "./rows.ts";

const names = [
  "age",
  "annual_income_usd",
  "area_income_usd",
  "total_debt_usd",
  "credit_score",
  "cards",
  "debt_to_income",
  "utilisation",
];

/** Debt to income is made of the other two: that they move together is arithmetic, not news. */
const isArithmetic = (x: string, y: string): boolean =>
  y === "debt_to_income" && (x === "total_debt_usd" || x === "annual_income_usd");

export default defineAnalysis({
  id: "correlations",
  topic: "risk",
  title: "Correlations",
  question: "Which of the customers' figures move together?",
  grain: "one row per pair of measures",
  unit: "customer",
  definition:
    "Pearson's correlation for a straight line, Spearman's for any rising or falling line (Pearson's of the ranks; equal values share their mean rank), both over the customers who have both values. Missing where a measure does not vary. Debt to income contains debt and income, so its correlation with them is partly arithmetic. Correlation does not say what causes what.",
  needs: [],
  measures: ["small"],

  sql: ({ inputs }) => {
    const present = measuresIn(inputs);
    const listed = names.flatMap((name) => present.filter((measure) => measure.name === name));
    const pairs = listed.flatMap((x, i) => listed.slice(i + 1).map((y) => ({ x, y })));
    return sql`
    with pairs as (
      ${unionAll(
        pairs.map((pair, i) => ({ ...pair, position: i + 1 })),
        ({ x, y, position }) =>
          `select ${position} as position, '${x.name}' as x, '${y.name}' as y, cast(${x.expression} as double) as x_value, cast(${y.expression} as double) as y_value from customer_profile where ${x.expression} is not null and ${y.expression} is not null`,
      )}
    ),
    -- the mean rank of equals: rank() is the first of them, the running count the last
    ranked as (
      select
        position,
        x,
        y,
        x_value,
        y_value,
        (rank() over by_x + count(*) over by_x) / 2e0 as x_rank,
        (rank() over by_y + count(*) over by_y) / 2e0 as y_rank
      from pairs
      window
        by_x as (partition by position order by x_value nulls last),
        by_y as (partition by position order by y_value nulls last)
    )
    select
      x,
      y,
      corr(x_value, y_value) as pearson,
      corr(x_rank, y_rank) as spearman,
      count(*) as customers
    from ranked
    group by position, x, y
    order by position nulls last
  `;
  },

  columns: {
    x: label("Measure", "First of the pair."),
    y: label("With", "Second of the pair."),
    pearson: number("Pearson", "-1 to 1.", { nullable: true }),
    spearman: number("Spearman", "-1 to 1, of ranks.", { nullable: true }),
    customers: count("Customers", "Customers with both values."),
  },
  chart: { mark: "heatmap", x: "x", y: "y", value: "pearson" },

  insight(rows, { values }) {
    const [strongest] = rankable(rows, "x", values.small)
      .filter(({ x, y, spearman }) => spearman !== null && !isArithmetic(x, y))
      .toSorted((a, b) => Math.abs(b.spearman ?? 0) - Math.abs(a.spearman ?? 0));
    if (strongest === undefined)
      return `No pair of measures is known for ${counted(values.small.customers, "customer")} or more.`;
    return `Of the pairs that do not contain each other, ${spoken(strongest.x)} and ${spoken(strongest.y)} go together most closely: Spearman ${decimal(strongest.spearman)}, Pearson ${decimal(strongest.pearson)} over ${counted(strongest.customers, "customer")}.`;
  },
  invariants: (rows) => ({
    "a pair appears once": unique(
      rows.map(({ x, y }) => ({ pair: [x, y].toSorted().join() })),
      "pair",
    ),
    "no measure meets itself": rows.every((row) => row.x !== row.y),
    "a correlation is between -1 and 1": rows.every(
      (row) => Math.abs(row.pearson ?? 0) <= 1 + 1e-9 && Math.abs(row.spearman ?? 0) <= 1 + 1e-9,
    ),
  }),
});
