import { createRoute, z } from "@hono/zod-openapi";
import type { AnyAnalysis } from "../../analyses/analysis.ts";
import { checkDate } from "../../portfolio/options.ts";
import type { Column } from "../../schema/columns.ts";
import type { Desk } from "../desk.ts";
import { failures, routes } from "../failure.ts";
import { column, row, rows } from "../shapes.ts";

const shownColumn = column.pick({ name: true, label: true, kind: true }).openapi("HistoryColumn");

const known = z
  .object({
    days: z.array(z.string()).readonly().openapi({ description: "the present one is the last" }),
    analyses: z.array(z.object({ id: z.string(), title: z.string() })).readonly(),
  })
  .openapi("History");
export type HistoryAnswer = z.infer<typeof known>;

const trend = z
  .object({
    analysis: z.string(),
    columns: z.array(shownColumn).readonly(),
    days: z
      .array(
        z.object({
          day: z.string(),
          rows,
          position: z.number().openapi({ description: "events that the figures know of" }),
        }),
      )
      .readonly(),
  })
  .openapi("Trend");
export type TrendAnswer = z.infer<typeof trend>;

const comparison = z
  .object({
    from: z.string(),
    to: z.string(),
    analyses: z
      .array(
        z.object({
          id: z.string(),
          title: z.string(),
          columns: z.array(shownColumn).readonly(),
          rows: z
            .array(z.object({ from: row.nullable(), to: row.nullable() }))
            .readonly()
            .openapi({ description: "matched by what names a row; null where it was not there" }),
        }),
      )
      .readonly(),
  })
  .openapi("Comparison");
export type ComparisonAnswer = z.infer<typeof comparison>;

const json = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { "application/json": { schema } },
});

const columnsOf = ({ columns }: AnyAnalysis) =>
  Object.entries<Column>(columns).map(([name, { label, kind }]) => ({ name, label, kind }));

/** Figures of a portfolio that changes, day by day. */
export const historyRoutes = (desk: Desk) => {
  const app = routes();
  app.openapi(
    createRoute({
      method: "get",
      path: "/history",
      summary: "the days that are kept, and the analyses that have a history",
      responses: { 200: json("Days.", known), ...failures },
    }),
    async (c) => {
      const { history } = desk.live;
      const found = await history.analyses();
      return c.json(
        { days: await history.days(), analyses: found.map(({ id, title }) => ({ id, title })) },
        200,
      );
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/history/compare",
      summary: "the figures of two days beside each other",
      request: {
        query: z.object({
          from: z.string().openapi({ example: "2026-10-31" }),
          to: z.string().openapi({ example: "2026-11-27" }),
        }),
      },
      responses: { 200: json("Figures.", comparison), ...failures },
    }),
    async (c) => {
      const { from, to } = c.req.valid("query");
      for (const day of [from, to]) checkDate(day);
      const compared = await desk.live.history.compare(from, to);
      return c.json(
        {
          from,
          to,
          analyses: compared.map(({ analysis, rows: pairs }) => ({
            id: analysis.id,
            title: analysis.title,
            columns: columnsOf(analysis),
            rows: pairs.map((pair) => ({ from: pair.from, to: pair.to })),
          })),
        },
        200,
      );
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/history/{analysis}",
      summary: "the figures of an analysis, day by day",
      request: { params: z.object({ analysis: z.string().openapi({ example: "portfolio-summary" }) }) },
      responses: { 200: json("Figures.", trend), ...failures },
    }),
    async (c) => {
      const { analysis, days } = await desk.live.history.of(c.req.valid("param").analysis);
      return c.json({ analysis: analysis.id, columns: columnsOf(analysis), days }, 200);
    },
  );
  return app;
};
