import { Random } from "../risk/random.ts";
import { drawCards, type SampleCard } from "./card.ts";
import { drawPerson, type Person } from "./customer.ts";
import { drawDebt, drawDefault } from "./outcome.ts";

/** One customer with everything a sample knows. */
export interface Customer {
  readonly person: Person;
  readonly cards: readonly SampleCard[];
  readonly total_debt_usd: number;
  readonly defaulted: boolean;
}

/** Customer `id` of the portfolio `seed`: a function of the two and nothing else. */
export function drawCustomer(seed: number, id: number): Customer {
  const random = new Random(seed, id);
  const person = drawPerson(id, random);
  const cards = drawCards(person, random);
  const total_debt_usd = drawDebt(person, cards, random);
  const defaulted = drawDefault(person, cards, total_debt_usd, random);
  return { person, cards, total_debt_usd, defaulted };
}
