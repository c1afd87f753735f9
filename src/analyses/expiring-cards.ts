import { flag, id, label, month } from "../schema/columns.ts";
import { counted } from "../schema/format.ts";
import { yearMonth } from "../sql/dialect.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { unique } from "./rows.ts";

export default defineAnalysis({
  id: "expiring-cards",
  topic: "expiry",
  title: "Cards that expire soon",
  question: "Which cards expire within the months ahead?",
  grain: "one row per card",
  unit: "card",
  definition:
    "Cards whose last valid day is on or after the as-of date and before the as-of date plus the months, earliest first; cards opened after the as-of date and cards of absent customers included. The premium audience is said of the card's customer; it is unknown where the customer is absent, or lacks the score or the income that would decide.",
  needs: ["validity"],
  measures: ["expiry", "premium"],
  list: true,

  sql: () => sql`
    select
      card_profile.card_id,
      card_profile.user_id,
      card_profile.brand,
      card_profile.type,
      ${yearMonth("card_profile.expires_on")} as expires_on,
      customer_profile.is_premium as premium_audience
    from card_profile
    -- user_id is a key of customer_profile: a card meets one customer at most
    left join customer_profile on customer_profile.user_id = card_profile.user_id
    where card_profile.status = 'expiring'
    order by card_profile.expires_on nulls last, card_profile.card_id nulls last
  `,

  columns: {
    card_id: id("Card", "Key of the card."),
    user_id: id("Customer", "Owner of the card.", { nullable: true }),
    brand: label("Brand", "Payment network.", { needs: ["cards.brand"] }),
    type: label("Type", "credit, debit or prepaid.", { needs: ["cards.type"] }),
    expires_on: month("Expires", "Last month in which the card is valid."),
    premium_audience: flag("Premium audience", "Whether the customer is in the premium audience.", {
      needs: ["premium"],
    }),
  },
  chart: { mark: "table" },

  insight(rows, { total, asOf, values }) {
    const first = rows[0];
    const earliest = first === undefined ? "" : `, the first of them in ${first.expires_on}`;
    return `${counted(total, "card")} ${total === 1 ? "expires" : "expire"} within ${counted(values.expiry.months, "month")} of ${asOf}${earliest}.`;
  },
  invariants: (rows) => ({
    "a card appears once": unique(rows, "card_id"),
    "earliest first": rows.every((row, i) => i === 0 || (rows[i - 1]?.expires_on ?? "") <= row.expires_on),
  }),
});
