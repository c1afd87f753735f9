import { createRoute, z } from "@hono/zod-openapi";
import { analyses } from "../../analyses/index.ts";
import { notComputable as whyNot } from "../../analyses/run.ts";
import { dimensionIds, dimensions } from "../../explore/dimensions.ts";
import { version } from "../../outputs/version.ts";
import { cards } from "../../schema/cards.ts";
import { issueCodes } from "../../schema/issues.ts";
import { type MeasureValues, measures, type Parameter } from "../../schema/measures.ts";
import type { Field } from "../../schema/tables.ts";
import { users } from "../../schema/users.ts";
import type { Desk } from "../desk.ts";
import { failures, routes } from "../failure.ts";

const source = z
  .object({
    table: z.enum(["users", "cards"]),
    file: z.string(),
    sheet: z.string().nullable(),
    rows: z.number(),
    sha256: z.string(),
    columns: z.array(z.object({ column: z.string(), header: z.string(), notation: z.string() })).readonly(),
    ignored: z.array(z.string()).readonly(),
  })
  .openapi("Source");

const issue = z
  .object({
    code: z.string(),
    severity: z.enum(["info", "warning", "error"]),
    table: z.enum(["users", "cards"]),
    column: z.string().nullable(),
    count: z.number().nullable(),
    examples: z.array(z.object({ row: z.number().nullable(), value: z.string().nullable() })).readonly(),
    action: z.string(),
  })
  .openapi("Issue");

const words = z.object({ label: z.string(), doc: z.string() });

const portfolio = z
  .object({
    id: z.number().openapi({ description: "rises when other files are opened" }),
    is_sample: z.boolean(),
    is_live: z.boolean().openapi({ description: "whether events change it; see /api/live" }),
    as_of: z.string(),
    as_of_source: z.enum(["given", "inferred", "today", "events"]),
    inputs: z.array(source).readonly(),
    issues: z.array(issue).readonly(),
    analyses: z.record(
      z.string(),
      z.object({
        title: z.string(),
        question: z.string(),
        topic: z.string(),
        unit: z.enum(["portfolio", "customer", "card"]),
        is_list: z.boolean(),
        because: z.string().optional().openapi({ description: "why it is not computable" }),
      }),
    ),
    dimensions: z
      .array(
        z.object({
          id: z.string(),
          label: z.string(),
          owner: z.enum(["customer", "card"]),
          shape: z.enum(["range", "category"]),
          kind: z.enum(["number", "usd", "ratio", "month", "label"]),
          because: z.string().optional(),
        }),
      )
      .readonly(),
    parameters: z.record(
      z.string(),
      z.object({
        measure: z.string(),
        doc: z.string(),
        default: z.number().nullable().openapi({ description: "null where only the reader can say" }),
        value: z.number().nullable().openapi({ description: "as the portfolio was opened" }),
        low: z.number(),
        high: z.number(),
      }),
    ),
    fields: z.record(z.string(), words),
    issue_docs: z.record(z.string(), z.string()),
    version: z.string(),
  })
  .openapi("Portfolio");

export type PortfolioInfo = z.infer<typeof portfolio>;

/** Everything about the open portfolio that no look changes. */
export function portfolioInfo(desk: Desk): PortfolioInfo {
  const { asOf, asOfSource, sources, issues, inputs, values } = desk.explorer.portfolio;
  return {
    id: desk.id,
    is_sample: desk.isSample,
    is_live: desk.isLive,
    as_of: asOf,
    as_of_source: asOfSource,
    inputs: sources,
    issues,
    analyses: Object.fromEntries(
      Object.values(analyses).map((analysis) => {
        const because = whyNot(analysis as never, desk.explorer.portfolio);
        const { id, title, question, topic, unit } = analysis;
        const isList = "list" in analysis && analysis.list === true;
        return [id, { title, question, topic, unit, is_list: isList, ...(because && { because }) }];
      }),
    ),
    dimensions: dimensionIds.map((id) => {
      const { label, owner, shape, kind, needs } = dimensions[id];
      const missing = inputs.missing(needs);
      return {
        id,
        label,
        owner,
        shape,
        kind,
        ...(missing.length > 0 && { because: `no ${missing.join(", no ")} in the files` }),
      };
    }),
    parameters: parametersOf(values),
    fields: Object.fromEntries(
      [users, cards].flatMap((table) =>
        Object.entries<Field>(table.fields).map(([name, { label, doc }]) => [
          `${table.name}.${name}`,
          { label, doc },
        ]),
      ),
    ),
    issue_docs: Object.fromEntries(Object.entries(issueCodes).map(([code, { doc }]) => [code, doc])),
    version,
  };
}

function parametersOf(values: MeasureValues): PortfolioInfo["parameters"] {
  const opened = values as Readonly<Record<string, Readonly<Record<string, number | null>>>>;
  return Object.fromEntries(
    Object.entries(measures).flatMap(([measure, { label, parameters }]) =>
      Object.entries<Parameter>(parameters).map(([name, { default: initial, doc, range }]) => [
        `${measure}.${name}`,
        {
          measure: label,
          doc,
          default: initial,
          value: opened[measure]?.[name] ?? initial,
          low: range[0],
          high: range[1],
        },
      ]),
    ),
  );
}

export const portfolioRoutes = (desk: Desk) =>
  routes().openapi(
    createRoute({
      method: "get",
      path: "/portfolio",
      summary: "the files that are open, what was found in them, and what can be asked",
      responses: {
        200: { description: "the portfolio", content: { "application/json": { schema: portfolio } } },
        ...failures,
      },
    }),
    (c) => c.json(portfolioInfo(desk), 200),
  );
