import { cardTypes } from "../schema/bands.ts";
import { count, label, share, usd } from "../schema/columns.ts";
import { counted, percent, whole } from "../schema/format.ts";
import { median } from "../sql/dialect.ts";
import { positions } from "../sql/lists.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { cardsWith, is, known } from "./conditions.ts";
import { largest, sharesSumToOne, sum, unique } from "./rows.ts";

export default defineAnalysis({
  id: "cards-by-brand-and-type",
  topic: "ownership",
  title: "Cards by brand and type",
  question: "Which brands and types are the cards of?",
  grain: "one row per brand and type",
  unit: "card",
  definition:
    "All cards on file, valid or expired, by brand and by type; each brand has a row for every type, zeros included. Only the limit of a credit card is credit exposure: on debit and prepaid cards it is what the file calls one.",
  needs: ["brand_or_type"],
  measures: [],

  sql: ({ inputs }) => sql`
    with types (type, position) as (values ${positions(cardTypes)}),
    counted as (
      select
        brand,
        type,
        count(*) as cards,
        avg(credit_limit_usd) as credit_limit_mean_usd,
        ${median("credit_limit_usd")} as credit_limit_median_usd
      from card_profile
      group by brand, type
    ),
    -- brands are open: those on file, each with all types; the pairs added here hold no card
    listed as (
      select brand, type
      from counted
      union
      select counted.brand, types.type
      from counted
      cross join types
      where ${inputs.has("cards.type")}
    )
    select
      listed.brand,
      listed.type,
      coalesce(counted.cards, 0) as cards,
      cast(coalesce(counted.cards, 0) as double) / nullif((select sum(cards) from counted), 0) as share,
      counted.credit_limit_mean_usd,
      counted.credit_limit_median_usd
    from listed
    left join counted
      on counted.brand is not distinct from listed.brand and counted.type is not distinct from listed.type
    left join types on types.type = listed.type
    order by listed.brand nulls last, types.position nulls last
  `,

  columns: {
    brand: label("Brand", "Payment network.", { nullable: true }),
    type: label("Type", "credit, debit or prepaid.", { nullable: true }),
    cards: count("Cards", "Cards of the brand and type."),
    share: share("Share", "Part of all cards.", { nullable: true }),
    credit_limit_mean_usd: usd("Mean limit", "Of the cards that state one, USD.", {
      needs: ["cards.credit_limit_usd"],
    }),
    credit_limit_median_usd: usd("Median limit", "Of the cards that state one, USD.", {
      needs: ["cards.credit_limit_usd"],
    }),
  },
  chart: { mark: "bar", x: "brand", y: "cards", color: "type" },

  insight(rows, { inputs }) {
    const all = sum(rows, "cards");
    // What the files state of other cards and not of these is unknown: not a group to rank.
    const most = largest(
      rows.filter(
        (row) =>
          (row.brand !== null || !inputs.has("cards.brand")) &&
          (row.type !== null || !inputs.has("cards.type")),
      ),
      "cards",
    );
    if (most === undefined || most.cards === 0)
      return `No brand or type is known for any of ${counted(all, "card")}.`;
    const name = [most.brand, most.type].filter((part) => part !== null).join(" ");
    return `The largest group is ${name}: ${whole(most.cards)} of ${counted(all, "card")} (${percent(most.share)}), valid or expired.`;
  },
  behind({ brand, type }, column) {
    const ofThem = [is("brand", brand), is("type", type)];
    switch (column) {
      case "cards":
      case "share":
        return cardsWith(...ofThem);
      case "credit_limit_mean_usd":
      case "credit_limit_median_usd":
        return cardsWith(...ofThem, known("credit_limit_usd"));
      default:
        return undefined;
    }
  },
  invariants: (rows) => ({
    "shares sum to 1": sharesSumToOne(rows),
    "a pair appears once": unique(rows, "brand", "type"),
  }),
});
