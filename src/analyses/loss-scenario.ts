/** What the two analyses of expected loss share: the exposures, and what only the user can say. */

import { givesProbability } from "../schema/outcomes.ts";
import { type Fragment, literal } from "../sql/statement.ts";
import type { Context } from "./analysis.ts";

type Values = Context<"expected_loss">["values"]["expected_loss"];

/** Without one of these there is no loss to compute. */
const always = ["lgd", "ccf"] as const;
/** Where no model gives a probability. */
const perBand = ["pd_low", "pd_moderate", "pd_high", "pd_very_high"] as const;

/** Which assumptions are missing, with what to give. */
export function lacksAssumptions({ outcomes, values }: Context<"expected_loss">): string | undefined {
  const isModelled = givesProbability(outcomes);
  const given: Values = values.expected_loss;
  const missing = [...always, ...(isModelled ? [] : perBand)].filter((name) => given[name] === null);
  if (missing.length === 0) return undefined;
  const settings = missing.map((name) => `--set expected_loss.${name}=…`).join(" ");
  const why = isModelled
    ? "the loss given default and the conversion factor are yours to say"
    : "no model gives probabilities of default here, so they are yours to say, as are the loss given default and the conversion factor";
  return `${why}: ${settings} (each from 0 to 1)`;
}

/** Customers with their exposures and probabilities; the model's first, else the one given for the band. */
export const exposures = (values: Values): Fragment => ({
  render: () => `select
        default_profile.user_id,
        default_profile.band,
        default_profile.score,
        case when default_profile.pd is not null then 'model' else 'given' end as pd_from,
        coalesce(
          default_profile.pd,
          case default_profile.band
            when 'low' then ${literal(values.pd_low)}
            when 'moderate' then ${literal(values.pd_moderate)}
            when 'high' then ${literal(values.pd_high)}
            when 'very_high' then ${literal(values.pd_very_high)}
          end
        ) as pd,
        balance_valid_usd as balance_usd,
        case
          when credit_limit_valid_usd > balance_valid_usd then credit_limit_valid_usd - balance_valid_usd
          when credit_limit_valid_usd is not null and balance_valid_usd is not null then 0
        end as undrawn_usd
      from customer_profile
      inner join default_profile on default_profile.user_id = customer_profile.user_id`,
});
