import { count, id } from "../schema/columns.ts";
import { counted } from "../schema/format.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { unique } from "./rows.ts";

export default defineAnalysis({
  id: "customers-with-several-cards",
  topic: "ownership",
  title: "Customers with several cards",
  question: "Which customers hold more than one card?",
  grain: "one row per customer",
  unit: "customer",
  definition:
    "Customers with two cards or more on file, valid or expired, most cards first. Cards without a type are in the sum only.",
  needs: [],
  measures: [],
  list: true,

  sql: () => sql`
    select
      user_id,
      cards,
      credit_cards,
      debit_cards,
      prepaid_cards
    from customer_profile
    where cards > 1
    order by cards desc nulls last, user_id nulls last
  `,

  columns: {
    user_id: id("Customer", "Key of the customer."),
    cards: count("Cards", "Cards on file, every type."),
    credit_cards: count("Credit cards", "Cards of type credit.", { needs: ["cards.type"] }),
    debit_cards: count("Debit cards", "Cards of type debit.", { needs: ["cards.type"] }),
    prepaid_cards: count("Prepaid cards", "Cards of type prepaid.", { needs: ["cards.type"] }),
  },
  chart: { mark: "table" },

  insight(rows, { total }) {
    const most = rows[0];
    const highest = most === undefined ? "" : ` The most is ${counted(most.cards, "card")} on file.`;
    return `${counted(total, "customer")} ${total === 1 ? "holds" : "hold"} more than one card of any type.${highest}`;
  },
  invariants: (rows) => ({
    "a customer appears once": unique(rows, "user_id"),
    "more than one card": rows.every((row) => row.cards > 1),
    "types are parts of the cards": rows.every(
      (row) => (row.credit_cards ?? 0) + (row.debit_cards ?? 0) + (row.prepaid_cards ?? 0) <= row.cards,
    ),
  }),
});
