import { count, label, number, share } from "../schema/columns.ts";
import { EXPERT_LABEL, EXPERT_MODEL } from "../schema/expert-card.ts";
import { counted, percent, whole } from "../schema/format.ts";
import { tuples } from "../sql/lists.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { is, known } from "./conditions.ts";
import { rankedWith } from "./default-conditions.ts";
import { sharesSumToOne, sum, unique } from "./rows.ts";

interface Bin {
  readonly low: number | null;
  readonly high: number | null;
}

/** Points of the expert card are 0 to 100; those of a model are open, and 20 of them double the odds. */
const cardBins: readonly Bin[] = Array.from({ length: 20 }, (_, i) => ({
  low: i * 5,
  high: i === 19 ? null : i * 5 + 5,
}));
const modelBins: readonly Bin[] = Array.from({ length: 30 }, (_, i) => ({
  low: i === 0 ? null : 430 + i * 10,
  high: i === 29 ? null : 440 + i * 10,
}));
const nameOf = ({ low, high }: Bin, most: string): string => {
  if (low === null) return `below ${high}`;
  return high === null ? `${low}${most}` : `${low}-${high}`;
};
const bins = [
  ...cardBins.map((bin, i) => [true, i, nameOf(bin, "-100"), bin.low, bin.high] as const),
  ...modelBins.map((bin, i) => [false, i, nameOf(bin, "+"), bin.low, bin.high] as const),
];

export default defineAnalysis({
  id: "default-scores",
  topic: "predict",
  title: "Scores",
  question: "How are the scores distributed?",
  grain: "one row per bin of the score",
  unit: "customer",
  definition:
    "Customers by score; higher is safer, and a bin holds its lower bound. Of a fitted model 20 points double the odds and 600 stand for odds of 50 to 1; the expert card, which is not validated on your data, has 0 to 100 points. Customers of whom no input is known have no score and are left out. Defaults are those in the file, the ones that a model has learnt from among them.",
  needs: ["ranking"],
  measures: ["expert_card"],

  sql: () => sql`
    with bins (is_card, position, bin, low, high) as (values ${tuples(bins)}),
    -- customers of one score are in one bin, so they are gone over once
    scored as (
      select
        default_profile.score,
        count(*) as customers,
        count(*) filter (where customer_profile.defaulted) as defaults,
        count(customer_profile.defaulted) as with_outcome
      from customer_profile
      inner join default_profile on default_profile.user_id = customer_profile.user_id
      where default_profile.score is not null
      group by default_profile.score
    ),
    kind as (
      select coalesce(max(model), ${EXPERT_MODEL}) as model
      from default_profile
      where score is not null
    )
    select
      bins.bin,
      coalesce(sum(scored.customers), 0) as customers,
      cast(coalesce(sum(scored.customers), 0) as double)
        / nullif((select sum(customers) from scored), 0) as share,
      coalesce(sum(scored.defaults), 0) as defaults,
      cast(coalesce(sum(scored.defaults), 0) as double) / nullif(sum(scored.with_outcome), 0) as default_rate,
      bins.low,
      bins.high,
      max(kind.model) as model
    from bins
    cross join kind
    left join scored
      on (bins.low is null or scored.score >= bins.low) and (bins.high is null or scored.score < bins.high)
    where bins.is_card = (kind.model = ${EXPERT_MODEL})
    group by bins.bin, bins.low, bins.high, bins.position
    order by bins.position nulls last
  `,

  columns: {
    bin: label("Score", "Points; higher is safer."),
    customers: count("Customers", "Customers in the bin."),
    share: share("Share", "Part of all customers with a score.", { nullable: true }),
    defaults: count("Defaults", "Customers who defaulted, as stated.", { needs: ["users.defaulted"] }),
    default_rate: share("Default rate", "Defaults / customers with an outcome.", {
      needs: ["users.defaulted"],
    }),
    low: number("From", "Lower bound of the bin.", { nullable: true }),
    high: number("To", "Upper bound, not in the bin.", { nullable: true }),
    model: label("Model", `What ranks: ranking, scorecard, trees, or the ${EXPERT_LABEL}.`),
  },
  chart: { mark: "column", x: "bin", y: "customers" },

  insight(rows) {
    const all = sum(rows, "customers");
    const model = rows[0]?.model ?? EXPERT_MODEL;
    const by = model === EXPERT_MODEL ? `the ${EXPERT_LABEL}` : `the fitted ${model}`;
    const most = rows.reduce((best, row) => (row.customers > best.customers ? row : best), {
      bin: "",
      customers: 0,
      share: null as number | null,
    });
    if (all === 0) return `No customer has a score by ${by}.`;
    return `${counted(all, "customer")} ${all === 1 ? "has" : "have"} a score by ${by}; most, ${whole(most.customers)} (${percent(most.share)}), have ${most.bin} points.`;
  },
  behind({ low, high }, column) {
    const inBin = [
      "score is not null",
      ...(low === null ? [] : [`score >= ${low}`]),
      ...(high === null ? [] : [`score < ${high}`]),
    ].join(" and ");
    switch (column) {
      case "customers":
      case "share":
        return rankedWith(inBin);
      case "defaults":
        return rankedWith(inBin, is("defaulted", true));
      case "default_rate":
        return rankedWith(inBin, known("defaulted"));
      default:
        return undefined;
    }
  },
  invariants: (rows) => ({
    "shares sum to 1": sharesSumToOne(rows),
    "a bin appears once": unique(rows, "bin"),
  }),
});
