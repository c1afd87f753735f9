import { cardStatuses } from "../schema/bands.ts";
import { count, label } from "../schema/columns.ts";
import { counted, percent, whole } from "../schema/format.ts";
import { positions } from "../sql/lists.ts";
import { raw, sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { cardsWith, is } from "./conditions.ts";
import { find, sum, unique } from "./rows.ts";

export default defineAnalysis({
  id: "card-expiry",
  topic: "expiry",
  title: "Card expiry",
  question: "How many cards have expired, and how many soon will?",
  grain: "one row per status",
  unit: "card",
  definition:
    "A card is valid to the last day of its expiry month. Expired: that day is before the as-of date; expiring: from the as-of date on and before the as-of date plus the months; later: the rest. Cards that expire in the as-of month are given apart, since the file knows the month and not the day: one day later they count as expired. Cards opened after the as-of date are counted inside their status and given apart. Moving the date moves the cards' status only: customers stay as on the day of the file, and closed accounts are not in it.",
  needs: ["validity"],
  measures: ["expiry"],

  sql: () => sql`
    with statuses (status, position) as (values ${positions(cardStatuses)}),
    -- few groups hold all cards, and the types are told apart among those
    typed as (
      select
        status,
        type,
        count(*) as cards,
        count(*) filter (where is_this_month) as this_month,
        count(*) filter (where is_not_yet_opened) as not_yet_opened
      from card_profile
      group by status, type
    ),
    counted as (
      select
        status,
        sum(cards) as cards,
        sum(cards) filter (where type = 'credit') as credit_cards,
        sum(cards) filter (where type = 'debit') as debit_cards,
        sum(cards) filter (where type = 'prepaid') as prepaid_cards,
        sum(this_month) as this_month,
        sum(not_yet_opened) as not_yet_opened
      from typed
      group by status
    )
    select
      coalesce(statuses.status, counted.status) as status,
      coalesce(counted.cards, 0) as cards,
      coalesce(counted.credit_cards, 0) as credit_cards,
      coalesce(counted.debit_cards, 0) as debit_cards,
      coalesce(counted.prepaid_cards, 0) as prepaid_cards,
      coalesce(counted.this_month, 0) as this_month,
      coalesce(counted.not_yet_opened, 0) as not_yet_opened
    from statuses
    full join counted on counted.status = statuses.status
    order by statuses.position nulls last
  `,

  columns: {
    status: label("Status", "On the as-of date.", { nullable: true }),
    cards: count("Cards", "Cards with the status, every type."),
    credit_cards: count("Credit cards", "Cards of type credit.", { needs: ["cards.type"] }),
    debit_cards: count("Debit cards", "Cards of type debit.", { needs: ["cards.type"] }),
    prepaid_cards: count("Prepaid cards", "Cards of type prepaid.", { needs: ["cards.type"] }),
    this_month: count("This month", "Cards among them whose last day is in the as-of month."),
    not_yet_opened: count("Not yet opened", "Cards among them opened after the as-of date.", {
      needs: ["cards.opened_on"],
    }),
  },
  chart: { mark: "bar", x: "status", y: "cards" },

  insight(rows, { asOf, values }) {
    const all = sum(rows, "cards");
    if (all === 0) return "There are no cards.";
    const expired = find(rows, "status", "expired")?.cards ?? 0;
    const expiring = find(rows, "status", "expiring")?.cards ?? 0;
    const cliff = sum(rows, "this_month");
    const first = `On ${asOf}, ${whole(expired)} of ${counted(all, "card")} (${percent(expired / all)}) have expired and ${whole(expiring)} expire within ${counted(values.expiry.months, "month")}`;
    return cliff === 0
      ? `${first}.`
      : `${first}, ${whole(cliff)} of them at the end of ${asOf.slice(0, 7)}: from the first of the next month on, those count as expired.`;
  },
  behind({ status }, column) {
    const having = is("status", status);
    switch (column) {
      case "cards":
        return cardsWith(having);
      case "credit_cards":
        return cardsWith(having, is("type", "credit"));
      case "debit_cards":
        return cardsWith(having, is("type", "debit"));
      case "prepaid_cards":
        return cardsWith(having, is("type", "prepaid"));
      case "this_month":
        return cardsWith(having, raw("is_this_month"));
      case "not_yet_opened":
        return cardsWith(having, raw("is_not_yet_opened"));
      default:
        return undefined;
    }
  },
  invariants: (rows) => ({
    "a status appears once": unique(rows, "status"),
    "every status is there": cardStatuses.every((status) => rows.some((row) => row.status === status)),
    "a part is no larger than its whole": rows.every(
      (row) =>
        (row.credit_cards ?? 0) + (row.debit_cards ?? 0) + (row.prepaid_cards ?? 0) <= row.cards &&
        row.this_month <= row.cards &&
        (row.not_yet_opened ?? 0) <= row.cards,
    ),
    "nothing expired expires this month": (find(rows, "status", "expired")?.this_month ?? 0) === 0,
  }),
});
