import { type MonthNumber, monthOfYear, yearOf } from "./calendar.ts";
import type { CardType, SampleCard } from "./card.ts";
import type { Employment } from "./customer.ts";
import type { Customer } from "./portfolio.ts";

const employments: Readonly<Record<Employment, string>> = {
  Employed: "employed",
  "Self-Employed": "self_employed",
  Unemployed: "unemployed",
  Retired: "retired",
  Student: "student",
};
const types: Readonly<Record<CardType, string>> = {
  Credit: "credit",
  Debit: "debit",
  "Debit (Prepaid)": "prepaid",
};

const month = (number: MonthNumber): string =>
  `${yearOf(number)}-${String(monthOfYear(number)).padStart(2, "0")}`;

/** The whole state of a customer, with the columns that the sample's file has. */
export function customerData(customer: Customer, isBrief: boolean): Readonly<Record<string, unknown>> {
  const { person, total_debt_usd, defaulted } = customer;
  const brief = {
    age: person.age,
    annual_income_usd: person.income_usd,
    employment_status: employments[person.employment],
    credit_score: person.credit_score,
  };
  if (isBrief) return brief;
  return {
    ...brief,
    gender: person.gender,
    birth_year: person.birth_year,
    birth_month: person.birth_month,
    retirement_age: person.retirement_age,
    total_debt_usd,
    latitude: person.latitude_hundredths / 100,
    longitude: person.longitude_hundredths / 100,
    state: person.state,
    defaulted,
  };
}

/** The whole state of a card but its balance, which is a subject of its own. */
export function cardData(card: SampleCard, isBrief: boolean): Readonly<Record<string, unknown>> {
  const brief = {
    user_id: String(card.user_id),
    brand: card.brand,
    credit_limit_usd: card.limit_usd,
    expires_on: month(card.expires),
  };
  if (isBrief) return brief;
  return { ...brief, type: types[card.type], opened_on: month(card.opened), has_chip: card.has_chip };
}
