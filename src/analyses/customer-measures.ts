import type { Input, Inputs } from "../schema/inputs.ts";

/** A number that every customer has or lacks. */
export interface CustomerMeasure {
  readonly name: string;
  /** Over customer_profile. */
  readonly expression: string;
  readonly needs: readonly Input[];
}

const measure = (name: string, needs: readonly Input[], expression = name): CustomerMeasure => ({
  name,
  expression,
  needs,
});

export const customerMeasures: readonly CustomerMeasure[] = [
  measure("age", ["users.age"]),
  measure("retirement_age", ["users.retirement_age"]),
  measure("years_to_retirement", ["years_to_retirement"]),
  measure("area_income_usd", ["users.area_income_usd"]),
  measure("annual_income_usd", ["users.annual_income_usd"]),
  measure("total_debt_usd", ["users.total_debt_usd"]),
  measure("credit_score", ["users.credit_score"]),
  measure("cards", []),
  measure("debt_to_income", ["debt_to_income"]),
  measure("utilisation", ["utilisation"]),
  // whoever has no credit card has no limit that could be small
  measure(
    "credit_limit_usd",
    ["cards.type", "cards.credit_limit_usd"],
    "case when credit_cards > 0 then credit_limit_usd end",
  ),
];

/** Those that the files allow. */
export const measuresIn = (inputs: Inputs): readonly CustomerMeasure[] =>
  customerMeasures.filter(({ needs }) => needs.every((input) => inputs.has(input)));

/** "annual_income_usd" as a sentence says it. */
export const spoken = (name: string): string => name.replace(/_usd$/, "").replaceAll("_", " ");
