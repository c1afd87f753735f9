import { type Columns, count, id, label, month, ratio, usd } from "../../schema/columns.ts";
import type { Input, Inputs } from "../../schema/inputs.ts";
import { type MeasureName, measures } from "../../schema/measures.ts";
import { type Offer, offers } from "../../schema/offers.ts";
import { duckdb } from "../../sql/dialect.ts";
import { literal } from "../../sql/statement.ts";

/** Customers or cards that a threshold or the date selects. */
export interface MovingList {
  readonly id: string;
  readonly label: string;
  readonly definition: string;
  readonly unit: "customer" | "card";
  readonly needs: readonly Input[];
  /** SELECT of its members: the key, then the figures that decide. */
  readonly members: string;
  readonly columns: Columns;
  /** Of an offer: what is said of those who are not its candidates. */
  readonly offer?: string;
}

const customer = id("Customer", "Key of the customer.");
const score = count("Credit score", "As stated.", { needs: ["users.credit_score"] });
const income = usd("Annual income", "USD a year.", { needs: ["users.annual_income_usd"] });
const debt = usd("Total debt", "USD.", { needs: ["users.total_debt_usd"] });
const debtToIncome = ratio("Debt to income", "Total debt / annual income.", { needs: ["debt_to_income"] });

const flagged = (
  name: string,
  measure: MeasureName,
  needs: readonly Input[],
  columns: Columns,
): MovingList => ({
  id: name,
  label: measures[measure].label,
  definition: measures[measure].definition,
  unit: "customer",
  needs,
  members: `select user_id, ${Object.keys(columns).join(", ")} from customer_profile where is_${measure}`,
  columns: { user_id: customer, ...columns },
});

const candidates = ({ offer, definition, needs, kind }: Offer): MovingList => {
  const columns: Columns =
    kind === "credit" || kind === "support"
      ? { credit_score: score, annual_income_usd: income, debt_to_income: debtToIncome }
      : {};
  const shown = Object.keys(columns).map((name) => `, customer_profile.${name}`);
  return {
    id: `offer-${offer}`,
    label: `Offer: ${offer.replaceAll("-", " ")}`,
    definition: `Candidates: ${definition}; no gate stops them.`,
    unit: "customer",
    needs,
    members: `select offer_profile.user_id${shown.join("")}
from offer_profile
join customer_profile on customer_profile.user_id = offer_profile.user_id
where offer_profile.offer = ${literal(offer)} and offer_profile.excluded_because is null`,
    columns: { user_id: customer, ...columns },
    offer,
  };
};

/** In the order in which they are shown. */
export const movingLists: readonly MovingList[] = [
  flagged("high-risk", "high_risk", ["users.credit_score"], {
    credit_score: score,
    debt_to_income: debtToIncome,
  }),
  flagged("high-debt", "high_debt", ["debt_to_income"], {
    debt_to_income: debtToIncome,
    total_debt_usd: debt,
    annual_income_usd: income,
  }),
  flagged("premium", "premium", ["premium"], { credit_score: score, annual_income_usd: income }),
  flagged("assistance", "assistance", ["assistance"], {
    credit_score: score,
    total_debt_usd: debt,
    annual_income_usd: income,
  }),
  {
    id: "expiring-cards",
    label: "Cards that expire soon",
    definition: "Cards whose last valid day is on or after the as-of date and before it plus the months.",
    unit: "card",
    needs: ["validity"],
    members: `select card_id, user_id, brand, type, ${duckdb.yearMonth("expires_on")} as expires_on from card_profile where status = 'expiring'`,
    columns: {
      card_id: id("Card", "Key of the card."),
      user_id: customer,
      brand: label("Brand", "Payment network.", { needs: ["cards.brand"] }),
      type: label("Type", "credit, debit or prepaid.", { needs: ["cards.type"] }),
      expires_on: month("Expires", "Last month in which the card is valid."),
    },
  },
  ...offers.map(candidates),
];

export const lackingFor = ({ needs }: MovingList, inputs: Inputs): readonly string[] => [
  ...new Set(needs.flatMap((input) => inputs.missing(input))),
];

export const keyOf = ({ unit }: MovingList): "user_id" | "card_id" =>
  unit === "card" ? "card_id" : "user_id";
