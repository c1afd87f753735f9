import { count, month } from "../schema/columns.ts";
import { counted, whole } from "../schema/format.ts";
import { yearMonth } from "../sql/dialect.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { cardsWith, is, unknown } from "./conditions.ts";
import { find, largest, unique } from "./rows.ts";

export default defineAnalysis({
  id: "expiry-calendar",
  topic: "expiry",
  title: "Expiry calendar",
  question: "In which months do the cards expire?",
  grain: "one row per month",
  unit: "card",
  definition:
    "All cards on file by the last month in which they are valid, past months included; only months in which a card expires. Cards without an expiry month have a row of their own. The as-of date does not change these counts.",
  needs: ["cards.expires_on"],
  measures: [],

  sql: () => sql`
    with counted as (
      -- by date first, so that a month is written as text once per date rather than once per card
      select expires_on, count(*) as cards, count(*) filter (where type = 'credit') as credit_cards
      from card_profile
      group by expires_on
    ),
    dated as (
      select ${yearMonth("expires_on")} as month, cards, credit_cards
      from counted
    )
    select month, sum(cards) as cards, sum(credit_cards) as credit_cards
    from dated
    group by month
    order by month nulls last
  `,

  columns: {
    month: month("Month", "Last month in which the cards are valid.", { nullable: true }),
    cards: count("Cards", "Cards that expire in the month, every type."),
    credit_cards: count("Credit cards", "Cards of type credit among them.", { needs: ["cards.type"] }),
  },
  chart: { mark: "column", x: "month", y: "cards" },

  insight(rows, { asOf }) {
    const now = asOf.slice(0, 7);
    const current = find(rows, "month", now)?.cards ?? 0;
    const later = largest(
      rows.filter((row) => row.month !== null && row.month > now),
      "cards",
    );
    const first = `${counted(current, "card")} ${current === 1 ? "expires" : "expire"} in ${now}, the month of the as-of date`;
    return later === undefined
      ? `${first}; none later.`
      : `${first}; of the months after it, most expire in ${later.month} (${whole(later.cards)}).`;
  },
  behind({ month }, column) {
    const expiring = month === null ? unknown("expires_on") : sql`${yearMonth("expires_on")} = ${month}`;
    if (column === "month") return undefined;
    return column === "credit_cards" ? cardsWith(expiring, is("type", "credit")) : cardsWith(expiring);
  },
  invariants: (rows) => ({
    "a month appears once": unique(rows, "month"),
    "a part is no larger than its whole": rows.every((row) => (row.credit_cards ?? 0) <= row.cards),
  }),
});
