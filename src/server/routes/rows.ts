import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { usage } from "../../errors.ts";
import type { Look } from "../../explore/look.ts";
import { type Find, type RowRequest, rowsBehind, rowsOf } from "../../explore/rows.ts";
import { checkIds } from "../../portfolio/options.ts";
import type { AnalysisId } from "../../portfolio/portfolio.ts";
import type { Desk } from "../desk.ts";
import { failures, routes } from "../failure.ts";
import { column, lookQuery, rows, scalar } from "../shapes.ts";

/** Rows of a page of a table: what a screen shows, and some to scroll. */
const MOST_ROWS = 1_000;

export const rowsQuery = lookQuery.extend({
  analysis: z.string().openapi({ example: "age-distribution" }),
  column: z
    .string()
    .optional()
    .openapi({ description: "of a figure; a list has none", example: "customers" }),
  key: z
    .string()
    .optional()
    .openapi({ description: "the row of the figure, as JSON", example: '{"band":"25-34"}' }),
  sort: z.string().optional().openapi({ description: "a column; with a minus in front the largest first" }),
  search: z.string().optional().openapi({ description: "what an id starts with, or a text holds" }),
});

const page = z
  .object({
    of: z.enum(["customer_profile", "card_profile", "offer_profile"]),
    title: z.string(),
    columns: z.array(column).readonly(),
    total: z.number(),
    rows,
    sql: z.string(),
  })
  .openapi("Rows");

export type RowsPage = z.infer<typeof page>;

const keySchema = z.record(z.string(), scalar);

/** Which rows a query asks for. Throws USAGE. */
export function requestOf(
  query: Omit<z.infer<typeof rowsQuery>, keyof z.infer<typeof lookQuery>>,
): RowRequest {
  const {
    analysis,
    column: name,
    key,
    sort,
    search,
  } = query as {
    analysis: string;
    column?: string;
    key?: string;
    sort?: string;
    search?: string;
  };
  return {
    analysis,
    ...(name !== undefined && { column: name, key: parseKey(key ?? "{}") }),
    ...(sort && { sort: { column: sort.replace(/^-/, ""), descending: sort.startsWith("-") } }),
    ...(search && { search }),
  };
}

function parseKey(text: string): z.infer<typeof keySchema> {
  try {
    return keySchema.parse(JSON.parse(text));
  } catch {
    throw usage(`not the key of a row: ${text.slice(0, 200)}`, 'write it as JSON, such as {"band":"25-34"}');
  }
}

/**
 * The result whose rows are asked for. It is found before a slot is taken: who holds a slot must not wait for
 * another.
 */
export async function foundAt(desk: Desk, look: Look, id: string, c: Context): Promise<Find> {
  checkIds([id]);
  const result = await desk.results.one(look, id as AnalysisId, c.req.raw.signal);
  return () => Promise.resolve(result);
}

export const rowsRoutes = (desk: Desk) =>
  routes().openapi(
    createRoute({
      method: "get",
      path: "/rows",
      summary: "the rows behind a figure, or of a list, a page at a time",
      request: {
        query: rowsQuery.extend({
          offset: z.coerce.number().int().min(0).default(0),
          limit: z.coerce.number().int().min(0).max(MOST_ROWS).default(100),
        }),
      },
      responses: {
        200: { description: "a page of rows", content: { "application/json": { schema: page } } },
        ...failures,
      },
    }),
    async (c) => {
      const query = c.req.valid("query");
      const look = desk.look(c);
      const request = { ...requestOf(query), offset: query.offset, limit: query.limit };
      const find = await foundAt(desk, look, request.analysis, c);
      const found = await desk.explorer.at(
        look,
        (sight) => ("column" in request ? rowsBehind(sight, request, find) : rowsOf(sight, request, find)),
        c.req.raw.signal,
      );
      return c.json(found, 200);
    },
  );
