import { createRoute, z } from "@hono/zod-openapi";
import { type WhatIf, whatIf, whatIfRows } from "../../explore/what-if.ts";
import type { Desk } from "../desk.ts";
import { failures, routes } from "../failure.ts";
import { column, lookQuery, rows } from "../shapes.ts";

const number = z.number().nullable();
const lacking = z
  .array(z.string())
  .readonly()
  .openapi({ description: "source columns that are not in the files" });

const comparison = z
  .object({
    as_of: z.object({ opened: z.string(), now: z.string() }),
    caveat: z.string().nullable().openapi({ description: "what a moved date does not move" }),
    figures: z
      .array(
        z.object({
          id: z.string(),
          label: z.string(),
          kind: z.enum(["count", "usd"]),
          unit: z.enum(["customer", "card"]).nullable(),
          opened: number,
          now: number,
          opened_of: number.openapi({ description: "what it is a part of" }),
          now_of: number,
          lacking,
        }),
      )
      .readonly(),
    lists: z
      .array(
        z.object({
          id: z.string(),
          label: z.string(),
          definition: z.string(),
          unit: z.enum(["customer", "card"]),
          opened: z.number(),
          now: z.number(),
          entered: z.number(),
          left: z.number(),
          lacking,
        }),
      )
      .readonly(),
    levers: z
      .array(
        z.object({
          title: z.string(),
          levers: z
            .array(
              z.object({
                name: z.string().openapi({ example: "high_risk.score_below" }),
                label: z.string(),
                measure: z.string(),
                doc: z.string(),
                unit: z.enum(["points", "of a year's income", "USD", "months", "years", "of the limit"]),
                default: z.number(),
                opened: z.number(),
                now: z.number(),
                low: z.number(),
                high: z.number(),
                min: z.number(),
                max: z.number(),
                step: z.number(),
                lacking,
              }),
            )
            .readonly(),
        }),
      )
      .readonly(),
  })
  .openapi("WhatIf");

const changed = z
  .object({ columns: z.array(column).readonly(), rows, total: z.number() })
  .openapi("WhatIfRows");

export type WhatIfAnswer = z.infer<typeof comparison>;
export type WhatIfRowsAnswer = z.infer<typeof changed>;
export type Lever = WhatIfAnswer["levers"][number]["levers"][number];
export type ListChange = WhatIfAnswer["lists"][number];

const answerOf = ({ asOf, figures, ...rest }: WhatIf): WhatIfAnswer => ({
  as_of: asOf,
  figures: figures.map(({ openedOf, nowOf, ...figure }) => ({
    ...figure,
    opened_of: openedOf,
    now_of: nowOf,
  })),
  ...rest,
});

const MOST_ROWS = 1_000;

export const whatIfRoutes = (desk: Desk) =>
  routes()
    .openapi(
      createRoute({
        method: "get",
        path: "/what-if",
        summary: "figures and lists under a look's date and thresholds beside those of the opened portfolio",
        request: { query: lookQuery },
        responses: {
          200: { description: "both sides", content: { "application/json": { schema: comparison } } },
          ...failures,
        },
      }),
      async (c) => {
        const { explorer } = desk;
        const compared = await explorer.at(
          desk.look(c),
          (sight) => whatIf(explorer.portfolio, sight),
          c.req.raw.signal,
        );
        return c.json(answerOf(compared), 200);
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/what-if/rows",
        summary: "who enters a list or leaves it",
        request: {
          query: lookQuery.extend({
            list: z.string().openapi({ example: "high-risk" }),
            change: z.enum(["entered", "left"]),
            offset: z.coerce.number().int().min(0).optional(),
            limit: z.coerce.number().int().min(1).max(MOST_ROWS).optional(),
          }),
        },
        responses: {
          200: {
            description: "in the order of keys, with the figures that decide",
            content: { "application/json": { schema: changed } },
          },
          ...failures,
        },
      }),
      async (c) => {
        const { list, change, offset = 0, limit = 100 } = c.req.valid("query");
        const found = await desk.explorer.at(
          desk.look(c),
          (sight) => whatIfRows(sight, { list, change, offset, limit }),
          c.req.raw.signal,
        );
        const columns = Object.entries(found.columns).map(([name, { label, doc, kind }]) => ({
          name,
          label,
          doc,
          kind,
        }));
        return c.json({ columns, rows: found.rows, total: found.total }, 200);
      },
    );
