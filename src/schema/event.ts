import { z } from "zod";
import { cards } from "./cards.ts";
import type { Field, Table } from "./tables.ts";
import { users } from "./users.ts";

/** What a subject is: a customer by `user_id`, a card by `card_id`, or the balance of a card by its `card_id`. */
export const eventTypes = ["customer", "card", "balance"] as const;
export type EventType = (typeof eventTypes)[number];

export const operations = ["upsert", "delete"] as const;
export type Operation = (typeof operations)[number];

/** What an event never brings in, whatever it is called: it is dropped before anything else looks at it. */
export const droppedKeys: ReadonlySet<string> = new Set([
  ...["card_number", "pan", "number", "primary_account_number", "cvv", "cvv2", "cvc", "cvc2", "cid"],
  ...["security_code", "pin", "track1", "track2", "address", "street", "street_address"],
]);

/** Amounts and counts beyond it are none; what has 13 digits may be a card number. */
const ANY_AMOUNT = [-1e12, 1e12] as const;
const LONGEST_TEXT = 200;

/** Text without control characters. */
const text = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "no control characters");

function cell(name: string, field: Field): z.ZodType {
  const [low, high] = field.possible ?? ANY_AMOUNT;
  const described = (type: z.ZodType) => type.nullish().describe(field.doc);
  if (name === "card_last4") return described(z.string().regex(/^\d{4}$/, "four digits"));
  switch (field.reading) {
    case "integer":
      return described(z.number().int().min(low).max(high));
    case "number":
    case "usd":
      return described(z.number().min(low).max(high));
    case "month":
      return described(
        z.string().regex(/^(19|20|21)\d\d-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$/, "a month as YYYY-MM"),
      );
    case "flag":
      return described(z.boolean());
    case "id":
      return z.union([text(LONGEST_TEXT), z.number().int().min(0)]).describe(field.doc);
    default:
      return described(text(LONGEST_TEXT));
  }
}

const stateOf = (table: Table, without: readonly string[]) =>
  z.strictObject(
    Object.fromEntries(
      Object.entries(table.fields)
        .filter(([name, { derived }]) => !without.includes(name) && derived !== true)
        .map(([name, field]) => [name, cell(name, field)]),
    ),
  );

/**
 * The whole state of a subject after the change; a column that is left out is missing from then on. The balance of a
 * card is a subject of its own, so that payments and changes of cards may come from two systems.
 */
export const eventData = {
  customer: stateOf(users, [users.key]),
  card: stateOf(cards, [cards.key, "balance_usd"]),
  balance: z.strictObject({ balance_usd: cell("balance_usd", cards.fields.balance_usd) }),
} as const satisfies Record<EventType, z.ZodType>;

/** Everything of the envelope but `data`, whose shape depends on the type. Unknown attributes are passed over. */
export const eventEnvelope = z.object({
  specversion: z.literal("1.0").optional().describe("Of CloudEvents; 1.0 where it is left out."),
  id: text(200).describe("Names the event in its source; shown where the event is."),
  source: text(200).describe("The system that tells it, such as /core-banking."),
  type: z.enum(eventTypes).describe("What the subject is."),
  subject: text(128).describe("The key: user_id of a customer, card_id of a card or of a balance."),
  time: z.iso
    .datetime({ offset: true })
    .describe(
      "When it happened, RFC 3339. Places the change in the past; does not order changes of one source.",
    ),
  sequence: z
    .union([
      z.number().int().min(0),
      z
        .string()
        .regex(/^\d{1,15}$/, "a whole number of at most 15 digits")
        .transform(Number),
    ])
    .describe("Rises with every change of a subject in its source; only a higher one is applied."),
  op: z.enum(operations).default("upsert").describe("delete leaves a tombstone; its data is not read."),
});

/** An event as its sender writes it. */
export type FeedEvent = z.input<typeof eventEnvelope> & { readonly data?: unknown };

/** The JSON Schema of an event, by its type. */
export function eventJsonSchema(): unknown {
  const { $schema: _, ...envelope } = z.toJSONSchema(eventEnvelope, { io: "input" }) as Record<
    string,
    unknown
  >;
  const data = (type: EventType) => {
    const { $schema: __, ...schema } = z.toJSONSchema(eventData[type], { io: "input" }) as Record<
      string,
      unknown
    >;
    return schema;
  };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Cardscope event",
    description: "One change of a customer, a card or a balance, as a CloudEvent.",
    ...envelope,
    oneOf: eventTypes.flatMap((type) => [
      {
        properties: { type: { const: type }, op: { const: "upsert" }, data: data(type) },
        required: ["data"],
      },
      { properties: { type: { const: type }, op: { const: "delete" } }, required: ["op"] },
    ]),
  };
}
