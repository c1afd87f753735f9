import { count, label } from "../schema/columns.ts";
import { counted, whole } from "../schema/format.ts";
import type { Inputs } from "../schema/inputs.ts";
import { isComputable, missingFor, type Offer, offers } from "../schema/offers.ts";
import { joinText } from "../sql/dialect.ts";
import { tuples } from "../sql/lists.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { is, known, offersWith, unknown } from "./conditions.ts";
import { largest, unique } from "./rows.ts";

/** What has to be said of an offer beside its counts: what it waits for, or what could not be tested. */
function remark(offer: Offer, inputs: Inputs): string {
  const missing = missingFor(offer, inputs).map((column) => spokenColumn(column));
  if (missing.length > 0) return `not computable: no ${missing.join(", no ")} column`;
  return (offer.untested ?? [])
    .filter(({ input }) => !inputs.has(input))
    .map((untested) => untested.remark)
    .join("; ");
}

/** "cards.balance_usd" as a sentence says it. */
const spokenColumn = (column: string): string =>
  column
    .replace(/^\w+\./, "")
    .replace(/_usd$/, "")
    .replace("expires_on", "expiry")
    .replace("opened_on", "opening month")
    .replace("has_chip", "chip")
    .replaceAll("_", " ");

export default defineAnalysis({
  id: "offers",
  topic: "marketing",
  title: "Offers",
  question: "To how many customers could which offer be made?",
  grain: "one row per offer",
  unit: "customer",
  definition: `Candidates are eligible customers who pass the gates; nothing is approved. ${offers
    .map(({ offer, definition }) => `${offer}: ${definition}.`)
    .join(
      " ",
    )} Gates for credit offers, in this order, the first that fails is the reason: not in the assistance audience, income and score at least the minimum, debt to income at most the maximum; never age, gender, place or retirement. Hardship suppresses selling, never service.`,
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

  sql: ({ inputs }) => sql`
    with offers (offer, position, kind, is_computable, remark) as (
      values ${tuples(
        offers.map((offer, i) => [
          offer.offer,
          i + 1,
          offer.kind,
          isComputable(offer, inputs),
          remark(offer, inputs),
        ]),
      )}
    ),
    reasons as (
      select offer, cast(excluded_because as varchar) as reason, count(*) as customers
      from offer_profile
      group by offer, excluded_because
    ),
    counted as (
      select offer, coalesce(sum(customers) filter (where reason is null), 0) as customers, sum(customers) as eligible
      from reasons
      group by offer
    ),
    explained as (
      select
        offer,
        ${joinText("reason || ': ' || cast(customers as varchar)", "; ", "customers desc nulls last, reason nulls last")} as why
      from reasons
      where reason is not null
      group by offer
    )
    select
      offers.offer,
      offers.kind,
      case when offers.is_computable then coalesce(counted.customers, 0) end as customers,
      case when offers.is_computable then coalesce(counted.eligible, 0) end as eligible,
      case when offers.is_computable then coalesce(counted.eligible - counted.customers, 0) end as excluded,
      case
        when not offers.is_computable or explained.why is null then nullif(offers.remark, '')
        when offers.remark = '' then explained.why
        else offers.remark || '; ' || explained.why
      end as why
    from offers
    left join counted on counted.offer = offers.offer
    left join explained on explained.offer = offers.offer
    order by offers.position nulls last
  `,

  columns: {
    offer: label("Offer", "What customers would be written to about."),
    kind: label("Kind", "credit, service, support or information."),
    customers: count("Candidates", "Eligible customers who pass the gates.", { nullable: true }),
    eligible: count("Eligible", "Customers the offer is meant for.", { nullable: true }),
    excluded: count("Excluded", "Eligible customers whom a gate stops.", { nullable: true }),
    why: label("Why", "What could not be tested, and the reasons of the excluded with their counts.", {
      nullable: true,
    }),
  },
  chart: { mark: "bar", x: "offer", y: "customers", color: "kind" },

  insight(rows) {
    const computable = rows.filter((row) => row.customers !== null);
    const most = largest(computable, "customers");
    if (most === undefined) return "No offer is computable from the files.";
    const without = rows.length - computable.length;
    const rest = without === 0 ? "" : ` ${counted(without, "offer")} cannot be computed from the files.`;
    if (most.customers === 0) return `No offer has a candidate.${rest}`;
    return `The offer with most candidates is ${most.offer}: ${whole(most.customers)} of ${whole(most.eligible)} eligible customers pass the gates. Candidates are not approved.${rest}`;
  },
  behind({ offer, eligible }, column) {
    if (eligible === null) return undefined;
    switch (column) {
      case "customers":
        return offersWith(is("offer", offer), unknown("excluded_because"));
      case "eligible":
        return offersWith(is("offer", offer));
      case "excluded":
        return offersWith(is("offer", offer), known("excluded_because"));
      default:
        return undefined;
    }
  },
  invariants: (rows) => ({
    "every offer is there, in order":
      rows.map((row) => row.offer).join() === offers.map((o) => o.offer).join(),
    "an offer appears once": unique(rows, "offer"),
    "candidates and excluded make the eligible": rows.every(
      (row) => (row.customers ?? 0) + (row.excluded ?? 0) === (row.eligible ?? 0),
    ),
  }),
});
