import { riskBands } from "../schema/bands.ts";
import { count, label, ratio, share, usd } from "../schema/columns.ts";
import { counted, dollars, percent, threshold, whole } from "../schema/format.ts";
import { SAME_DAY_LABEL } from "../schema/outcomes.ts";
import { positions } from "../sql/lists.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { known } from "./conditions.ts";
import { equals, rankedWith } from "./default-conditions.ts";
import { exposures, lacksAssumptions } from "./loss-scenario.ts";
import { find, sum, unique } from "./rows.ts";

export default defineAnalysis({
  id: "expected-loss",
  topic: "predict",
  title: "Expected loss, a scenario",
  question: "What would be lost within a year, if the assumptions held?",
  grain: "one row per risk band",
  unit: "customer",
  definition:
    "Probability of default x loss given default x (balance + conversion factor x undrawn limit), summed over customers with a valid credit card whose balances and limits are known. A scenario over twelve months, never a provision. The loss given default and the conversion factor are the reader's own; so is the probability per band where no model gives one. A model's probability is an association where the outcome is of the same day as the inputs. The probability of a band is weighted by exposure. Customers without a band have a row of their own where there are any, and no loss.",
  needs: ["utilisation"],
  lacks: lacksAssumptions,
  measures: ["expected_loss", "risk_band", "expert_card"],

  sql: ({ values: { expected_loss } }) => sql`
    with bands (band, position) as (values ${positions(riskBands)}),
    exposed as (
      ${exposures(expected_loss)}
    ),
    lost as (
      select
        exposed.*,
        balance_usd + ${expected_loss.ccf} * undrawn_usd as ead_usd,
        pd * ${expected_loss.lgd} * (balance_usd + ${expected_loss.ccf} * undrawn_usd) as expected_loss_usd
      from exposed
    ),
    counted as (
      select
        band,
        count(*) as customers,
        count(ead_usd) as customers_exposed,
        sum(balance_usd) filter (where ead_usd is not null) as balance_usd,
        sum(undrawn_usd) filter (where ead_usd is not null) as undrawn_usd,
        sum(ead_usd) as ead_usd,
        sum(pd * ead_usd) as pd_by_ead,
        sum(expected_loss_usd) as expected_loss_usd,
        max(pd_from) filter (where pd is not null) as pd_from
      from lost
      group by band
    )
    select
      coalesce(bands.band, counted.band) as band,
      coalesce(counted.customers, 0) as customers,
      coalesce(counted.customers_exposed, 0) as customers_exposed,
      counted.balance_usd,
      counted.undrawn_usd,
      counted.ead_usd,
      cast(counted.pd_by_ead as double) / nullif(counted.ead_usd, 0) as pd,
      cast(${expected_loss.lgd} as double) as lgd,
      cast(${expected_loss.ccf} as double) as ccf,
      cast(counted.expected_loss_usd as double) as expected_loss_usd,
      cast(counted.expected_loss_usd as double) / nullif((select sum(expected_loss_usd) from counted), 0) as share,
      counted.pd_from
    from bands
    full join counted on counted.band = bands.band
    order by bands.position nulls last
  `,

  columns: {
    band: label("Band", "low, moderate, high or very_high.", { nullable: true }),
    customers: count("Customers", "Customers in the band."),
    customers_exposed: count(
      "With an exposure",
      "Those with a valid credit card whose balances and limits are known.",
    ),
    balance_usd: usd("Balance", "Their balances on valid credit cards, USD.", { nullable: true }),
    undrawn_usd: usd("Undrawn", "Their limits beyond the balances, USD.", { nullable: true }),
    ead_usd: usd("Exposure", "Balance + conversion factor x undrawn, USD.", { nullable: true }),
    pd: share("Probability of default", "Weighted by exposure.", { nullable: true }),
    lgd: ratio("Loss given default", "As given."),
    ccf: ratio("Conversion factor", "As given."),
    expected_loss_usd: usd("Expected loss", "Probability x loss given default x exposure, USD.", {
      nullable: true,
    }),
    share: share("Share", "Part of the whole expected loss.", { nullable: true }),
    pd_from: label("Probability from", "model, or given.", { nullable: true }),
  },
  chart: { mark: "bar", x: "band", y: "expected_loss_usd", share: "share" },

  insight(rows, { values: { expected_loss: given } }) {
    const lost = sum(rows, "expected_loss_usd");
    const exposure = sum(rows, "ead_usd");
    const exposed = sum(rows, "customers_exposed");
    const worst = find(rows, "band", "very_high");
    const without = sum(rows, "customers") - exposed;
    const from = rows.some((row) => row.pd_from === "model")
      ? `probabilities by the fitted model (${SAME_DAY_LABEL})`
      : "probabilities as given";
    const share = worst?.share ?? null;
    const most = share === null ? "" : ` ${percent(share)} of it is in the very high band.`;
    const left =
      without === 0
        ? ""
        : ` ${whole(without)} have no valid credit card, or one without a balance or a limit.`;
    return `In this scenario over twelve months, no provision, ${counted(exposed, "customer")} with an exposure of ${dollars(exposure)} lose ${dollars(lost)}: ${from}, a loss given default of ${threshold(given.lgd ?? 0, 2)} and a conversion factor of ${threshold(given.ccf ?? 0, 2)}.${most}${left}`;
  },
  behind({ band }, column) {
    const inBand = equals("band", band);
    const exposed = [known("balance_valid_usd"), known("credit_limit_valid_usd")];
    switch (column) {
      case "customers":
        return rankedWith(inBand);
      case "customers_exposed":
      case "balance_usd":
      case "undrawn_usd":
      case "ead_usd":
      case "pd":
      case "expected_loss_usd":
      case "share":
        return rankedWith(inBand, ...exposed);
      default:
        return undefined;
    }
  },
  invariants: (rows) => ({
    "a band appears once": unique(rows, "band"),
    "every band is there": riskBands.every((band) => rows.some((row) => row.band === band)),
    "nobody loses more than the exposure": rows.every(
      ({ expected_loss_usd: lost, ead_usd: exposure }) =>
        lost === null || exposure === null || lost <= exposure * (1 + 1e-9),
    ),
  }),
});
