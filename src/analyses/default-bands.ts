import { riskBands } from "../schema/bands.ts";
import { count, label, share, usd } from "../schema/columns.ts";
import { EXPERT_LABEL, EXPERT_MODEL } from "../schema/expert-card.ts";
import { counted, percent, whole } from "../schema/format.ts";
import { SAME_DAY_LABEL } from "../schema/outcomes.ts";
import { positions } from "../sql/lists.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { is, known } from "./conditions.ts";
import { equals, rankedWith } from "./default-conditions.ts";
import { find, sharesSumToOne, sum, unique } from "./rows.ts";

export default defineAnalysis({
  id: "default-bands",
  topic: "predict",
  title: "Risk bands",
  question: "How many customers stand in which risk band, and what do they owe?",
  grain: "one row per risk band",
  unit: "customer",
  definition:
    "Customers by the band of what ranks them: the probability of a fitted model, the place in a fitted ranking, or the points of the expert card, which is not validated on your data. Customers of whom no input is known have a row of their own where there are any. Defaults are those in the file, the ones that a model has learnt from among them: how well it does on others is in model-validation.",
  needs: ["ranking"],
  measures: ["risk_band", "expert_card"],

  sql: () => sql`
    with bands (band, position) as (values ${positions(riskBands)}),
    counted as (
      select
        default_profile.band,
        max(default_profile.model) as model,
        count(*) as customers,
        avg(pd) as pd_mean,
        count(*) filter (where defaulted) as defaults,
        count(defaulted) as with_outcome,
        sum(total_debt_usd) as total_debt_usd,
        sum(credit_limit_valid_usd) as credit_limit_valid_usd,
        sum(balance_valid_usd) as balance_valid_usd
      from customer_profile
      inner join default_profile on default_profile.user_id = customer_profile.user_id
      group by default_profile.band
    )
    select
      coalesce(bands.band, counted.band) as band,
      coalesce(counted.customers, 0) as customers,
      cast(coalesce(counted.customers, 0) as double) / nullif((select sum(customers) from counted), 0) as share,
      pd_mean,
      coalesce(defaults, 0) as defaults,
      cast(defaults as double) / nullif(with_outcome, 0) as default_rate,
      total_debt_usd,
      credit_limit_valid_usd,
      balance_valid_usd,
      model
    from bands
    full join counted on counted.band = bands.band
    order by bands.position nulls last
  `,

  columns: {
    band: label("Band", "low, moderate, high or very_high.", { nullable: true }),
    customers: count("Customers", "Customers in the band."),
    share: share("Share", "Part of all customers.", { nullable: true }),
    pd_mean: share("Mean probability", "Mean probability of default, where a model gives one.", {
      nullable: true,
    }),
    defaults: count("Defaults", "Customers who defaulted, as stated.", { needs: ["users.defaulted"] }),
    default_rate: share("Default rate", "Defaults / customers with an outcome.", {
      needs: ["users.defaulted"],
    }),
    total_debt_usd: usd("Total debt", "Sum, USD.", { needs: ["users.total_debt_usd"] }),
    credit_limit_valid_usd: usd("Credit limit", "Sum over valid credit cards, USD.", {
      needs: ["cards.type", "cards.credit_limit_usd", "validity"],
    }),
    balance_valid_usd: usd("Balance", "Sum over valid credit cards, USD.", { needs: ["utilisation"] }),
    model: label("Model", `What ranks: ranking, scorecard, trees, or the ${EXPERT_LABEL}.`, {
      nullable: true,
    }),
  },
  chart: { mark: "bar", x: "band", y: "customers", share: "share" },

  insight(rows) {
    const all = sum(rows, "customers");
    const worst = find(rows, "band", "very_high");
    const unranked = find(rows, "band", null)?.customers ?? 0;
    const model = rows.find((row) => row.model !== null)?.model ?? EXPERT_MODEL;
    const by = model === EXPERT_MODEL ? `the ${EXPERT_LABEL}` : `the fitted ${model} (${SAME_DAY_LABEL})`;
    const lacking =
      unranked === 0 ? "" : ` ${whole(unranked)} could not be ranked: no input that counts is known.`;
    return `${whole(worst?.customers ?? 0)} of ${counted(all, "customer")} (${percent(worst?.share ?? null)}) are at very high risk by ${by}.${lacking}`;
  },
  behind({ band }, column) {
    const inBand = equals("band", band);
    switch (column) {
      case "customers":
      case "share":
        return rankedWith(inBand);
      case "pd_mean":
        return rankedWith(`${inBand} and pd is not null`);
      case "defaults":
        return rankedWith(inBand, is("defaulted", true));
      case "default_rate":
        return rankedWith(inBand, known("defaulted"));
      case "total_debt_usd":
      case "credit_limit_valid_usd":
      case "balance_valid_usd":
        return rankedWith(inBand, known(column));
      default:
        return undefined;
    }
  },
  invariants: (rows) => ({
    "shares sum to 1": sharesSumToOne(rows),
    "a band appears once": unique(rows, "band"),
    "every band is there": riskBands.every((band) => rows.some((row) => row.band === band)),
  }),
});
