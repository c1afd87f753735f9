import { count, share } from "../schema/columns.ts";
import { counted, decimal, percent, whole } from "../schema/format.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, is } from "./conditions.ts";
import { sharesSumToOne, sum, unique } from "./rows.ts";

export default defineAnalysis({
  id: "cards-per-customer",
  topic: "ownership",
  title: "Cards per customer",
  question: "How many cards do customers hold?",
  grain: "one row per number of cards",
  unit: "customer",
  definition:
    "Customers by the number of their rows in the cards table: every type, valid or expired, counted rather than stated. Cards of customers who are not in the customers table are left out.",
  needs: [],
  measures: [],

  sql: () => sql`
    select
      cards,
      count(*) as customers,
      cast(count(*) as double) / nullif((select count(*) from customer_profile), 0) as share
    from customer_profile
    group by cards
    order by cards nulls last
  `,

  columns: {
    cards: count("Cards", "Cards that a customer holds."),
    customers: count("Customers", "Customers with that many cards."),
    share: share("Share", "Part of all customers.", { nullable: true }),
  },
  chart: { mark: "bar", x: "cards", y: "customers", share: "share" },

  insight(rows) {
    const all = sum(rows, "customers");
    if (all === 0) return "There are no customers.";
    const several = sum(
      rows.filter((row) => row.cards > 1),
      "customers",
    );
    const mean = rows.reduce((cards, row) => cards + row.cards * row.customers, 0) / all;
    return `${counted(all, "customer")} hold ${decimal(mean)} cards each on average; ${whole(several)} (${percent(several / all)}) hold more than one.`;
  },
  behind: (row, column) => (column === "cards" ? undefined : customersWith(is("cards", row.cards))),
  invariants: (rows) => ({
    "shares sum to 1": sharesSumToOne(rows),
    "a number of cards appears once": unique(rows, "cards"),
  }),
});
