import { whole } from "./format.ts";

/** What stands wherever a model speaks whose outcome is of the day of its inputs. */
export const SAME_DAY_LABEL = "association, not forecast";

/** How many customers of the portfolio have a known outcome, and how many of them defaulted. */
export interface Outcomes {
  readonly known: number;
  readonly defaults: number;
}

export const noOutcomes: Outcomes = { known: 0, defaults: 0 };

/** With fewer defaults, or fewer others, nothing is fitted. */
export const FEWEST_TO_FIT = 20;
/** With fewer defaults, or fewer others, a model ranks, and gives no probability. */
export const FEWEST_FOR_PROBABILITY = 100;

/** Whether a model of so many gives probabilities. */
export const givesProbability = ({ known, defaults }: Outcomes): boolean =>
  Math.min(defaults, known - defaults) >= FEWEST_FOR_PROBABILITY;

/** Why no model can be fitted; undefined where one can. Counts stand last, in parentheses: sharing leaves them out. */
export function tooFew({ known, defaults }: Outcomes): string | undefined {
  const others = known - defaults;
  if (defaults >= FEWEST_TO_FIT && others >= FEWEST_TO_FIT) return undefined;
  return `a model needs ${FEWEST_TO_FIT} customers who defaulted and ${FEWEST_TO_FIT} who did not (${whole(defaults)} of ${whole(known)} defaulted)`;
}
