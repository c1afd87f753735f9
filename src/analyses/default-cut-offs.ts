import { count, number, share, usd } from "../schema/columns.ts";
import { EXPERT_LABEL } from "../schema/expert-card.ts";
import { counted, percent, threshold } from "../schema/format.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { known } from "./conditions.ts";
import { rankedWith } from "./default-conditions.ts";
import { unique } from "./rows.ts";

export default defineAnalysis({
  id: "default-cut-offs",
  topic: "predict",
  title: "Cut-offs",
  question: "What does a cut-off select, and what does it leave out?",
  grain: "one row per cut-off",
  unit: "customer",
  definition:
    "Customers whose score is at least the cut-off are selected, those below it are beyond. How many of the selected default, and which part of the defaults a cut-off avoids, comes from cross-validation: from predictions for customers whose own outcome the model had not seen, over all customers, whatever is selected. Without outcomes the expert card ranks, which is not validated on your data, and there are no such figures.",
  needs: ["ranking"],
  measures: ["expert_card"],
  internal: true,

  sql: () => sql`
    with cuts as (
      -- of those at one score the one that selects most
      select
        score,
        max(pd) as pd,
        max(rate_selected) as rate_selected,
        min(share_defaults_avoided) as share_defaults_avoided
      from model_cut_offs
      group by score
    ),
    -- customers of one score are on one side of every cut-off, so they are gone over once
    scored as (
      select
        default_profile.score,
        count(*) as customers,
        sum(total_debt_usd) as total_debt_usd,
        sum(credit_limit_valid_usd) as credit_limit_valid_usd,
        sum(balance_valid_usd) as balance_valid_usd
      from customer_profile
      inner join default_profile on default_profile.user_id = customer_profile.user_id
      where default_profile.score is not null
      group by default_profile.score
    )
    select
      cuts.score,
      max(cuts.pd) as pd,
      coalesce(sum(customers) filter (where scored.score >= cuts.score), 0) as selected,
      cast(coalesce(sum(customers) filter (where scored.score >= cuts.score), 0) as double)
        / nullif(sum(customers), 0) as share_selected,
      max(cuts.rate_selected) as rate_selected,
      max(cuts.share_defaults_avoided) as share_defaults_avoided,
      coalesce(sum(customers) filter (where scored.score < cuts.score), 0) as customers_beyond,
      sum(total_debt_usd) filter (where scored.score < cuts.score) as total_debt_beyond_usd,
      sum(credit_limit_valid_usd) filter (where scored.score < cuts.score) as credit_limit_beyond_usd,
      sum(balance_valid_usd) filter (where scored.score < cuts.score) as balance_beyond_usd
    from cuts
    left join scored on true
    group by cuts.score
    order by cuts.score nulls last
  `,

  columns: {
    score: number("Cut-off", "Least score that is selected; higher is safer."),
    pd: share("Probability", "Probability of default at the cut-off, where a model gives one.", {
      nullable: true,
    }),
    selected: count("Selected", "Customers with at least that score."),
    share_selected: share("Share selected", "Part of all customers with a score.", { nullable: true }),
    rate_selected: share("Default rate of the selected", "From cross-validation.", { nullable: true }),
    share_defaults_avoided: share(
      "Defaults avoided",
      "Part of all defaults below it, from cross-validation.",
      {
        nullable: true,
      },
    ),
    customers_beyond: count("Beyond", "Customers with a lower score."),
    total_debt_beyond_usd: usd("Debt beyond", "Their total debt, USD.", { needs: ["users.total_debt_usd"] }),
    credit_limit_beyond_usd: usd("Limit beyond", "Their limits on valid credit cards, USD.", {
      needs: ["cards.type", "cards.credit_limit_usd", "validity"],
    }),
    balance_beyond_usd: usd("Balance beyond", "Their balances on valid credit cards, USD.", {
      needs: ["utilisation"],
    }),
  },
  chart: { mark: "line", x: "score", y: "share_selected" },

  insight(rows) {
    const all = (rows[0]?.selected ?? 0) + (rows[0]?.customers_beyond ?? 0);
    const half = rows.find(({ share_defaults_avoided: avoided }) => avoided !== null && avoided >= 0.5);
    if (rows.every(({ rate_selected: rate }) => rate === null))
      return `${counted(all, "customer")} could be cut off by points of the ${EXPERT_LABEL}; how many would default is not known.`;
    if (half === undefined) return `${counted(all, "customer")} could be cut off by score.`;
    return `A cut-off at ${threshold(half.score)} points selects ${percent(half.share_selected)} of ${counted(all, "customer")} and avoids ${percent(half.share_defaults_avoided)} of the defaults, by cross-validation.`;
  },
  behind({ score }, column) {
    const beyond = `score < ${score}`;
    switch (column) {
      case "selected":
      case "share_selected":
        return rankedWith(`score >= ${score}`);
      case "customers_beyond":
        return rankedWith(beyond);
      case "total_debt_beyond_usd":
        return rankedWith(beyond, known("total_debt_usd"));
      case "credit_limit_beyond_usd":
        return rankedWith(beyond, known("credit_limit_valid_usd"));
      case "balance_beyond_usd":
        return rankedWith(beyond, known("balance_valid_usd"));
      default:
        return undefined;
    }
  },
  invariants: (rows) => ({
    "a cut-off appears once": unique(rows, "score"),
    "a higher one selects no more": rows.every(
      ({ selected }, i) => i === 0 || selected <= (rows[i - 1]?.selected ?? 0),
    ),
  }),
});
