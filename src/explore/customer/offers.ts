import type { Engine, ResultRow } from "../../engines/engine.ts";
import { counted, decimal, dollars, threshold } from "../../schema/format.ts";
import type { Inputs } from "../../schema/inputs.ts";
import type { MeasureValues } from "../../schema/measures.ts";
import { missingFor, type Offer, offers } from "../../schema/offers.ts";
import { literal, raw } from "../../sql/statement.ts";
import { numberOf } from "./person.ts";

/** An offer beside one customer. A candidate is a candidate: nothing is approved. */
export interface OfferStanding {
  readonly offer: string;
  readonly kind: Offer["kind"];
  readonly definition: string;
  readonly status: "candidate" | "excluded" | "not eligible" | "not computable";
  /** Why: of a candidate why eligible, of others what stands against it. */
  readonly reason: string;
  /** Conditions that the files do not allow to test. */
  readonly untested: readonly string[];
}

export async function offersOf(
  engine: Engine,
  inputs: Inputs,
  values: MeasureValues,
  id: string | number,
  profile: ResultRow,
): Promise<readonly OfferStanding[]> {
  const { rows } = await engine.query(
    raw(`select offer, reason, excluded_because from offer_profile where user_id = ${literal(id)}`),
  );
  const eligible = new Map(rows.map((row) => [row["offer"], row]));
  return offers.map((offer): OfferStanding => {
    const { offer: name, kind, definition } = offer;
    const missing = missingFor(offer, inputs);
    const untested = (offer.untested ?? [])
      .filter(({ input }) => !inputs.has(input))
      .map(({ remark }) => remark);
    const common = { offer: name, kind, definition, untested };
    if (missing.length > 0)
      return {
        ...common,
        status: "not computable",
        reason: `no ${missing.join(", no ")} in the files`,
        untested: [],
      };
    const row = eligible.get(name);
    if (row === undefined)
      return {
        ...common,
        status: "not eligible",
        reason: whyNotEligible(name, profile, values) ?? `not ${definition}`,
      };
    const excluded = row["excluded_because"];
    return {
      ...common,
      status: excluded === null ? "candidate" : "excluded",
      reason: String(excluded ?? row["reason"]),
    };
  });
}

/**
 * What keeps a customer from being eligible for an offer, by the conditions of models/marts/offer_profile.sql;
 * undefined where nothing does.
 */
export function whyNotEligible(offer: string, profile: ResultRow, values: MeasureValues): string | undefined {
  const is = (name: string) => profile[name] === true;
  const isUnknown = (name: string) => profile[name] === null || profile[name] === undefined;
  const n = (name: string) => numberOf(profile, name) ?? 0;
  const noValidCard = n("valid_cards") === 0 ? "no valid card" : undefined;
  const noValidCredit = n("valid_credit_cards") === 0 ? "no valid credit card" : undefined;
  switch (offer) {
    case "hardship-outreach":
      if (isUnknown("is_assistance")) return "credit score, income or debt is missing";
      return is("is_assistance") ? undefined : "not in the assistance audience";
    case "card-renewal":
      if (n("cards_expiring_soon") > 0) return undefined;
      return noValidCard ?? `no valid card expires ${monthsAhead(values.card_renewal.months)}`;
    case "chip-upgrade":
      if (n("valid_cards_without_chip") > 0) return undefined;
      return noValidCard ?? "no valid card is without a chip";
    case "first-credit-card":
      if (n("credit_cards") > 0) return `${counted(n("credit_cards"), "credit card")} on file`;
      return n("valid_other_cards") > 0 ? undefined : "no valid debit or prepaid card";
    case "credit-card-return":
      if (n("credit_cards") === 0) return "no credit card on file";
      return n("expired_credit_cards") === n("credit_cards")
        ? undefined
        : `${n("credit_cards") - n("expired_credit_cards")} of ${counted(n("credit_cards"), "credit card")} not expired`;
    case "premium-upgrade":
      if (isUnknown("is_premium")) return "credit score or income is missing";
      return is("is_premium") ? noValidCredit : "not in the premium audience";
    case "credit-line-review":
      return noValidCredit ?? limitIsNotSmall(profile, values);
    case "balance-transfer":
      return noValidCredit ?? noTransfer(profile, values);
    case "retirement-information":
      return notSoonRetired(profile, values);
    default:
      return undefined;
  }
}

function limitIsNotSmall(profile: ResultRow, { credit_line_review }: MeasureValues): string | undefined {
  const limit = numberOf(profile, "credit_limit_valid_usd");
  const income = numberOf(profile, "annual_income_usd");
  if (limit === null) return "the limit of a valid credit card is missing";
  if (limit <= 0) return "the limit of the valid credit cards is 0";
  if (income === null) return "income is missing";
  if (limit < credit_line_review.limit_share * income) return undefined;
  return `valid credit limit ${dollars(limit)} is not below ${threshold(credit_line_review.limit_share, 2)} of the income ${dollars(income)}`;
}

function noTransfer(profile: ResultRow, { balance_transfer }: MeasureValues): string | undefined {
  const balance = numberOf(profile, "balance_valid_usd");
  const limit = numberOf(profile, "credit_limit_valid_usd");
  const debt = numberOf(profile, "total_debt_usd");
  const utilisation = numberOf(profile, "utilisation");
  if (balance === null || limit === null) return "a balance or limit of a valid credit card is missing";
  if (debt === null) return "debt is missing";
  if (debt <= balance) return `no debt beyond the card balances of ${dollars(balance)}`;
  if (limit - balance < balance_transfer.headroom_min_usd)
    return `unused limit ${dollars(limit - balance)} is below ${dollars(balance_transfer.headroom_min_usd)}`;
  if (utilisation === null) return "the limit of the valid credit cards is 0";
  return utilisation < balance_transfer.utilisation_max
    ? undefined
    : `utilisation ${decimal(utilisation)} is not below ${threshold(balance_transfer.utilisation_max, 2)}`;
}

function notSoonRetired(profile: ResultRow, { retirement_information }: MeasureValues): string | undefined {
  const years = numberOf(profile, "years_to_retirement");
  if (profile["is_retired"] === true) return "retired";
  if (years === null) return "age or retirement age is missing";
  return years <= retirement_information.years
    ? undefined
    : `retires in ${counted(years, "year")}, later than ${threshold(retirement_information.years)}`;
}

const monthsAhead = (months: number): string =>
  months === 1 ? "in the as-of month" : `in the as-of month or the ${counted(months - 1, "month")} after it`;
