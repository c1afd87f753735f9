import type { CustomerAnswer, VerdictAnswer } from "../../../src/server/routes/customers.ts";
import { count } from "../../kit/format.ts";

export type Standing = CustomerAnswer["standing"][number];

/** "cards.balance_usd" as a sentence says it. */
export const columnWords = (column: string): string =>
  column
    .replace(/^\w+\./, "")
    .replace(/_usd$/, "")
    .replace(/_on$/, "")
    .replaceAll("_", " ");

export const lackingWords = (lacking: readonly string[]): string =>
  `not computable: no ${lacking.map(columnWords).join(", no ")} in the files`;

/** Where a percentile is, in whole percent; the ends are not rounded into "all" or "none". */
export function standingWords({ percentile, customers, value }: Standing): string {
  if (value === null || percentile === null) return "";
  if (customers < 2) return "nobody to compare with";
  const percent = Math.min(99, Math.max(1, Math.round(percentile * 100)));
  return `${ordinal(percent)} percentile`;
}

export function ordinal(n: number): string {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n}${ending}`;
}

const flags: Readonly<Record<VerdictAnswer["name"], readonly [yes: string, no: string, unknown: string]>> = {
  high_risk: ["At high risk", "Not at high risk", "Risk unknown"],
  high_debt: ["High debt", "No high debt", "Debt unknown"],
  premium: ["In the premium audience", "Not in the premium audience", "Premium audience unknown"],
  assistance: ["In the assistance audience", "Not in the assistance audience", "Assistance audience unknown"],
};

export function verdictWords({ name, met, lacking }: VerdictAnswer): string {
  const [yes, no, unknown] = flags[name];
  return lacking.length > 0 || met === null ? unknown : met ? yes : no;
}

export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`;
