import type { Input, Inputs } from "./inputs.ts";

/** A reason to write to a customer. Candidates are candidates: nothing is approved. */
export interface Offer {
  readonly offer: string;
  readonly kind: "credit" | "service" | "support" | "information";
  /** Who is eligible; models/marts/offer_profile.sql says who is left out, and why. */
  readonly definition: string;
  /** Inputs without any of which nobody can be chosen. */
  readonly needs: readonly Input[];
  /** Conditions that are left out where their input is missing, and what is then said. */
  readonly untested?: readonly { readonly input: Input; readonly remark: string }[];
}

/** In the order in which they are shown. */
export const offers: readonly Offer[] = [
  {
    offer: "hardship-outreach",
    kind: "support",
    definition: "in the assistance audience; income high enough to be a true figure",
    needs: ["assistance"],
  },
  {
    offer: "card-renewal",
    kind: "service",
    definition: "a valid card expires soon; not only cards whose expiry is their opening month",
    needs: ["validity"],
  },
  {
    offer: "chip-upgrade",
    kind: "service",
    definition: "a valid card has no chip and does not expire soon (a renewal replaces it)",
    needs: ["validity", "cards.has_chip"],
  },
  {
    offer: "first-credit-card",
    kind: "credit",
    definition: "a valid debit or prepaid card, no credit card on file",
    needs: ["validity", "cards.type", "assistance"],
  },
  {
    offer: "credit-card-return",
    kind: "credit",
    definition: "credit cards on file, all expired",
    needs: ["validity", "cards.type", "assistance"],
  },
  {
    offer: "premium-upgrade",
    kind: "credit",
    definition: "premium audience with a valid credit card",
    needs: ["validity", "cards.type", "assistance"],
  },
  {
    offer: "credit-line-review",
    kind: "credit",
    definition:
      "a valid credit limit that is small beside the income, a good score, moderate utilisation where balances exist, a credit card held for long enough; not in premium-upgrade",
    needs: ["validity", "cards.type", "cards.credit_limit_usd", "assistance"],
    untested: [
      { input: "utilisation", remark: "utilisation untested" },
      { input: "cards.opened_on", remark: "time since opening untested" },
    ],
  },
  {
    offer: "balance-transfer",
    kind: "credit",
    definition: "debt elsewhere, unused limit and low utilisation here",
    needs: ["utilisation", "assistance"],
  },
  {
    offer: "retirement-information",
    kind: "information",
    definition: "not retired, and retires within the years",
    needs: ["years_to_retirement"],
    untested: [{ input: "assistance", remark: "hardship untested" }],
  },
];

/** Why a customer is eligible; models/marts/offer_profile.sql spells them the same. */
export const offerReasons: readonly string[] = [
  "in the assistance audience",
  "a valid card expires soon",
  "a valid card has no chip",
  "a valid debit or prepaid card and no credit card on file",
  "credit cards on file, all expired",
  "premium audience with a valid credit card",
  "valid credit limit is small beside the income",
  "debt elsewhere and unused limit here",
  "retires within the years",
];

/** What stands against an eligible customer; models/marts/offer_profile.sql spells them the same. */
export const offerExclusions: readonly string[] = [
  "in the assistance audience",
  "income below the minimum",
  "credit score below the minimum",
  "debt to income above the maximum",
  "income, credit score or debt missing",
  "income too low to be a true figure",
  "every such card expires in the month it was opened",
  "a renewal replaces the card soon",
  "credit score below the review minimum",
  "credit cards opened too recently",
  "opening month missing",
  "already in premium-upgrade",
  "utilisation missing",
  "utilisation outside the bounds",
];

/** The source columns an offer waits for; none when it can be computed. */
export const missingFor = ({ needs }: Offer, inputs: Inputs): readonly string[] => [
  ...new Set(needs.flatMap((input) => inputs.missing(input))),
];

export const isComputable = (offer: Offer, inputs: Inputs): boolean => missingFor(offer, inputs).length === 0;
