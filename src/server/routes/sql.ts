import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { CardscopeError } from "../../errors.ts";
import { type AnswerLimits, answer, CELL_LENGTH } from "../../explore/answer.ts";
import type { Sight } from "../../explore/explorer.ts";
import { wholePortfolio } from "../../explore/look.ts";
import { reachedIn } from "../../explore/reached.ts";
import { Slots } from "../../explore/slots.ts";
import { queryTables } from "../../explore/tables.ts";
import { namesLateModel } from "../../models/late.ts";
import { raw } from "../../sql/statement.ts";
import type { Desk } from "../desk.ts";
import { failures, routes } from "../failure.ts";
import { lookQuery, scalar } from "../shapes.ts";

const BODY_BYTES = 100_000;
/** Queries of users at once: the figures of the other pages are not to wait for them. */
const AT_ONCE = 2;
const MOST_ROWS = 100_000;
const LIMITS: AnswerLimits = { rows: 10_000, seconds: 30, bytes: 16 * 2 ** 20 };

const request = z.object({
  query: z.string().openapi({ description: "one SELECT", example: "select count(*) as n from users" }),
  max_rows: z.int().min(1).max(MOST_ROWS).optional(),
  narrowed: z.boolean().optional().openapi({ description: "read only what the look's filters select" }),
});

const result = z
  .object({
    columns: z
      .array(
        z.object({ name: z.string(), kind: z.enum(["number", "text", "boolean", "date"]), type: z.string() }),
      )
      .readonly(),
    rows: z.array(z.array(scalar).readonly()).readonly(),
    total_rows: z.number().openapi({ description: "rows that were read" }),
    truncated: z.enum(["rows", "bytes"]).nullable().openapi({ description: "what ended the reading early" }),
    shortened: z.number().openapi({ description: `cells cut to ${CELL_LENGTH} characters` }),
    milliseconds: z.number(),
    position: z.number().nullable().openapi({
      description:
        "of a live portfolio: the rows are of so many events, of a query that names predictions those that these are of; null where it is not live",
    }),
  })
  .openapi("QueryResult");

const tables = z
  .array(
    z.object({
      name: z.string(),
      doc: z.string(),
      columns: z.array(z.object({ name: z.string(), type: z.string(), doc: z.string() })).readonly(),
    }),
  )
  .readonly()
  .openapi("QueryTables");

export type QueryResult = z.infer<typeof result>;
export type QueryTables = z.infer<typeof tables>;

/** SQL of users over the open portfolio. */
export function sqlRoutes(desk: Desk, limits: Partial<AnswerLimits> = {}): OpenAPIHono {
  const slots = new Slots(AT_ONCE);
  const app = routes();
  app.use("/sql", bodyLimit({ maxSize: BODY_BYTES, onError: () => refuseLength() }));
  return app
    .openapi(
      createRoute({
        method: "post",
        path: "/sql",
        summary: "one SELECT over the models of a look",
        request: {
          query: lookQuery,
          body: { required: true, content: { "application/json": { schema: request } } },
        },
        responses: {
          200: { description: "its rows", content: { "application/json": { schema: result } } },
          ...failures,
        },
      }),
      async (c) => {
        const { query, max_rows: rows, narrowed = false } = c.req.valid("json");
        const { signal } = c.req.raw;
        const asked = desk.look(c);
        const look = narrowed ? asked : { ...asked, grain: wholePortfolio.grain, filters: {} };
        using _slot = await slots.take(signal);
        const { started, position, ...read } = await desk.explorer.at(
          look,
          async (sight) => {
            const started = performance.now();
            const engine = await sight.engineOf(query);
            const found = await answer(
              engine,
              query,
              { ...LIMITS, ...limits, ...(rows !== undefined && { rows }) },
              { narrow: sight.view.narrow, signal },
            );
            return { ...found, started, position: await positionOf(desk, sight, query) };
          },
          signal,
        );
        const { cut, ...rest } = read;
        const milliseconds = Math.round(performance.now() - started);
        return c.json({ ...rest, total_rows: read.rows.length, truncated: cut, milliseconds, position }, 200);
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/sql/tables",
        summary: "the tables and columns that a query may read",
        responses: {
          200: { description: "their names", content: { "application/json": { schema: tables } } },
          ...failures,
        },
      }),
      async (c) => c.json(await tablesOf(desk, c.req.raw.signal), 200),
    );
}

async function positionOf({ explorer }: Desk, sight: Sight, query: string): Promise<number | null> {
  if (!explorer.isLive) return null;
  return namesLateModel(query) ? (sight.learntAt() ?? null) : (await reachedIn(sight.engine)).position;
}

async function tablesOf(desk: Desk, signal: AbortSignal): Promise<QueryTables> {
  const found = await desk.explorer.at(
    wholePortfolio,
    ({ engine }) =>
      engine.query(
        raw(
          "select table_name, column_name, data_type from information_schema.columns where table_schema = 'main' order by ordinal_position",
        ),
      ),
    signal,
  );
  return Object.entries(queryTables).map(([name, { doc, columns }]) => ({
    name,
    doc,
    columns: found.rows
      .filter((row) => row["table_name"] === name)
      .map((row) => {
        const column = String(row["column_name"]);
        return { name: column, type: String(row["data_type"]), doc: columns[column] ?? "" };
      }),
  }));
}

function refuseLength(): never {
  throw new CardscopeError("QUERY_REFUSED", `the query is longer than ${BODY_BYTES / 1000} kB`, {
    hint: "write lists of values as a condition",
  });
}
