import type { Performance } from "./model.ts";
import type { Ranking } from "./ranking.ts";

const TWENTIETHS = 20;

/**
 * How many of the defaults the riskiest customers hold. Where a bound falls among customers of one risk, they count by
 * their part, as if drawn by lot; `customers` and `defaults` are rounded, shares and lift are not.
 */
export function gainsOf(ranking: Ranking): Performance["gains"] {
  const { customers, defaults, customersAt, defaultsAt } = ranking;
  const gains: Performance["gains"][number][] = [];
  let at = customersAt.length - 1;
  let customersAbove = 0;
  let defaultsAbove = 0;
  for (let k = 1; k <= TWENTIETHS; k++) {
    const bound = (k / TWENTIETHS) * customers;
    while (at > 0 && customersAbove + customersAt[at]! <= bound) {
      customersAbove += customersAt[at]!;
      defaultsAbove += defaultsAt[at]!;
      at--;
    }
    const part = Math.min(1, (bound - customersAbove) / customersAt[at]!);
    const held = defaultsAbove + part * defaultsAt[at]!;
    const share = k / TWENTIETHS;
    gains.push({
      share_customers: share,
      customers: Math.round(bound),
      defaults: Math.round(held),
      share_defaults: held / defaults,
      lift: held / defaults / share,
    });
  }
  return gains;
}
