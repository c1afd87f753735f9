import { ratio, usd } from "../schema/columns.ts";
import { dollars, threshold } from "../schema/format.ts";
import { tuples } from "../sql/lists.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { exposures, lacksAssumptions } from "./loss-scenario.ts";
import { find, unique } from "./rows.ts";

const pdFactors = [0.5, 0.75, 1, 1.5, 2];
const otherFactors = [0.75, 1, 1.25];
const factors = pdFactors.flatMap((pd) =>
  otherFactors.flatMap((lgd) => otherFactors.map((ccf) => [pd, lgd, ccf] as const)),
);

export default defineAnalysis({
  id: "expected-loss-sensitivity",
  topic: "predict",
  title: "Expected loss under other assumptions",
  question: "How far does the scenario move with its assumptions?",
  grain: "one row per set of factors",
  unit: "customer",
  definition:
    "The expected loss with every probability of default, the loss given default and the conversion factor multiplied by a factor each, and none above 1. A scenario over twelve months, never a provision. The row with three factors of 1 is the scenario of expected-loss.",
  needs: ["utilisation"],
  lacks: lacksAssumptions,
  measures: ["expected_loss", "risk_band", "expert_card"],

  sql: ({ values: { expected_loss } }) => sql`
    with factors (pd_factor, lgd_factor, ccf_factor) as (values ${tuples(factors)}),
    assumed as (
      select
        cast(pd_factor as double) as pd_factor,
        cast(lgd_factor as double) as lgd_factor,
        cast(ccf_factor as double) as ccf_factor,
        case
          when lgd_factor * ${expected_loss.lgd} < 1 then cast(lgd_factor * ${expected_loss.lgd} as double)
          else 1
        end as lgd,
        case
          when ccf_factor * ${expected_loss.ccf} < 1 then cast(ccf_factor * ${expected_loss.ccf} as double)
          else 1
        end as ccf
      from factors
    ),
    pd_factors as (
      select distinct pd_factor
      from assumed
    ),
    exposed as (
      ${exposures(expected_loss)}
    ),
    -- the sums that every set is made of, so that customers are gone over once per probability
    summed as (
      select
        pd_factors.pd_factor,
        sum(
          case when pd_factors.pd_factor * exposed.pd < 1 then pd_factors.pd_factor * exposed.pd else 1 end
            * exposed.balance_usd
        ) as lost_balance_usd,
        sum(
          case when pd_factors.pd_factor * exposed.pd < 1 then pd_factors.pd_factor * exposed.pd else 1 end
            * exposed.undrawn_usd
        ) as lost_undrawn_usd
      from pd_factors
      left join exposed
        on exposed.pd is not null and exposed.balance_usd is not null and exposed.undrawn_usd is not null
      group by pd_factors.pd_factor
    ),
    lost as (
      select
        assumed.*,
        coalesce(assumed.lgd * (summed.lost_balance_usd + assumed.ccf * summed.lost_undrawn_usd), 0)
          as expected_loss_usd
      from assumed
      inner join summed on summed.pd_factor = assumed.pd_factor
    )
    select
      pd_factor,
      lgd_factor,
      ccf_factor,
      lgd,
      ccf,
      expected_loss_usd,
      expected_loss_usd - (
        select max(expected_loss_usd)
        from lost
        where pd_factor = 1 and lgd_factor = 1 and ccf_factor = 1
      ) as difference_usd
    from lost
    order by pd_factor nulls last, lgd_factor nulls last, ccf_factor nulls last
  `,

  columns: {
    pd_factor: ratio("Probability x", "Factor on every probability of default."),
    lgd_factor: ratio("Loss given default x", "Factor on the loss given default."),
    ccf_factor: ratio("Conversion factor x", "Factor on the conversion factor."),
    lgd: ratio("Loss given default", "With the factor; at most 1."),
    ccf: ratio("Conversion factor", "With the factor; at most 1."),
    expected_loss_usd: usd("Expected loss", "USD."),
    difference_usd: usd("Difference", "Less the scenario, USD."),
  },
  chart: { mark: "table" },

  insight(rows) {
    const losses = rows.map((row) => row.expected_loss_usd);
    const base = rows.find((r) => r.pd_factor === 1 && r.lgd_factor === 1 && r.ccf_factor === 1);
    const twice = find(
      rows.filter((row) => row.lgd_factor === 1 && row.ccf_factor === 1),
      "pd_factor",
      2,
    );
    return `Between the mildest and the harshest of these assumptions the scenario's loss goes from ${dollars(Math.min(...losses))} to ${dollars(Math.max(...losses))}; it is ${dollars(base?.expected_loss_usd ?? 0)} as assumed, and ${dollars(twice?.expected_loss_usd ?? 0)} with probabilities ${threshold(2)} times as high.`;
  },
  invariants: (rows) => ({
    "a set of factors appears once": unique(rows, "pd_factor", "lgd_factor", "ccf_factor"),
    "more probability is no less loss": rows.every((row) =>
      rows.every(
        (other) =>
          other.lgd_factor !== row.lgd_factor ||
          other.ccf_factor !== row.ccf_factor ||
          other.pd_factor < row.pd_factor ||
          other.expected_loss_usd >= row.expected_loss_usd - 1e-6,
      ),
    ),
  }),
});
