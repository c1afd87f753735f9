import type { CardColumn } from "./cards.ts";
import type { UserColumn } from "./users.ts";

/** A column of a canonical table that holds at least one value. */
export type SourceColumn = `users.${UserColumn}` | `cards.${CardColumn}`;

/** What follows from source columns; any one of the lists is enough. */
export const derivations = {
  debt_to_income: [["users.total_debt_usd", "users.annual_income_usd"]],
  validity: [["cards.expires_on"]],
  utilisation: [["cards.balance_usd", "cards.credit_limit_usd", "cards.type", "cards.expires_on"]],
  retired: [["users.employment_status"], ["users.age", "users.retirement_age"]],
  years_to_retirement: [["users.age", "users.retirement_age"]],
  premium: [["users.credit_score", "users.annual_income_usd"]],
  assistance: [["users.credit_score", "users.total_debt_usd", "users.annual_income_usd"]],
  high_risk: [["users.credit_score", "users.total_debt_usd", "users.annual_income_usd"]],
  audience: [["users.credit_score", "users.annual_income_usd"]],
  brand_or_type: [["cards.brand"], ["cards.type"]],
  security: [["cards.has_chip"], ["cards.pin_changed_year"], ["cards.on_dark_web"]],
  /** Any of the audiences and offers; see offers.ts. */
  selections: [
    ["cards.expires_on"],
    ["users.credit_score", "users.annual_income_usd"],
    ["users.age", "users.retirement_age"],
  ],
  offers: [
    ["cards.expires_on"],
    ["users.age", "users.retirement_age"],
    ["users.credit_score", "users.total_debt_usd", "users.annual_income_usd"],
  ],
  fairness_groups: [["users.gender"], ["users.age"]],
  segments: [["users.age"], ["users.annual_income_usd"], ["users.credit_score"], ["users.employment_status"]],
  comparisons: [
    ["users.age"],
    ["users.annual_income_usd"],
    ["users.credit_score"],
    ["users.employment_status"],
    ["users.gender"],
  ],
  /** Any one input of the expert card. */
  ranking: [
    ["users.credit_score"],
    ["users.annual_income_usd"],
    ["cards.balance_usd", "cards.credit_limit_usd", "cards.type", "cards.expires_on"],
  ],
  /** Beside the number of cards. */
  customer_figures: [
    ["users.age"],
    ["users.annual_income_usd"],
    ["users.credit_score"],
    ["users.total_debt_usd"],
    ["users.area_income_usd"],
    ["cards.balance_usd", "cards.credit_limit_usd", "cards.type", "cards.expires_on"],
  ],
} as const satisfies Record<string, readonly (readonly SourceColumn[])[]>;

export type Derivation = keyof typeof derivations;
export type Input = SourceColumn | Derivation;

/** What a portfolio's files hold, asked by name. */
export class Inputs {
  readonly columns: ReadonlySet<string>;

  constructor(columns: Iterable<SourceColumn>) {
    this.columns = new Set(columns);
  }

  has(input: Input): boolean {
    return this.missing(input).length === 0;
  }

  equals(other: Inputs): boolean {
    return (
      this.columns.size === other.columns.size &&
      [...this.columns].every((column) => other.columns.has(column))
    );
  }

  /** The source columns that would have to be there; for alternatives, those of the shortest way. */
  missing(input: Input): readonly string[] {
    if (!(input in derivations)) return this.columns.has(input) ? [] : [input];
    const ways = derivations[input as Derivation].map((way) => way.filter((c) => !this.columns.has(c)));
    return ways.reduce((best, way) => (way.length < best.length ? way : best));
  }
}
