import { count, label, number } from "../schema/columns.ts";
import { counted, decimal } from "../schema/format.ts";
import { each, unionAll } from "../sql/lists.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, known } from "./conditions.ts";
import { customerMeasures, measuresIn, spoken } from "./customer-measures.ts";
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

/** Whoever has the measure has these, too: one rank of it does for all of them. */
const comeWith = (name: string): readonly string[] =>
  name === "debt_to_income" ? ["cards", "annual_income_usd", "total_debt_usd"] : ["cards"];

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
  needs: ["customer_figures"],
  measures: ["small"],

  sql: ({ inputs }) => {
    const present = measuresIn(inputs);
    const listed = names.flatMap((name) => present.filter((measure) => measure.name === name));
    const pairs = listed
      .flatMap((x, i) => listed.slice(i + 1).map((y) => ({ x: x.name, y: y.name })))
      .map((pair, i) => ({ ...pair, position: i + 1 }));
    /** The rank of `x` among the customers who have `y`. */
    const rank = (x: string, y: string) => (comeWith(x).includes(y) ? "with_any" : `with_${y}`);
    const ranks = (x: string) => [
      ...new Map(
        listed
          .filter(({ name }) => name !== x)
          .map(({ name: y }) => [rank(x, y), comeWith(x).includes(y) ? x : y]),
      ),
    ];
    return sql`
    with observed as (
      select ${each(listed, ({ name, expression }) => `cast(${expression} as double) as ${name}`)}
      from customer_profile
    ),
    -- Spearman ranks the customers who have both values, so a value has one rank for every other measure: its
    -- mean rank among those who have that measure (less a half, which no correlation sees). Ranked once per
    -- distinct value rather than once per customer and pair.
    ${each(
      listed,
      ({ name: x }) => `${x}_ranks as (
      select ${x}, ${ranks(x)
        .map(([name, y]) => `sum(count(${y})) over so_far - count(${y}) / 2e0 as ${name}`)
        .join(", ")}
      from observed
      where ${x} is not null
      group by ${x}
      window so_far as (
        partition by ${x} is null order by ${x} nulls last rows between unbounded preceding and current row
      )
    )`,
      ",\n    ",
    )},
    correlated as (
      select ${each(
        pairs,
        ({ x, y, position }) => `
        corr(observed.${x}, observed.${y}) as pearson_${position},
        corr(${x}_ranks.${rank(x, y)}, ${y}_ranks.${rank(y, x)}) as spearman_${position},
        count(*) filter (where observed.${x} is not null and observed.${y} is not null) as customers_${position}`,
        ",",
      )}
      from observed
      ${each(listed, ({ name: x }) => `left join ${x}_ranks on ${x}_ranks.${x} = observed.${x}`, "\n      ")}
    ),
    pairs as (
      ${unionAll(
        pairs,
        ({ x, y, position }) =>
          `select ${position} as position, '${x}' as x, '${y}' as y, pearson_${position} as pearson, spearman_${position} as spearman, customers_${position} as customers from correlated`,
      )}
    )
    select x, y, pearson, spearman, customers
    from pairs
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
  behind({ x, y }, column) {
    if (column === "x" || column === "y") return undefined;
    const expressions = customerMeasures.filter(({ name }) => name === x || name === y);
    return customersWith(...expressions.map(({ expression }) => known(expression)));
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
