import { id, label } from "../schema/columns.ts";
import { counted } from "../schema/format.ts";
import { isComputable, offers } from "../schema/offers.ts";
import { positions } from "../sql/lists.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { unique } from "./rows.ts";

export default defineAnalysis({
  id: "offer-candidates",
  topic: "marketing",
  title: "Candidates of the offers",
  question: "Who is eligible for which offer, and whom do the gates stop?",
  grain: "one row per offer and eligible customer",
  unit: "customer",
  definition:
    "Every eligible customer of every offer that the files allow. Without an entry in the last column the customer is a candidate, which is no approval; otherwise the entry is the first gate that failed. A customer can be eligible for several offers. The offers are defined in the analysis of that name.",
  needs: ["offers"],
  measures: [
    "credit_offer",
    "assistance",
    "premium",
    "card_renewal",
    "credit_line_review",
    "balance_transfer",
    "retirement_information",
  ],
  list: true,

  sql: ({ inputs }) => sql`
    with offers (offer, position) as (
      values ${positions(offers.filter((offer) => isComputable(offer, inputs)).map(({ offer }) => offer))}
    )
    select
      offer_profile.user_id,
      offer_profile.offer,
      offer_profile.reason,
      offer_profile.excluded_because
    from offer_profile
    join offers on offers.offer = offer_profile.offer
    order by offers.position nulls last, offer_profile.user_id nulls last
  `,

  columns: {
    user_id: id("Customer", "Key of the customer."),
    offer: label("Offer", "What the customer would be written to about."),
    reason: label("Reason", "Why the customer is eligible."),
    excluded_because: label("Excluded because", "The first gate that failed; empty for candidates.", {
      nullable: true,
    }),
  },
  chart: { mark: "table" },

  insight(_, { total }) {
    return `${counted(total, "pair")} of an eligible customer and an offer, with the reason and, for those whom a gate stops, why.`;
  },
  invariants: (rows) => ({ "a customer has an offer once": unique(rows, "user_id", "offer") }),
});
