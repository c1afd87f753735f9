import type { ResultRow } from "../../engines/engine.ts";
import type { Kind } from "../../schema/columns.ts";
import { threshold as exact, format } from "../../schema/format.ts";
import type { Input, Inputs } from "../../schema/inputs.ts";
import { type MeasureValues, measures } from "../../schema/measures.ts";
import { flagOf, numberOf } from "./person.ts";

/** A figure beside what it has to undercut or exceed. */
export interface Condition {
  readonly label: string;
  readonly kind: Kind;
  readonly value: number | null;
  readonly compare: "below" | "above";
  /** Null where it is a share of a figure that is missing. */
  readonly threshold: number | null;
  /** The parameter that moves it. */
  readonly parameter: string;
  /** Null where it cannot be told. */
  readonly met: boolean | null;
  /** Value less threshold. */
  readonly distance: number | null;
  readonly sentence: string;
}

/** All conditions have to hold. */
export interface Rule {
  readonly met: boolean | null;
  readonly conditions: readonly Condition[];
}

/** Whether a measure flags a customer, and every rule that could: one that holds is enough. */
export interface Verdict {
  readonly name: "high_risk" | "high_debt" | "premium" | "assistance";
  readonly label: string;
  readonly definition: string;
  readonly met: boolean | null;
  readonly rules: readonly Rule[];
  /** Source columns without which nobody can be flagged. */
  readonly lacking: readonly string[];
}

/** Risk, debt and audiences of one customer; the models decide, the rules explain. */
export function verdictsOf(
  profile: ResultRow,
  values: MeasureValues,
  inputs: Inputs,
): Readonly<Record<Verdict["name"], Verdict>> {
  const { high_risk, high_debt, premium, assistance } = values;
  const score = (compare: "below" | "above", parameter: string, cut: number) =>
    condition("Credit score", "number", numberOf(profile, "credit_score"), compare, cut, parameter);
  const debtToIncome = (parameter: string, cut: number) =>
    condition("Debt to income", "ratio", numberOf(profile, "debt_to_income"), "above", cut, parameter);
  const income = numberOf(profile, "annual_income_usd");
  const verdict = (name: Verdict["name"], need: Input, ...rules: readonly Condition[][]): Verdict => ({
    name,
    label: measures[name].label,
    definition: measures[name].definition,
    met: flagOf(profile, `is_${name}`),
    rules: rules.map((conditions) => ({ met: allOf(conditions.map(({ met }) => met)), conditions })),
    lacking: inputs.missing(need),
  });
  return {
    high_risk: verdict(
      "high_risk",
      "users.credit_score",
      [score("below", "high_risk.score_below", high_risk.score_below)],
      [
        score("below", "high_risk.score_below_with_debt", high_risk.score_below_with_debt),
        debtToIncome("high_risk.debt_ratio", high_risk.debt_ratio),
      ],
    ),
    high_debt: verdict("high_debt", "debt_to_income", [debtToIncome("high_debt.ratio", high_debt.ratio)]),
    premium: verdict("premium", "premium", [
      score("above", "premium.score_min", premium.score_min),
      condition("Annual income", "usd", income, "above", premium.income_min_usd, "premium.income_min_usd"),
    ]),
    assistance: verdict("assistance", "assistance", [
      score("below", "assistance.score_max", assistance.score_max),
      condition(
        "Total debt",
        "usd",
        numberOf(profile, "total_debt_usd"),
        "above",
        income === null ? null : assistance.debt_share * income,
        "assistance.debt_share",
        ` (${exact(assistance.debt_share, 2)} of a year's income)`,
      ),
    ]),
  };
}

function condition(
  label: string,
  kind: Kind,
  value: number | null,
  compare: "below" | "above",
  threshold: number | null,
  parameter: string,
  meaning = "",
): Condition {
  const isKnown = value !== null && threshold !== null;
  const met = isKnown ? (compare === "below" ? value < threshold : value > threshold) : null;
  const distance = isKnown ? value - threshold : null;
  const show = (x: number) => shown(kind, x, value ?? 0, threshold ?? 0);
  const sentence =
    value === null
      ? `${label} is missing`
      : threshold === null
        ? `annual income is missing, and with it what ${label.toLowerCase()} has to exceed`
        : value === threshold
          ? `${label} ${show(value)} is at ${show(threshold)}${meaning}, not ${compare} it`
          : met
            ? `${label} ${show(value)} is ${compare} ${show(threshold)}${meaning}, by ${show(Math.abs(value - threshold))}`
            : `${label} ${show(value)} is not ${compare} ${show(threshold)}${meaning}: ${show(Math.abs(value - threshold))} ${compare === "below" ? "above" : "below"}`;
  return { label, kind, value, compare, threshold, parameter, met, distance, sentence };
}

/** As people read it, to so many digits that two different figures look different. */
function shown(kind: Kind, x: number, value: number, threshold: number): string {
  const isTold = value === threshold || format(kind, value) !== format(kind, threshold);
  return isTold ? format(kind, x) : `${kind === "usd" ? "$" : ""}${Number(x.toPrecision(8))}`;
}

/** As SQL has it: one that fails decides, else one that is unknown does. */
const allOf = (parts: readonly (boolean | null)[]): boolean | null =>
  parts.includes(false) ? false : parts.includes(null) ? null : true;
