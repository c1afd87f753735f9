import { CardscopeError, openPortfolio } from "cardscope";

/** How many cards expire in each of the months ahead. A list can be longer than memory: it is read in batches. */
export async function expiringCards(files: readonly string[], months: number) {
  try {
    await using portfolio = await openPortfolio(files, { settings: { "expiry.months": months } });
    const counts = new Map<string, number>();
    let total = 0;
    for await (const batch of portfolio.rows("expiring-cards"))
      for (const { expires_on } of batch) {
        counts.set(String(expires_on), (counts.get(String(expires_on)) ?? 0) + 1);
        total++;
      }
    return { asOf: portfolio.asOf, total, months: counts };
  } catch (error) {
    if (error instanceof CardscopeError) console.error(`${error.code}: ${error.message}: ${error.hint}`);
    throw error;
  }
}
