import { createRoute, z } from "@hono/zod-openapi";
import {
  type CustomerProfile,
  customerProfile,
  type Matches,
  searchCustomers,
} from "../../explore/customer.ts";
import type { Desk } from "../desk.ts";
import { failures, routes } from "../failure.ts";
import { column, lookQuery, scalar } from "../shapes.ts";

const key = z.union([z.string(), z.number()]);
const text = z.string().nullable();
const number = z.number().nullable();
const flag = z.boolean().nullable();
const { kind } = column.shape;
const lacking = z
  .array(z.string())
  .readonly()
  .openapi({ description: "source columns that are not in the files" });
const severity = z.enum(["info", "warning", "error"]);

const matches = z
  .object({
    total: z.number(),
    matches: z
      .array(
        z.object({
          user_id: key,
          found_by: z.enum(["customer", "card", "last four digits"]),
          card_id: key.nullable(),
          cards: z.number(),
          credit_score: number,
          is_high_risk: flag,
        }),
      )
      .readonly(),
  })
  .openapi("CustomerMatches");

const condition = z.object({
  label: z.string(),
  kind,
  value: number,
  compare: z.enum(["below", "above"]),
  threshold: number,
  parameter: z.string(),
  met: flag,
  distance: number.openapi({ description: "value less threshold" }),
  sentence: z.string(),
});

const verdict = z
  .object({
    name: z.enum(["high_risk", "high_debt", "premium", "assistance"]),
    label: z.string(),
    definition: z.string(),
    met: flag.openapi({ description: "null where it cannot be told" }),
    rules: z
      .array(z.object({ met: flag, conditions: z.array(condition).readonly() }))
      .readonly()
      .openapi({ description: "one that holds is enough" }),
    lacking,
  })
  .openapi("Verdict");

const customer = z
  .object({
    user_id: key,
    as_of: z.string(),
    attributes: z
      .array(
        z.object({
          name: z.string(),
          label: z.string(),
          doc: z.string(),
          kind,
          value: scalar,
          missing: z.enum(["in the files", "of this customer"]).nullable(),
          role: z
            .enum(["decides", "describes", "recorded"])
            .openapi({ description: "what describes is never a reason for risk or a credit offer" }),
        }),
      )
      .readonly(),
    traits: z.array(z.object({ name: z.string(), label: z.string(), value: text })).readonly(),
    standing: z
      .array(
        z.object({
          name: z.string(),
          label: z.string(),
          doc: z.string(),
          kind,
          value: number,
          median: number,
          min: number,
          max: number,
          percentile: number.openapi({
            description: "share with a smaller figure and half of those with the same, 0 to 1",
          }),
          customers: z.number().openapi({ description: "compared with" }),
          absent: z.string().openapi({ description: "why there is no value, where there is none" }),
          lacking,
        }),
      )
      .readonly(),
    is_selected: z.boolean().openapi({ description: "whether the look selects the customer" }),
    cards_total: z.number(),
    cards: z
      .array(
        z.object({
          card_id: key,
          brand: text,
          type: text,
          status: z.enum(["expired", "expiring", "later"]).nullable(),
          is_valid: flag,
          is_not_yet_opened: z.boolean(),
          expires_soon: flag,
          opened_on: text,
          expires_on: text,
          credit_limit_usd: number,
          balance_usd: number,
          has_chip: flag,
          pin_changed_year: number,
          on_dark_web: flag,
          card_last4: text,
        }),
      )
      .readonly(),
    verdicts: z.object({ high_risk: verdict, high_debt: verdict, premium: verdict, assistance: verdict }),
    offers: z
      .array(
        z.object({
          offer: z.string(),
          kind: z.enum(["credit", "service", "support", "information"]),
          definition: z.string(),
          status: z.enum(["candidate", "excluded", "not eligible", "not computable"]),
          reason: z.string(),
          untested: z.array(z.string()).readonly(),
        }),
      )
      .readonly(),
    findings_total: z.number(),
    findings: z
      .array(
        z.object({
          code: z.string(),
          severity,
          table: z.enum(["users", "cards"]),
          column: text,
          label: text,
          row: number,
          card_id: text,
          value: text,
          doc: z.string(),
          action: z.string(),
        }),
      )
      .readonly(),
  })
  .openapi("Customer");

export type MatchesAnswer = z.infer<typeof matches>;
export type CustomerAnswer = z.infer<typeof customer>;
export type CustomerCard = CustomerAnswer["cards"][number];
export type VerdictAnswer = z.infer<typeof verdict>;

const answerOf = (profile: CustomerProfile): CustomerAnswer => {
  const { id, asOf, isSelected, cardsTotal, findingsTotal, ...rest } = profile;
  return {
    user_id: id,
    as_of: asOf,
    is_selected: isSelected,
    cards_total: cardsTotal,
    findings_total: findingsTotal,
    ...rest,
  };
};

/** A search box needs few; more are found by typing on. */
const MOST = 200;

export const customersRoutes = (desk: Desk) =>
  routes()
    .openapi(
      createRoute({
        method: "get",
        path: "/customers",
        summary: "customers by id, by the id of a card, or by its last four digits",
        request: {
          query: lookQuery.extend({
            q: z.string().max(100).optional(),
            limit: z.coerce.number().int().min(1).max(MOST).optional(),
          }),
        },
        responses: {
          200: {
            description: "the id itself first, then ids that begin with the text; filters are passed over",
            content: { "application/json": { schema: matches } },
          },
          ...failures,
        },
      }),
      async (c) => {
        const { q = "", limit = 20 } = c.req.valid("query");
        const found: Matches = await desk.explorer.at(
          desk.look(c),
          (sight) => searchCustomers(sight, q, limit),
          c.req.raw.signal,
        );
        return c.json(found, 200);
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/customers/{id}",
        summary: "one customer: standing, cards, risk, audiences, offers and findings, each with its reason",
        request: { params: z.object({ id: z.string().max(1_000) }), query: lookQuery },
        responses: {
          200: { description: "the customer", content: { "application/json": { schema: customer } } },
          ...failures,
        },
      }),
      async (c) => {
        const profile = await desk.explorer.at(
          desk.look(c),
          (sight) => customerProfile(sight, c.req.valid("param").id),
          c.req.raw.signal,
        );
        return c.json(answerOf(profile), 200);
      },
    );
