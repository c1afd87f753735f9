import type { SampleCard } from "./card.ts";
import type { Customer } from "./portfolio.ts";

/** How a value is held (always a number or text) and what it is a number of. */
export type SampleKind =
  | "integer"
  /** Cents. */
  | "money"
  /** Hundredths of a degree. */
  | "degrees"
  /** Months since year 0. */
  | "month"
  /** 1 or 0. */
  | "flag"
  | "text";

export interface SampleColumn<Row> {
  readonly header: string;
  readonly kind: SampleKind;
  readonly value: (row: Row) => number | string;
}

const column = <Row>(
  header: string,
  kind: SampleKind,
  value: (row: Row) => number | string,
): SampleColumn<Row> => ({ header, kind, value });

const userId = column<Customer>("User ID", "integer", ({ person }) => person.user_id);
const age = column<Customer>("Age", "integer", ({ person }) => person.age);
const income = column<Customer>("Income", "integer", ({ person }) => person.income_usd);
const employment = column<Customer>("Employment Status", "text", ({ person }) => person.employment);
const score = column<Customer>("Credit Score", "integer", ({ person }) => person.credit_score);

const cardId = column<SampleCard>("Card ID", "integer", (card) => card.card_id);
const owner = column<SampleCard>("User ID", "integer", (card) => card.user_id);
const limit = column<SampleCard>("Credit Limit", "integer", (card) => card.limit_usd);
const expires = column<SampleCard>("Expiration Date", "month", (card) => card.expires);
const balance = column<SampleCard>("Outstanding Balance", "money", (card) => card.balance_cents);

export const userColumns: readonly SampleColumn<Customer>[] = [
  userId,
  age,
  column("Gender", "text", ({ person }) => person.gender),
  column("Birth Year", "integer", ({ person }) => person.birth_year),
  column("Birth Month", "integer", ({ person }) => person.birth_month),
  column("Retirement Age", "integer", ({ person }) => person.retirement_age),
  employment,
  income,
  column("Total Debt", "integer", ({ total_debt_usd }) => total_debt_usd),
  score,
  column("Latitude", "degrees", ({ person }) => person.latitude_hundredths),
  column("Longitude", "degrees", ({ person }) => person.longitude_hundredths),
  column("State", "text", ({ person }) => person.state),
  column("Defaulted", "flag", ({ defaulted }) => (defaulted ? 1 : 0)),
];

export const cardColumns: readonly SampleColumn<SampleCard>[] = [
  cardId,
  owner,
  column("Card Brand", "text", (card) => card.brand),
  column("Card Type", "text", (card) => card.type),
  limit,
  balance,
  column("Open Date", "month", (card) => card.opened),
  expires,
  column("Chip", "flag", (card) => (card.has_chip ? 1 : 0)),
];

export const briefUserColumns: readonly SampleColumn<Customer>[] = [userId, age, income, employment, score];

/** The brief's Card Type is what everyone else calls the brand. */
export const briefCardColumns: readonly SampleColumn<SampleCard>[] = [
  cardId,
  owner,
  column("Card Type", "text", (card) => card.brand),
  limit,
  expires,
  balance,
];
