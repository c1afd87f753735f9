import { type Card, card, type Portfolio, type User, user } from "./portfolio.ts";

/** Numbers from 0 to 1 that are the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Customers of whom enough defaulted to fit a model: the more of their limit they use and the lower their score, the
 * more of them. A few know no score, no income or no outcome.
 */
export function portfolioWithOutcomes(customers: number, seed = 5): Portfolio {
  const random = numbers(seed);
  const users: User[] = [];
  const cards: Card[] = [];
  for (let i = 1; i <= customers; i++) {
    const used = random() ** 2 * 1.1;
    const score = 480 + Math.floor(random() * 360);
    const income = 15_000 + Math.floor(random() * 90_000);
    const risk = 1 / (1 + Math.exp(2.2 - 3 * used + (score - 660) / 90));
    users.push(
      user(i, {
        age: 20 + Math.floor(random() * 60),
        gender: random() < 0.5 ? "Female" : "Male",
        annual_income_usd: random() < 0.05 ? null : income,
        total_debt_usd: Math.floor(income * random() * 1.5),
        credit_score: random() < 0.05 ? null : score,
        defaulted: random() < 0.03 ? null : random() < risk,
      }),
    );
    const limit = 1_000 * (1 + Math.floor(random() * 20));
    if (random() < 0.9)
      cards.push(
        card(i, i, {
          brand: "Visa",
          type: "credit",
          credit_limit_usd: limit,
          balance_usd: Math.round(limit * used),
          opened_on: "2012-05-01",
          expires_on: "2023-08-01",
        }),
      );
  }
  return { users, cards };
}
