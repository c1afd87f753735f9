import { scoreBands } from "../schema/bands.ts";
import { count, label, ratio, share } from "../schema/columns.ts";
import { counted, percent, whole } from "../schema/format.ts";
import { positions } from "../sql/lists.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, is, known } from "./conditions.ts";
import { find, lacking, sharesSumToOne, sum, unique } from "./rows.ts";

export default defineAnalysis({
  id: "credit-score-bands",
  topic: "risk",
  title: "Credit score",
  question: "How creditworthy are the customers by their score?",
  grain: "one row per score band",
  unit: "customer",
  definition:
    "poor below 580, fair 580-669, good 670-739, very good 740-799, exceptional from 800 (the bands of FICO scores). The mean debt to income is of the customers in the band who have one. Customers without a score have a row of their own where there are any.",
  needs: ["users.credit_score"],
  measures: [],

  sql: () => sql`
    with bands (band, position) as (values ${positions(scoreBands)}),
    counted as (
      select score_band as band, count(*) as customers, avg(debt_to_income) as debt_to_income_mean
      from customer_profile
      group by score_band
    )
    select
      coalesce(bands.band, counted.band) as band,
      coalesce(counted.customers, 0) as customers,
      cast(coalesce(counted.customers, 0) as double) / nullif((select sum(customers) from counted), 0) as share,
      counted.debt_to_income_mean
    from bands
    full join counted on counted.band = bands.band
    order by bands.position nulls last
  `,

  columns: {
    band: label("Credit score", "Band of the score.", { nullable: true }),
    customers: count("Customers", "Customers in the band."),
    share: share("Share", "Part of all customers.", { nullable: true }),
    debt_to_income_mean: ratio("Mean debt to income", "Mean of the customers' ratios.", {
      needs: ["debt_to_income"],
    }),
  },
  chart: { mark: "bar", x: "band", y: "customers", share: "share" },

  insight(rows) {
    const all = sum(rows, "customers");
    if (all === 0) return "There are no customers.";
    const of = (band: string) => find(rows, "band", band)?.customers ?? 0;
    const low = of("poor") + of("fair");
    const high = of("very_good") + of("exceptional");
    return `${whole(low)} of ${counted(all, "customer")} (${percent(low / all)}) score below 670; ${whole(high)} (${percent(high / all)}) score 740 or more.${lacking(rows, "band", "score")}`;
  },
  behind({ band }, column) {
    if (column === "band") return undefined;
    const inBand = is("score_band", band);
    return column === "debt_to_income_mean"
      ? customersWith(inBand, known("debt_to_income"))
      : customersWith(inBand);
  },
  invariants: (rows) => ({
    "shares sum to 1": sharesSumToOne(rows),
    "a band appears once": unique(rows, "band"),
    "every band is there": scoreBands.every((band) => rows.some((row) => row.band === band)),
  }),
});
