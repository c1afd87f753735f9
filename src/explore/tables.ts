import { cards } from "../schema/cards.ts";
import type { Field } from "../schema/tables.ts";
import { users } from "../schema/users.ts";

/** A table that a query may read: what a row stands for, and what its columns mean. */
export interface QueryTable {
  readonly doc: string;
  readonly columns: Readonly<Record<string, string>>;
}

const docsOf = (fields: Readonly<Record<string, Field>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([name, { doc }]) => [name, doc]));

const customer = {
  cards: "Cards of the customer in the cards table.",
  credit_cards: "Cards of type credit.",
  debit_cards: "Cards of type debit.",
  prepaid_cards: "Cards of type prepaid.",
  valid_cards: "Cards that are valid on the as-of date.",
  valid_credit_cards: "Credit cards that are valid on the as-of date.",
  valid_other_cards: "Debit and prepaid cards that are valid on the as-of date.",
  expired_credit_cards: "Credit cards that expired before the as-of date.",
  cards_expiring_soon: "Valid cards that expire within the months of the renewal offer.",
  cards_expiring_soon_in_use: "The same without cards that expire in the month they were opened.",
  valid_cards_without_chip: "Valid cards that carry no chip.",
  valid_cards_without_chip_later: "The same without cards that a renewal replaces soon.",
  credit_limit_usd: "Limits of all credit cards in USD; missing where one is missing.",
  credit_limit_valid_usd: "Limits of the valid credit cards in USD; missing where one is missing.",
  balance_usd: "Balances of all cards in USD.",
  balance_expired_usd: "Balances owed on expired credit cards in USD.",
  balance_valid_usd: "Balances owed on valid credit cards in USD.",
  first_credit_opened_on: "Month in which the first credit card that is still valid was opened.",
  months_since_first_credit_card: "Months from then to the as-of date.",
  debt_to_income: "Total debt over annual income; missing without a positive income.",
  is_retired: "By the stated employment, else by age and retirement age.",
  years_to_retirement: "Retirement age minus age.",
  utilisation: "Balance over limit of the valid credit cards.",
  age_band: "Age in bands, such as 25-34.",
  income_band: "Annual income in bands, such as 50k-75k.",
  score_band: "poor, fair, good, very_good or exceptional.",
  debt_tier: "Debt to income: low, moderate, high or very_high.",
  retirement_band: "Years to retirement in bands.",
  employment: "Stated employment, else retired where age says so.",
  is_high_debt: "Debt to income above the threshold.",
  is_high_risk: "Low credit score, or a middling one with much debt.",
  is_premium: "In the premium audience.",
  is_assistance: "In the assistance audience.",
  utilisation_band: "Utilisation in bands.",
};

const card = {
  has_customer: "Whether the owner is in the customers table.",
  last_valid_on: "Last day on which the card is valid.",
  status: "expired, expiring or later, on the as-of date.",
  is_this_month: "Expires in the month of the as-of date.",
  expires_soon: "Valid, and expires within the months of the renewal offer.",
  is_not_yet_opened: "Opened after the as-of date.",
  is_valid: "Opened and not expired on the as-of date.",
};

/** What a query may read, in the order in which it is offered. */
export const queryTables: Readonly<Record<string, QueryTable>> = {
  customer_profile: {
    doc: "One row per customer: attributes, cards in numbers, measures and audiences.",
    columns: { ...docsOf(users.fields), ...customer },
  },
  card_profile: {
    doc: "One row per card: as its file states it, and its state on the as-of date.",
    columns: { ...docsOf(cards.fields), ...card },
  },
  offer_profile: {
    doc: "One row per offer and customer who is eligible for it.",
    columns: {
      user_id: docsOf(users.fields)["user_id"] ?? "",
      offer: "The offer, such as card-renewal.",
      reason: "Why the customer is eligible.",
      excluded_because: "The first reason against; missing where there is none.",
    },
  },
  users: { doc: "One row per customer, as stated.", columns: docsOf(users.fields) },
  cards: { doc: "One row per card, as stated.", columns: docsOf(cards.fields) },
  issues: {
    doc: "One row per finding about a cell, a row or a column of the files.",
    columns: {
      code: "What was found.",
      table_name: "users or cards.",
      column_name: "The column; missing where the finding is about a row.",
      row: "Row of the file.",
      value: "The cell as it is written.",
    },
  },
};
