import { createRoute, z } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { usage } from "../../errors.ts";
import { encodeCube } from "../../explore/crossfilter/cube.ts";
import { checkDimension } from "../../explore/look.ts";
import type { Desk } from "../desk.ts";
import { failures, routes } from "../failure.ts";
import { lookQuery } from "../shapes.ts";

const part = z.object({ selected: z.number(), whole: z.number() });
const common = {
  id: z.string(),
  label: z.string(),
  owner: z.enum(["customer", "card"]),
  because: z.string().optional(),
  counts: z.array(z.number()).readonly(),
  whole: z.array(z.number()).readonly(),
  missing: z.object({ count: z.number(), whole: z.number() }),
};
const counts = z
  .object({
    grain: z.enum(["customers", "cards"]),
    customers: part,
    cards: part,
    dimensions: z
      .array(
        z.discriminatedUnion("shape", [
          z.object({
            ...common,
            shape: z.literal("range"),
            kind: z.enum(["number", "usd", "ratio", "month"]),
            step: z.number(),
            barSteps: z.number(),
            edges: z.array(z.union([z.number(), z.string()])).readonly(),
            open: z.object({ low: z.boolean(), high: z.boolean() }),
          }),
          z.object({
            ...common,
            shape: z.literal("category"),
            kind: z.literal("label"),
            names: z.array(z.string()).readonly(),
            others: z.number().optional(),
          }),
        ]),
      )
      .readonly(),
  })
  .openapi("Crossfilter");

/** Far more than a brush takes to say. */
const BODY_BYTES = 4096;

export type CrossfilterAnswer = z.infer<typeof counts>;

const brush = z.object({
  active: z.string().openapi({ description: "the dimension that is brushed", example: "score" }),
  move: z
    .union([
      z.object({ anchor: z.number().int().openapi({ description: "the bin that stays" }) }),
      z.object({ width: z.number().int().openapi({ description: "bins of a window that slides" }) }),
    ])
    .optional()
    .openapi({ description: "how a brush over cards moves" }),
});

export const crossfilterRoutes = (desk: Desk) => {
  const app = routes();
  app.use("/crossfilter/cube", bodyLimit({ maxSize: BODY_BYTES, onError: () => refuseBody() }));
  app.openapi(
    createRoute({
      method: "get",
      path: "/crossfilter",
      summary: "every dimension under the filters of all others, beside the whole",
      request: { query: lookQuery },
      responses: {
        200: { description: "counts by bar", content: { "application/json": { schema: counts } } },
        ...failures,
      },
    }),
    async (c) => {
      const look = desk.look(c);
      return c.json((await desk.crossfilters.at(look)).counts(look), 200);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/crossfilter/cube",
      summary: "what a page needs to follow a brush without asking again",
      request: {
        query: lookQuery,
        body: { required: true, content: { "application/json": { schema: brush } } },
      },
      responses: {
        200: {
          description: "the layout as JSON after its length, then counts of 32 bits; little-endian",
          content: { "application/octet-stream": { schema: z.string().openapi({ format: "binary" }) } },
        },
        ...failures,
      },
    }),
    async (c) => {
      const { active, move } = c.req.valid("json");
      checkDimension(active);
      const look = desk.look(c);
      const cube = (await desk.crossfilters.at(look)).cube(look, active, move);
      return c.body(encodeCube(cube), 200, { "content-type": "application/octet-stream" });
    },
  );
  return app;
};

function refuseBody(): never {
  throw usage(`a request of more than ${BODY_BYTES / 1024} KiB`);
}
