import { count, label, number, ratio, share, usd } from "../schema/columns.ts";
import { counted, decimal, percent } from "../schema/format.ts";
import { literal, raw, sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, is, known } from "./conditions.ts";
import { sharesSumToOne, sum, unique } from "./rows.ts";

export default defineAnalysis({
  id: "segments",
  topic: "predict",
  title: "Segments",
  question: "Which groups of customers behave alike?",
  grain: "one row per segment",
  unit: "customer",
  definition:
    "k-means over standardised behaviour: utilisation, debt to income, credit score, income, credit limit and number of cards, as far as the files have them; never gender, age, place, employment or retirement. Extremes are cut at the first and last percentile, and what is missing counts as the median. The number of segments, 2 to 6, is that with the highest silhouette; the agreement is how alike the segments are when the search starts elsewhere (adjusted Rand index, 1 is the same). Each is named by what sets it apart the most. Of more than 50,000 customers, as many are standardised and searched, those whose keys have the lowest hashes, whatever the order of the rows; all others join the nearest segment, and figures count everyone. Segments are of all customers, whatever is selected, and describe: they decide nothing.",
  needs: ["ranking"],
  measures: [],

  sql: () => sql`
    with chosen as (
      select max(silhouette) as silhouette, max(agreement) as agreement
      from segment_choice
      where is_chosen
    )
    select
      segment_profile.segment,
      count(*) as customers,
      cast(count(*) as double) / nullif((select count(*) from customer_profile inner join segment_profile on segment_profile.user_id = customer_profile.user_id), 0) as share,
      avg(utilisation) as utilisation_mean,
      avg(debt_to_income) as debt_to_income_mean,
      avg(credit_score) as credit_score_mean,
      avg(annual_income_usd) as income_mean_usd,
      avg(total_debt_usd) as total_debt_mean_usd,
      avg(credit_limit_valid_usd) as credit_limit_mean_usd,
      avg(cards) as cards_mean,
      count(*) filter (where defaulted) as defaults,
      cast(count(*) filter (where defaulted) as double) / nullif(count(defaulted), 0) as default_rate,
      max(chosen.silhouette) as silhouette,
      max(chosen.agreement) as agreement
    from customer_profile
    inner join segment_profile on segment_profile.user_id = customer_profile.user_id
    cross join chosen
    group by segment_profile.segment
    order by max(segment_profile.position) nulls last, segment_profile.segment nulls last
  `,

  columns: {
    segment: label("Segment", "Named by what sets it apart."),
    customers: count("Customers", "Customers in the segment."),
    share: share("Share", "Part of all customers.", { nullable: true }),
    utilisation_mean: ratio("Utilisation", "Mean.", { needs: ["utilisation"] }),
    debt_to_income_mean: ratio("Debt to income", "Mean.", { needs: ["debt_to_income"] }),
    credit_score_mean: number("Credit score", "Mean.", { needs: ["users.credit_score"] }),
    income_mean_usd: usd("Income", "Mean, USD.", { needs: ["users.annual_income_usd"] }),
    total_debt_mean_usd: usd("Total debt", "Mean, USD.", { needs: ["users.total_debt_usd"] }),
    credit_limit_mean_usd: usd("Credit limit", "Mean over valid credit cards, USD.", {
      needs: ["cards.type", "cards.credit_limit_usd", "validity"],
    }),
    cards_mean: number("Cards", "Mean, on file."),
    defaults: count("Defaults", "Customers who defaulted, as stated.", { needs: ["users.defaulted"] }),
    default_rate: share("Default rate", "Defaults / customers with an outcome.", {
      needs: ["users.defaulted"],
    }),
    silhouette: ratio("Silhouette", "Of all segments together; 1 is far apart, 0 is no structure.", {
      nullable: true,
    }),
    agreement: ratio("Agreement", "Between searches that start elsewhere; 1 is the same.", {
      nullable: true,
    }),
  },
  chart: { mark: "bar", x: "segment", y: "customers", share: "share" },

  insight(rows) {
    const [first] = rows;
    if (first === undefined) return "There is no customer to put into a segment.";
    const all = sum(rows, "customers");
    const largest = rows.reduce((most, row) => (row.customers > most.customers ? row : most), first);
    const apart = first.silhouette === null ? "" : `, with a silhouette of ${decimal(first.silhouette)}`;
    return `${counted(all, "customer")} fall into ${counted(rows.length, "segment")}${apart}; the largest is “${largest.segment}” (${percent(largest.share)}).`;
  },
  behind({ segment }, column) {
    const inside = raw(
      `user_id in (select user_id from segment_profile where segment = ${literal(segment)})`,
    );
    switch (column) {
      case "customers":
      case "share":
      case "cards_mean":
        return customersWith(inside);
      case "utilisation_mean":
        return customersWith(inside, known("utilisation"));
      case "debt_to_income_mean":
        return customersWith(inside, known("debt_to_income"));
      case "credit_score_mean":
        return customersWith(inside, known("credit_score"));
      case "income_mean_usd":
        return customersWith(inside, known("annual_income_usd"));
      case "total_debt_mean_usd":
        return customersWith(inside, known("total_debt_usd"));
      case "credit_limit_mean_usd":
        return customersWith(inside, known("credit_limit_valid_usd"));
      case "defaults":
        return customersWith(inside, is("defaulted", true));
      case "default_rate":
        return customersWith(inside, known("defaulted"));
      default:
        return undefined;
    }
  },
  invariants: (rows) => ({
    "shares sum to 1": sharesSumToOne(rows),
    "a segment appears once": unique(rows, "segment"),
  }),
});
