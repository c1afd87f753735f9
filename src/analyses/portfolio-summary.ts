import { count, number, usd } from "../schema/columns.ts";
import { counted, decimal, whole } from "../schema/format.ts";
import { median } from "../sql/dialect.ts";
import { raw, sql } from "../sql/statement.ts";
import { type Behind, defineAnalysis } from "./analysis.ts";
import { cardsWith, customersWith, is, known } from "./conditions.ts";

/** What each figure counts, or is computed from. */
const figures: Readonly<Record<string, Behind>> = {
  customers: customersWith(),
  cards: cardsWith(),
  credit_cards: cardsWith(is("type", "credit")),
  debit_cards: cardsWith(is("type", "debit")),
  prepaid_cards: cardsWith(is("type", "prepaid")),
  cards_per_customer_mean: customersWith(),
  cards_per_customer_median: customersWith(),
  customers_with_several_cards: customersWith(raw("cards > 1")),
  customers_without_credit_card: customersWith(is("credit_cards", 0)),
  credit_limit_usd: cardsWith(is("type", "credit"), known("credit_limit_usd")),
  cards_valid: cardsWith(raw("is_valid")),
  credit_limit_valid_usd: cardsWith(is("type", "credit"), raw("is_valid"), known("credit_limit_usd")),
  customers_without_valid_credit_card: customersWith(is("valid_credit_cards", 0)),
  customers_without_valid_card: customersWith(is("valid_cards", 0)),
  total_debt_usd: customersWith(known("total_debt_usd")),
  income_median_usd: customersWith(known("annual_income_usd")),
  age_mean: customersWith(known("age")),
  age_median: customersWith(known("age")),
  credit_score_mean: customersWith(known("credit_score")),
  cards_without_customer: cardsWith(raw("not has_customer")),
};

export default defineAnalysis({
  id: "portfolio-summary",
  topic: "overview",
  title: "The portfolio at a glance",
  question: "How large is the portfolio?",
  grain: "one row for the portfolio",
  unit: "portfolio",
  definition:
    "Customers are rows of the customers table, cards rows of the cards table; cards of absent customers count as cards and in no customer figure. Holding is given on file and valid (opened on or before the as-of date and not expired): an expired plastic is no proof of a closed account. A card without an opening month counts as opened, one without an expiry month is not counted as valid. Sums are of the values that are stated. Credit limits are of credit cards only; the limit of a debit or prepaid card is no credit.",
  needs: [],
  measures: [],

  sql: () => sql`
    with kinds as (
      -- a few, which the figures are then made of
      select type, is_valid, has_customer, count(*) as cards, sum(credit_limit_usd) as credit_limit_usd
      from card_profile
      group by type, is_valid, has_customer
    ),
    card_figures as (
      select
        coalesce(sum(cards), 0) as cards,
        coalesce(sum(cards) filter (where type = 'credit'), 0) as credit_cards,
        coalesce(sum(cards) filter (where type = 'debit'), 0) as debit_cards,
        coalesce(sum(cards) filter (where type = 'prepaid'), 0) as prepaid_cards,
        sum(credit_limit_usd) filter (where type = 'credit') as credit_limit_usd,
        coalesce(sum(cards) filter (where is_valid), 0) as cards_valid,
        sum(credit_limit_usd) filter (where type = 'credit' and is_valid) as credit_limit_valid_usd,
        coalesce(sum(cards) filter (where type = 'credit' and is_valid), 0) as credit_cards_valid,
        coalesce(sum(cards) filter (where not has_customer), 0) as cards_without_customer
      from kinds
    ),
    -- read at customer grain: joining cards first would count a customer once per card
    customer_figures as (
      select
        count(*) as customers,
        cast(sum(cards) as double) / nullif(count(*), 0) as cards_per_customer_mean,
        ${median("cards")} as cards_per_customer_median,
        count(*) filter (where cards > 1) as customers_with_several_cards,
        count(*) filter (where credit_cards = 0) as customers_without_credit_card,
        count(*) filter (where valid_credit_cards = 0) as customers_without_valid_credit_card,
        count(*) filter (where valid_cards = 0) as customers_without_valid_card,
        sum(total_debt_usd) as total_debt_usd,
        ${median("annual_income_usd")} as income_median_usd,
        avg(age) as age_mean,
        ${median("age")} as age_median,
        avg(credit_score) as credit_score_mean
      from customer_profile
    )
    select
      customer_figures.customers,
      card_figures.cards,
      card_figures.credit_cards,
      card_figures.debit_cards,
      card_figures.prepaid_cards,
      customer_figures.cards_per_customer_mean,
      customer_figures.cards_per_customer_median,
      customer_figures.customers_with_several_cards,
      customer_figures.customers_without_credit_card,
      -- no credit card is a limit of 0; credit cards without any limit are not
      case when card_figures.credit_cards = 0 then 0 else card_figures.credit_limit_usd end as credit_limit_usd,
      card_figures.cards_valid,
      case when card_figures.credit_cards_valid = 0 then 0 else card_figures.credit_limit_valid_usd end
        as credit_limit_valid_usd,
      customer_figures.customers_without_valid_credit_card,
      customer_figures.customers_without_valid_card,
      customer_figures.total_debt_usd,
      customer_figures.income_median_usd,
      customer_figures.age_mean,
      customer_figures.age_median,
      customer_figures.credit_score_mean,
      card_figures.cards_without_customer
    from card_figures
    cross join customer_figures
  `,

  columns: {
    customers: count("Customers", "Rows of the customers table."),
    cards: count("Cards", "Rows of the cards table, every type, valid or expired."),
    credit_cards: count("Credit cards", "Cards of type credit.", { needs: ["cards.type"] }),
    debit_cards: count("Debit cards", "Cards of type debit.", { needs: ["cards.type"] }),
    prepaid_cards: count("Prepaid cards", "Cards of type prepaid.", { needs: ["cards.type"] }),
    cards_per_customer_mean: number("Cards per customer, mean", "Cards of every type on file.", {
      nullable: true,
    }),
    cards_per_customer_median: number("Cards per customer, median", "Cards of every type on file.", {
      nullable: true,
    }),
    customers_with_several_cards: count("Customers with several cards", "More than one card of any type."),
    customers_without_credit_card: count("Customers without a credit card", "No credit card on file.", {
      needs: ["cards.type"],
    }),
    credit_limit_usd: usd("Credit limit", "Sum over credit cards on file, USD.", {
      needs: ["cards.type", "cards.credit_limit_usd"],
    }),
    cards_valid: count("Valid cards", "Opened and not expired on the as-of date.", { needs: ["validity"] }),
    credit_limit_valid_usd: usd("Valid credit limit", "Sum over valid credit cards, USD.", {
      needs: ["cards.type", "cards.credit_limit_usd", "validity"],
    }),
    customers_without_valid_credit_card: count(
      "Customers without a valid credit card",
      "No valid credit card on the as-of date.",
      { needs: ["cards.type", "validity"] },
    ),
    customers_without_valid_card: count(
      "Customers without a valid card",
      "No valid card of any type on the as-of date.",
      { needs: ["validity"] },
    ),
    total_debt_usd: usd("Total debt", "Sum over customers, USD.", { needs: ["users.total_debt_usd"] }),
    income_median_usd: usd("Median income", "Of the customers' annual incomes, USD.", {
      needs: ["users.annual_income_usd"],
    }),
    age_mean: number("Mean age", "Of the customers, years.", { needs: ["users.age"] }),
    age_median: number("Median age", "Of the customers, years.", { needs: ["users.age"] }),
    credit_score_mean: number("Mean credit score", "Of the customers.", { needs: ["users.credit_score"] }),
    cards_without_customer: count(
      "Cards without a customer",
      "Cards whose customer is not in the customers table; in no customer figure.",
    ),
  },
  chart: { mark: "figures" },

  insight([row], { asOf }) {
    if (row === undefined || row.customers === 0)
      return `There are no customers and ${counted(row?.cards ?? 0, "card")}.`;
    const cards = row.cards - row.cards_without_customer;
    // Where single cards were selected, their holders have others: a customer's own figures are of all of them.
    const isAll = Math.round((row.cards_per_customer_mean ?? 0) * row.customers) === cards;
    const held = isAll
      ? `${counted(row.customers, "customer")} hold ${counted(cards, "card")} (${decimal(row.cards_per_customer_mean)} each on average, of any type).`
      : `${counted(cards, "selected card")} of ${counted(row.customers, "customer")}, who hold ${decimal(row.cards_per_customer_mean)} each on average with those that are not selected.`;
    const strays = row.cards_without_customer;
    const rest =
      strays === 0
        ? ""
        : ` ${counted(strays, "card")} ${strays === 1 ? "is" : "are"} of no customer on file.`;
    if (row.cards_valid === null || row.customers_without_valid_card === null) return `${held}${rest}`;
    const valid = `On ${asOf}, ${whole(row.cards_valid)} of ${counted(row.cards, "card")} are valid`;
    return row.customers_without_valid_credit_card === null
      ? `${held} ${valid}, and ${whole(row.customers_without_valid_card)} customers have none.${rest}`
      : `${held} ${valid}; ${whole(row.customers_without_credit_card)} customers have no credit card on file, ${whole(row.customers_without_valid_credit_card)} no valid one.${rest}`;
  },
  behind: (_, column) => figures[column],
  invariants: (rows) => ({
    "there is one row": rows.length === 1,
    "types are parts of the cards": rows.every(
      (row) => (row.credit_cards ?? 0) + (row.debit_cards ?? 0) + (row.prepaid_cards ?? 0) <= row.cards,
    ),
    "valid is part of what is on file": rows.every(
      (row) =>
        (row.cards_valid ?? 0) <= row.cards &&
        (row.credit_limit_valid_usd ?? 0) <= (row.credit_limit_usd ?? Number.POSITIVE_INFINITY) &&
        (row.customers_without_credit_card ?? 0) <=
          (row.customers_without_valid_credit_card ?? Number.POSITIVE_INFINITY),
    ),
    "customers without are customers": rows.every(
      (row) =>
        (row.customers_without_valid_card ?? 0) <=
          (row.customers_without_valid_credit_card ?? row.customers) &&
        (row.customers_without_valid_credit_card ?? 0) <= row.customers &&
        row.customers_with_several_cards <= row.customers,
    ),
  }),
});
