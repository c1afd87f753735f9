import { createRoute, z } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { usage } from "../../errors.ts";
import { type ModelFileName, modelFile, modelFileNames, modelStateOf } from "../../explore/default-model.ts";
import { defaultRiskOf } from "../../explore/default-risk.ts";
import { scoreOpened, validateOpened } from "../../explore/sent-model.ts";
import { fairnessSchema, performanceSchema, stabilitySchema } from "../../risk/model.ts";
import { riskBands } from "../../schema/bands.ts";
import type { Desk } from "../desk.ts";
import { failures, routes } from "../failure.ts";
import { sentAs, sentFile } from "../sent-file.ts";
import { lookQuery } from "../shapes.ts";

const number = z.number().nullable();
const text = z.string().nullable();
const sentences = z.array(z.string()).readonly();

const model = z
  .object({
    kind: z.enum(["fitted", "ranking", "expert"]).openapi({
      description: "fitted: gives probabilities; ranking: learnt an order; expert: points by judgement",
    }),
    name: z.string(),
    label: z.string().openapi({ description: "what has to be said wherever it is used" }),
    statement: z.string(),
    because: z.string().openapi({ description: "why this one" }),
    customers: z.number(),
    defaults: z.number(),
    outcome: z
      .object({
        column: z.string(),
        event: sentences,
        definition: text,
        observed_on: text,
        window: text,
        unknown: z.number(),
      })
      .nullable(),
    performance: performanceSchema.nullable().openapi({ description: "from cross-validation" }),
    left_out: z.array(z.object({ column: z.string(), reason: z.string(), because: z.string() })).readonly(),
    caveats: sentences,
    files: z.array(z.object({ name: z.string(), about: z.string() })).readonly(),
  })
  .openapi("Model");

const validation = z
  .object({
    model: z.string(),
    customers: z.number(),
    defaults: number,
    performance: performanceSchema.nullable().openapi({ description: "null where no outcome is known" }),
    stability: z.array(stabilitySchema).readonly(),
    fairness: z.array(fairnessSchema).readonly(),
    caveats: sentences,
  })
  .openapi("ModelValidation");

const risk = z
  .object({
    kind: z.enum(["fitted", "ranking", "expert"]),
    name: z.string(),
    label: z.string(),
    rank: number.openapi({ description: "1 is the riskiest; null where the customer cannot be ranked" }),
    customers: z.number().openapi({ description: "who are ranked" }),
    band: z.enum(riskBands).nullable(),
    score: number,
    pd: number,
    reasons: sentences,
    change: text.openapi({ description: "the least change that lowers the band" }),
    missing_inputs: sentences,
    reference_rate: number,
    reference_caption: z.string(),
    caveat: z.string(),
    absent: z.string(),
  })
  .openapi("DefaultRisk");

export type ModelAnswer = z.infer<typeof model>;
export type ValidationAnswer = z.infer<typeof validation>;
export type DefaultRiskAnswer = z.infer<typeof risk>;

/** A model of many deep trees has a few megabytes. */
const MODEL_BYTES = 16 * 2 ** 20;
const sent = bodyLimit({
  maxSize: MODEL_BYTES,
  onError: () => {
    throw usage(
      `a model file of more than ${MODEL_BYTES / 2 ** 20} MiB`,
      "send the model.json of a training",
    );
  },
});
const modelBody = {
  required: true,
  description: "a model.json",
  content: { "application/json": { schema: z.unknown() } },
};

const types: Readonly<Record<ModelFileName, string>> = {
  "model.json": "application/json; charset=utf-8",
  "score.sql": "application/sql; charset=utf-8",
  "card.md": "text/markdown; charset=utf-8",
  "card.html": "text/html; charset=utf-8",
  "card.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

export const modelsRoutes = (desk: Desk) =>
  routes()
    .openapi(
      createRoute({
        method: "get",
        path: "/model",
        summary: "what predicts defaults in the open portfolio, and how well",
        request: { query: lookQuery },
        responses: {
          200: {
            description: "the model; filters are passed over",
            content: { "application/json": { schema: model } },
          },
          ...failures,
        },
      }),
      async (c) => c.json(await modelStateOf(desk.explorer), 200),
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/model/{name}",
        summary: "the trained model as a file: to score with, as SQL, or as a card to read",
        request: { params: z.object({ name: z.enum(modelFileNames) }), query: lookQuery },
        responses: {
          200: {
            description: "the file",
            content: { "application/octet-stream": { schema: z.string().openapi({ format: "binary" }) } },
          },
          ...failures,
        },
      }),
      async (c) => {
        const { name } = c.req.valid("param");
        desk.look(c);
        const content = await modelFile(desk.explorer, name);
        return new Response(content as Uint8Array<ArrayBuffer> | string, {
          headers: { "content-type": types[name], "content-disposition": `attachment; filename="${name}"` },
        });
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/model/validate",
        summary: "how a model that was trained elsewhere holds on the open portfolio",
        middleware: [sent] as const,
        request: { query: lookQuery, body: modelBody },
        responses: {
          200: {
            description:
              "performance where outcomes are known, stability against its training data; filters are passed over",
            content: { "application/json": { schema: validation } },
          },
          ...failures,
        },
      }),
      async (c) => {
        const found = await validateOpened(desk.explorer, desk.look(c), await c.req.text(), c.req.raw.signal);
        return c.json(found, 200);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/model/score",
        summary: "the customers of the open portfolio, scored by a model that was trained elsewhere",
        middleware: [sent] as const,
        request: { query: lookQuery, body: modelBody },
        responses: {
          200: {
            description: "a line per customer; filters are passed over",
            content: { "text/csv": { schema: z.string() } },
          },
          ...failures,
        },
      }),
      async (c) => {
        const body = await c.req.text();
        const { signal } = c.req.raw;
        const file = await sentFile((folder) =>
          scoreOpened(desk.explorer, desk.look(c), body, folder, signal),
        );
        return sentAs("scores.csv", "text/csv; charset=utf-8", file);
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/customers/{id}/default-risk",
        summary: "one customer's place by risk of default, with the reasons and what would change the band",
        request: { params: z.object({ id: z.string().max(1_000) }), query: lookQuery },
        responses: {
          200: { description: "among all customers", content: { "application/json": { schema: risk } } },
          ...failures,
        },
      }),
      async (c) => {
        const found = await defaultRiskOf(
          desk.explorer,
          desk.look(c),
          c.req.valid("param").id,
          c.req.raw.signal,
        );
        return c.json(found, 200);
      },
    );
