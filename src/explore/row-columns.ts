import type { Behind } from "../analyses/analysis.ts";
import { cards } from "../schema/cards.ts";
import { type Column, count, id, label, ratio, usd } from "../schema/columns.ts";
import type { Input, Inputs, SourceColumn } from "../schema/inputs.ts";
import type { Field } from "../schema/tables.ts";
import { users } from "../schema/users.ts";

export type Model = Behind["of"];

/** A column of the rows behind a figure, as models have them. */
interface ModelColumn extends Pick<Column, "kind" | "label" | "doc"> {
  readonly name: string;
  /** Without one of them the column is left out. */
  readonly needs: readonly Input[];
}

const named = (name: string, column: Column): ModelColumn => ({ name, ...column });

/** A column that the model passes on from the canonical table. */
const source =
  (table: { readonly name: string; readonly fields: Readonly<Record<string, Field>> }) =>
  (name: string): ModelColumn => {
    const field = table.fields[name];
    if (field === undefined) throw new TypeError(`${table.name} has no column ${name}`);
    const { kind, label: title, doc } = field;
    return { name, kind, label: title, doc, needs: [`${table.name}.${name}` as SourceColumn] };
  };
const ofUsers = source(users);
const ofCards = source(cards);

const customer = named("user_id", id("Customer", "Key of the customer."));

const columns: Readonly<Record<Model, readonly ModelColumn[]>> = {
  customer_profile: [
    customer,
    ofUsers("age"),
    ofUsers("gender"),
    ofUsers("state"),
    named("employment", label("Employment", "Stated status, or retired by age.", { needs: ["retired"] })),
    ofUsers("annual_income_usd"),
    ofUsers("total_debt_usd"),
    named(
      "debt_to_income",
      ratio("Debt to income", "Total debt / annual income.", { needs: ["debt_to_income"] }),
    ),
    ofUsers("credit_score"),
    named("score_band", label("Score band", "Band of the score.", { needs: ["users.credit_score"] })),
    named(
      "utilisation",
      ratio("Utilisation", "Balances / limits of valid credit cards.", { needs: ["utilisation"] }),
    ),
    named("cards", count("Cards", "Cards on file, every type.")),
    named(
      "valid_cards",
      count("Valid cards", "Cards among them that are valid on the as-of date.", { needs: ["validity"] }),
    ),
    named("credit_cards", count("Credit cards", "Cards of type credit.", { needs: ["cards.type"] })),
    named(
      "credit_limit_valid_usd",
      usd("Valid credit limit", "Sum over valid credit cards, USD.", {
        needs: ["cards.type", "cards.credit_limit_usd", "validity"],
      }),
    ),
  ],
  card_profile: [
    named("card_id", id("Card", "Key of the card.")),
    named("user_id", id("Customer", "Owner of the card.")),
    ofCards("brand"),
    ofCards("type"),
    named(
      "status",
      label("Status", "expired, expiring or later on the as-of date.", { needs: ["validity"] }),
    ),
    ofCards("opened_on"),
    ofCards("expires_on"),
    ofCards("credit_limit_usd"),
    ofCards("balance_usd"),
    ofCards("has_chip"),
    ofCards("card_last4"),
  ],
  offer_profile: [
    customer,
    named("offer", label("Offer", "What the customer would be written to about.")),
    named("reason", label("Reason", "Why the customer is eligible.")),
    named("excluded_because", label("Excluded because", "The first gate that failed; empty for candidates.")),
  ],
};

/** The columns of a model's rows that the files allow. */
export const columnsOf = (of: Model, inputs: Inputs): readonly ModelColumn[] =>
  columns[of].filter(({ needs }) => needs.every((input) => inputs.has(input)));

/** What makes the rows of a model different from each other: their order is total with these at its end. */
export const keysOf: Readonly<Record<Model, readonly string[]>> = {
  customer_profile: ["user_id"],
  card_profile: ["card_id"],
  offer_profile: ["offer", "user_id"],
};

/** What the rows of a model are, as a title says it. */
export const things: Readonly<Record<Model, string>> = {
  customer_profile: "Customers",
  card_profile: "Cards",
  offer_profile: "Customers eligible for offers",
};
