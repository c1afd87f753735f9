import { count, year } from "../schema/columns.ts";
import { counted, percent, whole } from "../schema/format.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { cardsWith, is } from "./conditions.ts";
import { find, largest, sum, unique } from "./rows.ts";

export default defineAnalysis({
  id: "accounts-opened",
  topic: "ownership",
  title: "Accounts opened",
  question: "When were the card accounts opened?",
  grain: "one row per year",
  unit: "card",
  definition:
    "Cards on file by the year in which their account was opened. Accounts that were closed since are not on file, so that early years are what is left of them. Cards without an opening month have a row of their own.",
  needs: ["cards.opened_on"],
  measures: [],

  sql: () => sql`
    with dated as (
      select extract(year from opened_on) as year
      from card_profile
    )
    select year, count(*) as cards
    from dated
    group by year
    order by year nulls last
  `,

  columns: {
    year: year("Year", "Year of opening.", { nullable: true }),
    cards: count("Cards", "Cards on file that were opened in the year."),
  },
  chart: { mark: "column", x: "year", y: "cards" },

  insight(rows) {
    const all = sum(rows, "cards");
    const most = largest(
      rows.filter((row) => row.year !== null),
      "cards",
    );
    if (most === undefined) return "No card has an opening month.";
    const unknown = find(rows, "year", null)?.cards ?? 0;
    const rest = unknown === 0 ? "" : ` ${whole(unknown)} have no opening month.`;
    return `${whole(most.cards)} of ${counted(all, "card")} on file (${percent(most.cards / all)}) were opened in ${most.year}; no other year has more.${rest}`;
  },
  behind: (row, column) =>
    column === "year" ? undefined : cardsWith(is("extract(year from opened_on)", row.year)),
  invariants: (rows) => ({ "a year appears once": unique(rows, "year") }),
});
