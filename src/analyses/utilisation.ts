import { utilisationBands } from "../schema/bands.ts";
import { count, label, share, usd } from "../schema/columns.ts";
import { counted, dollars, percent, whole } from "../schema/format.ts";
import { positions } from "../sql/lists.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, is, known } from "./conditions.ts";
import { find, sharesSumToOne, sum, unique } from "./rows.ts";

export default defineAnalysis({
  id: "utilisation",
  topic: "risk",
  title: "Utilisation",
  question: "How much of their credit limits do customers use?",
  grain: "one row per utilisation band",
  unit: "customer",
  definition:
    "Sum of balances / sum of limits over a customer's valid credit cards; a negative balance counts 0. Bands hold their lower bound; 75-100% holds 100 % too. Customers without a valid credit card, or with a balance or a limit missing on one of them, are in the row without a band; their balances are not summed. Balances on expired credit cards are shown apart and are not in the ratio.",
  needs: ["utilisation"],
  measures: [],

  sql: () => sql`
    with bands (band, position) as (values ${positions(utilisationBands)}),
    counted as (
      select
        utilisation_band as band,
        count(*) as customers,
        sum(balance_valid_usd) as balance_usd,
        sum(balance_expired_usd) as balance_expired_usd
      from customer_profile
      group by utilisation_band
    )
    select
      coalesce(bands.band, counted.band) as band,
      coalesce(counted.customers, 0) as customers,
      cast(coalesce(counted.customers, 0) as double) / nullif((select sum(customers) from counted), 0) as share,
      counted.balance_usd,
      counted.balance_expired_usd
    from bands
    full join counted on counted.band = bands.band
    order by bands.position nulls last
  `,

  columns: {
    band: label("Utilisation", "Balances / limits.", { nullable: true }),
    customers: count("Customers", "Customers in the band."),
    share: share("Share", "Part of all customers.", { nullable: true }),
    balance_usd: usd("Balance", "On the customers' valid credit cards, USD.", { nullable: true }),
    balance_expired_usd: usd("Balance on expired cards", "On their expired credit cards, USD.", {
      nullable: true,
    }),
  },
  chart: { mark: "bar", x: "band", y: "customers", share: "share" },

  insight(rows) {
    const all = sum(rows, "customers");
    const without = find(rows, "band", null)?.customers ?? 0;
    const of = (band: string) => find(rows, "band", band)?.customers ?? 0;
    const high = of("75-100%") + of("over");
    const known = all - without;
    const expired = sum(rows, "balance_expired_usd");
    const first = `${whole(high)} of ${counted(known, "customer")} whose balances and limits are known (${percent(known === 0 ? null : high / known)}) use 75% of their limits or more; ${whole(without)} have no valid credit card, or one without a balance or a limit.`;
    const unlimited = of("balance without limit");
    const second = unlimited === 0 ? first : `${first} ${whole(unlimited)} owe without any limit.`;
    return expired === 0
      ? second
      : `${second} ${dollars(expired)} more stand on expired credit cards, outside of the ratio.`;
  },
  behind({ band }, column) {
    const inBand = is("utilisation_band", band);
    switch (column) {
      case "customers":
      case "share":
        return customersWith(inBand);
      case "balance_usd":
        return customersWith(inBand, known("balance_valid_usd"));
      case "balance_expired_usd":
        return customersWith(inBand, known("balance_expired_usd"));
      default:
        return undefined;
    }
  },
  invariants: (rows) => ({
    "shares sum to 1": sharesSumToOne(rows),
    "a band appears once": unique(rows, "band"),
    "every band is there": utilisationBands.every((band) => rows.some((row) => row.band === band)),
    "nobody in zero has a balance": (find(rows, "band", "zero")?.balance_usd ?? 0) === 0,
  }),
});
