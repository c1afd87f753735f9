import { createRoute, z } from "@hono/zod-openapi";
import type { Chart } from "../../analyses/analysis.ts";
import type { ResultRow } from "../../engines/engine.ts";
import type { Look } from "../../explore/look.ts";
import { columnsWithRows } from "../../explore/rows.ts";
import { describe } from "../../outputs/document.ts";
import { checkIds } from "../../portfolio/options.ts";
import type { AnalysisId } from "../../portfolio/portfolio.ts";
import type { Desk } from "../desk.ts";
import { failures, routes } from "../failure.ts";
import { column, lookQuery, notComputable, rows } from "../shapes.ts";

const analysis = z
  .object({
    title: z.string(),
    question: z.string(),
    topic: z.enum(["overview", "demographics", "ownership", "risk", "predict", "expiry", "marketing"]),
    grain: z.string(),
    unit: z.enum(["portfolio", "customer", "card"]),
    definition: z.string(),
    params: z.record(z.string(), z.number()).readonly(),
    columns: z.array(column).readonly(),
    total: z.number().openapi({ description: "rows in all" }),
    list: z.boolean(),
    rows: rows.openapi({ description: "all rows, or the first of a list" }),
    insight: z.string(),
    chart: z.custom<Chart>(() => true).openapi({ type: "object", description: "how the rows are drawn" }),
    sql: z.string().openapi({ description: "what ran" }),
    opens: z
      .array(z.string())
      .readonly()
      .openapi({ description: "columns whose figures have rows behind them" }),
  })
  .openapi("Analysis");

const answers = z
  .object({
    as_of: z.string(),
    analyses: z.record(z.string(), analysis),
    not_computable: notComputable,
  })
  .openapi("Answers");

export type AnalysisAnswer = z.infer<typeof analysis>;
export type Answers = z.infer<typeof answers>;

/** Analyses at a look as the page shows them. */
export async function answersAt(
  desk: Desk,
  look: Look,
  ids: readonly AnalysisId[],
  signal?: AbortSignal,
): Promise<Answers> {
  const view = desk.explorer.viewOf(look);
  const { results, notComputable: missing } = await desk.results.at(look, ids, signal);
  return {
    as_of: view.asOf,
    analyses: Object.fromEntries(
      results.map((result) => [
        result.analysis.id,
        {
          ...describe(result),
          rows: result.rows as unknown as readonly ResultRow[],
          opens: columnsWithRows(result, view),
        },
      ]),
    ),
    not_computable: missing,
  };
}

export const analysesRoutes = (desk: Desk) =>
  routes().openapi(
    createRoute({
      method: "get",
      path: "/analyses",
      summary: "analyses at a look",
      request: {
        query: lookQuery.extend({
          ids: z.string().openapi({
            description: "ids, separated by commas",
            example: "debt-to-income,credit-score-bands",
          }),
        }),
      },
      responses: {
        200: { description: "their results", content: { "application/json": { schema: answers } } },
        ...failures,
      },
    }),
    async (c) => {
      const ids = c.req.valid("query").ids.split(",");
      checkIds(ids);
      return c.json(await answersAt(desk, desk.look(c), ids as AnalysisId[], c.req.raw.signal), 200);
    },
  );
