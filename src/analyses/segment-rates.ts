import type { Input, Inputs } from "../schema/inputs.ts";
import { raw, type Statement } from "../sql/statement.ts";
import { known } from "./conditions.ts";

/** What groups of customers are compared by: the mean of a number, or the share that meets a condition. */
export interface Rate {
  readonly name: string;
  readonly needs: readonly Input[];
  /** Over customer_profile: who is counted at all. */
  readonly counted: Statement;
  /** Over customer_profile: the number whose mean it is, or the condition. */
  readonly expression: string;
  readonly isShare: boolean;
}

const mean = (name: string, needs: readonly Input[], expression: string): Rate => ({
  name,
  needs,
  counted: known(expression),
  expression,
  isShare: false,
});
const share = (name: string, needs: readonly Input[], expression: string, counted = raw("true")): Rate => ({
  name,
  needs,
  counted,
  expression,
  isShare: true,
});

const rates: readonly Rate[] = [
  mean("cards_per_customer", [], "cards"),
  mean("valid_cards_per_customer", ["validity"], "valid_cards"),
  share("share_with_credit_card", ["cards.type"], "credit_cards > 0"),
  mean("debt_to_income_mean", ["debt_to_income"], "debt_to_income"),
  share("share_high_debt", ["debt_to_income"], "is_high_debt", known("debt_to_income")),
  mean("utilisation_mean", ["utilisation"], "utilisation"),
  share("share_high_risk", ["users.credit_score"], "is_high_risk", known("credit_score")),
  share("share_premium", ["premium"], "is_premium"),
  share("share_assistance", ["assistance"], "is_assistance"),
];

/** Those that the files allow. */
export const ratesIn = (inputs: Inputs): readonly Rate[] =>
  rates.filter(({ needs }) => needs.every((input) => inputs.has(input)));

export const rateNamed = (name: string): Rate | undefined => rates.find((rate) => rate.name === name);

/** What groups are made of: columns of customer_profile, and what they need. */
const dimensions: readonly { readonly name: string; readonly needs: Input }[] = [
  { name: "age_band", needs: "users.age" },
  { name: "income_band", needs: "users.annual_income_usd" },
  { name: "employment", needs: "retired" },
  { name: "score_band", needs: "users.credit_score" },
  { name: "gender", needs: "users.gender" },
];

export const dimensionsIn = (inputs: Inputs): readonly string[] =>
  dimensions.filter(({ needs }) => inputs.has(needs)).map(({ name }) => name);
