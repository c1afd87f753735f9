import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createRoute, z } from "@hono/zod-openapi";
import { dimensionIds, dimensions } from "../../explore/dimensions.ts";
import { filterWords } from "../../explore/filter-words.ts";
import { wholePortfolio } from "../../explore/look.ts";
import { rowsCsv, rowsXlsx } from "../../explore/row-files.ts";
import { allRows } from "../../explore/rows.ts";
import { IssueLog } from "../../ingest/issue-log.ts";
import { csv } from "../../outputs/csv.ts";
import { threshold } from "../../schema/format.ts";
import { maskCardNumbers } from "../../schema/mask.ts";
import type { Desk } from "../desk.ts";
import { failures, routes } from "../failure.ts";
import { type SentFile, sentAs, sentFile } from "../sent-file.ts";
import { foundAt, requestOf, rowsQuery } from "./rows.ts";

const types = {
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
} as const;

/** Lists in full, as files: the rows behind a figure, and every cell that something was found about. */
export const listsRoutes = (desk: Desk) => {
  const app = routes();
  for (const format of ["csv", "xlsx"] as const)
    app.openapi(
      createRoute({
        method: "get",
        path: `/rows.${format}`,
        summary: `all rows behind a figure, or of a list, as ${format}`,
        request: { query: rowsQuery },
        responses: { 200: described(types[format]), ...failures },
      }),
      async (c) => {
        const query = c.req.valid("query");
        const look = desk.look(c);
        const request = requestOf(query);
        const find = await foundAt(desk, look, request.analysis, c);
        const { signal } = c.req.raw;
        const file = await written(`rows.${format}`, signal, (write) =>
          desk.explorer.at(
            look,
            async (sight) => {
              const rows = await allRows(sight, request, find);
              const { asOf } = sight.view;
              const filters = dimensionIds.flatMap((id) => {
                const filter = look.filters[id];
                return filter === undefined ? [] : [`${dimensions[id].label}: ${filterWords(id, filter)}`];
              });
              const note = [
                ...filters,
                ...(filters.length > 0 && look.grain === "cards" ? ["cards are selected"] : []),
                ...Object.entries(look.settings).map(([name, value]) => `${name} = ${threshold(value)}`),
                ...(query.search?.trim() ? [`search: ${maskCardNumbers(query.search.trim())}`] : []),
              ].join("; ");
              await write(format === "csv" ? rowsCsv(rows) : rowsXlsx(rows, { asOf, note }));
            },
            signal,
          ),
        );
        return sentAs(`${request.analysis}.${format}`, types[format], file);
      },
    );
  app.openapi(
    createRoute({
      method: "get",
      path: "/issues.csv",
      summary: "every cell that something was found about",
      responses: { 200: described(types.csv), ...failures },
    }),
    async (c) => {
      const { signal } = c.req.raw;
      const file = await written("issues.csv", signal, (write) =>
        desk.explorer.at(
          wholePortfolio,
          ({ engine }) =>
            write(
              csv(
                ["code", "severity", "table", "column", "row", "value", "action"],
                IssueLog.of(engine).cells(),
              ),
            ),
          signal,
        ),
      );
      return sentAs("issues.csv", types.csv, file);
    },
  );
  return app;
};

type Chunks = AsyncIterable<string | Uint8Array>;

const written = (
  name: string,
  signal: AbortSignal,
  work: (write: (chunks: Chunks) => Promise<void>) => Promise<void>,
): Promise<SentFile> =>
  sentFile(async (folder) => {
    const path = join(folder, name);
    await work((chunks) =>
      pipeline(Readable.from(chunks), createWriteStream(path, { flags: "wx", mode: 0o600 }), { signal }),
    );
    return path;
  });

const described = (type: string) => ({
  description: "the file",
  content: { [type]: { schema: z.string().openapi({ format: "binary" }) } },
});
