import type { Random } from "../risk/random.ts";
import { SNAPSHOT } from "./calendar.ts";
import type { SampleCard } from "./card.ts";
import type { Person } from "./customer.ts";

/** Weights of the default model on the logit scale; documented in docs/guides/sample.md. */
export const defaultModel = {
  intercept: -4.4,
  /** Per whole limit used. */
  utilisation: 2,
  /** Per year's income owed. */
  debt_to_income: 0.5,
  /** Per 100 points above 700. */
  credit_score: -0.85,
  /** Per doubling above 50,000 USD. */
  income: -0.3,
  /** Standard deviation of what no column tells. */
  noise: 0.5,
} as const;

/** What a customer without a limit in use counts as. */
const UNKNOWN_UTILISATION = 0.3;

/** Balance over limit on valid credit cards. */
export function utilisation(cards: readonly SampleCard[]): number | undefined {
  let balance = 0;
  let limit = 0;
  for (const card of cards) {
    if (card.type !== "Credit" || card.expires < SNAPSHOT) continue;
    balance += card.balance_cents / 100;
    limit += card.limit_usd;
  }
  return limit === 0 ? undefined : balance / limit;
}

/** Never below the balances on the cards; the rest is highest about the age of 43. */
export function drawDebt(person: Person, cards: readonly SampleCard[], random: Random): number {
  const balances = cards.reduce((sum, card) => sum + card.balance_cents, 0) / 100;
  const age = (person.age - 43) / 18;
  const scale = 0.12 + 0.6 * Math.exp(-age * age);
  const draw = Math.exp(0.25 * person.appetite + 0.8 * random.normal());
  const elsewhere = random.chance(0.08) ? 0 : person.income_usd * scale * draw;
  return Math.ceil(balances + elsewhere);
}

export function drawDefault(
  person: Person,
  cards: readonly SampleCard[],
  debt: number,
  random: Random,
): boolean {
  const m = defaultModel;
  const logit =
    m.intercept +
    m.utilisation * (utilisation(cards) ?? UNKNOWN_UTILISATION) +
    m.debt_to_income * Math.min(debt / person.income_usd, 4) +
    m.credit_score * ((person.credit_score - 700) / 100) +
    m.income * Math.log2(person.income_usd / 50_000) +
    m.noise * random.normal();
  return random.chance(1 / (1 + Math.exp(-logit)));
}
