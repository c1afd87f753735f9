import { createRoute, z } from "@hono/zod-openapi";
import { comparisons, writtenRule } from "../../live/alerts/rule.ts";
import type { Desk } from "../desk.ts";
import { failures, routes } from "../failure.ts";
import { scalar } from "../shapes.ts";

const alert = z
  .object({
    id: z.string(),
    name: z.string(),
    analysis: z.string(),
    column: z.string().openapi({ description: "a figure, or rows: how many rows there are" }),
    where: z
      .record(z.string(), scalar)
      .readonly()
      .nullable()
      .openapi({
        description:
          "columns of the analysis choose its row; dimensions narrow the portfolio, written as in the page's address",
        example: { utilisation: "0.9.." },
      }),
    comparison: z.enum(comparisons),
    threshold: z.number().nullable(),
    state: z.enum(["firing", "quiet", "not_computable"]),
    value: z.number().nullable(),
    because: z.string().nullable(),
    since: z.string().nullable(),
  })
  .openapi("Alert");
export type AlertAnswer = z.infer<typeof alert>;

const alerts = z
  .object({
    rules: z.array(alert).readonly(),
    webhook: z.object({
      configured: z.boolean(),
      waiting: z.number().openapi({ description: "calls that are to be made" }),
      failed: z.number().openapi({ description: "calls that were given up" }),
    }),
  })
  .openapi("Alerts");
export type AlertsAnswer = z.infer<typeof alerts>;

/** Rules over figures of a portfolio that changes. */
export const alertsRoutes = (desk: Desk) => {
  const app = routes();
  app.openapi(
    createRoute({
      method: "get",
      path: "/alerts",
      summary: "the rules, and how they stand",
      responses: {
        200: { description: "Rules.", content: { "application/json": { schema: alerts } } },
        ...failures,
      },
    }),
    async (c) => {
      const { list, webhook } = { list: desk.live.alerts.list, webhook: await desk.live.alerts.webhook() };
      return c.json({ rules: list, webhook }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/alerts",
      summary: "watch a figure",
      request: { body: { content: { "application/json": { schema: writtenRule } }, required: true } },
      responses: {
        201: { description: "The rule.", content: { "application/json": { schema: alert } } },
        ...failures,
      },
    }),
    async (c) => c.json(await desk.live.alerts.add(c.req.valid("json")), 201),
  );
  app.openapi(
    createRoute({
      method: "delete",
      path: "/alerts/{id}",
      summary: "watch a figure no longer",
      request: { params: z.object({ id: z.string() }) },
      responses: { 204: { description: "It is gone." }, ...failures },
    }),
    async (c) => {
      await desk.live.alerts.remove(c.req.valid("param").id);
      return c.body(null, 204);
    },
  );
  return app;
};
