import type { ResultRow } from "../../engines/engine.ts";
import type { Input, Inputs } from "../../schema/inputs.ts";
import { isComputable, offers } from "../../schema/offers.ts";
import { literal, raw } from "../../sql/statement.ts";
import type { Sight } from "../explorer.ts";
import type { Sides } from "./sides.ts";

/** A figure as the portfolio was opened, and under the look. */
export interface ComparedFigure {
  readonly id: string;
  readonly label: string;
  readonly kind: "count" | "usd";
  readonly unit: "customer" | "card" | null;
  readonly opened: number | null;
  readonly now: number | null;
  /** What it is a part of, where it is one. */
  readonly openedOf: number | null;
  readonly nowOf: number | null;
  /** Source columns without which it is missing. */
  readonly lacking: readonly string[];
}

interface Figure {
  readonly id: string;
  readonly label: string;
  readonly kind: ComparedFigure["kind"];
  readonly unit: ComparedFigure["unit"];
  readonly needs: readonly Input[];
  readonly of: string | null;
}

const figure = (
  id: string,
  label: string,
  unit: ComparedFigure["unit"],
  needs: readonly Input[],
  of: string | null,
  kind: ComparedFigure["kind"] = "count",
): Figure => ({ id, label, kind, unit, needs, of });

const figures: readonly Figure[] = [
  figure("high_risk", "At high risk", "customer", ["users.credit_score"], "customers"),
  figure("high_debt", "High debt", "customer", ["debt_to_income"], "customers_with_ratio"),
  figure("candidates", "Candidates of any offer", "customer", ["offers"], "customers"),
  figure("cards_valid", "Valid cards", "card", ["validity"], "cards"),
  figure("cards_expired", "Expired cards", "card", ["validity"], "cards"),
  figure(
    "without_valid_credit_card",
    "Without a valid credit card",
    "customer",
    ["validity", "cards.type"],
    "customers",
  ),
  figure(
    "credit_limit_valid_usd",
    "Valid credit limit",
    null,
    ["validity", "cards.type", "cards.credit_limit_usd"],
    null,
    "usd",
  ),
];

/** The figures that a change of thresholds or of the date moves, as the analyses count them. */
export async function figuresOf(
  { engine, view: { inputs } }: Sight,
  { opened, now }: Sides,
): Promise<readonly ComparedFigure[]> {
  const text = figuresText(inputs);
  const before = (await engine.query(raw(opened(text)))).rows[0] ?? {};
  const after = (await engine.query(raw(now(text)))).rows[0] ?? {};
  return figures.map(({ needs, of, ...shown }): ComparedFigure => {
    const lacking = [...new Set(needs.flatMap((input) => inputs.missing(input)))];
    const read = (row: ResultRow, name: string | null) => {
      const value = name === null || lacking.length > 0 ? null : row[name];
      return typeof value === "number" ? value : null;
    };
    return {
      ...shown,
      opened: read(before, shown.id),
      now: read(after, shown.id),
      openedOf: read(before, of),
      nowOf: read(after, of),
      lacking,
    };
  });
}

function figuresText(inputs: Inputs): string {
  const known = offers.filter((offer) => isComputable(offer, inputs)).map(({ offer }) => literal(offer));
  return `select customers.*, cards.*, offers.*
from (
  select
    count(*) as customers,
    count(*) filter (where is_high_risk) as high_risk,
    count(debt_to_income) as customers_with_ratio,
    count(*) filter (where is_high_debt) as high_debt,
    count(*) filter (where valid_credit_cards = 0) as without_valid_credit_card
  from customer_profile
) customers
cross join (
  select
    count(*) as cards,
    count(*) filter (where is_valid) as cards_valid,
    count(*) filter (where status = 'expired') as cards_expired,
    coalesce(sum(credit_limit_usd) filter (where type = 'credit' and is_valid), 0) as credit_limit_valid_usd
  from card_profile
) cards
cross join (
  select count(distinct user_id) as candidates
  from offer_profile
  where excluded_because is null and offer in (${["''", ...known].join(", ")})
) offers`;
}
