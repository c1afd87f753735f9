import { drawCards, type SampleCard } from "./card.ts";
import { drawPerson, type Person } from "./customer.ts";
import { drawDebt, drawDefault } from "./outcome.ts";
import { Random } from "./random.ts";

export interface SampleUser extends Person {
  readonly total_debt_usd: number;
  readonly defaulted: boolean;
}

/** Customer `id` of the portfolio `seed`, with the cards: a function of the two and nothing else. */
export function drawCustomer(seed: number, id: number): { user: SampleUser; cards: SampleCard[] } {
  const random = new Random(seed, id);
  const person = drawPerson(id, random);
  const cards = drawCards(person, random);
  const total_debt_usd = drawDebt(person, cards, random);
  const defaulted = drawDefault(person, cards, total_debt_usd, random);
  return { user: { ...person, total_debt_usd, defaulted }, cards };
}
