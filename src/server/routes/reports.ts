import { createRoute, z } from "@hono/zod-openapi";
import { isNarrowed } from "../../explore/look.ts";
import type { Desk } from "../desk.ts";
import { failures, routes } from "../failure.ts";
import { ReportFiles, type ReportFormat, reportFormats } from "../report-files.ts";
import { sentAs } from "../sent-file.ts";
import { lookQuery } from "../shapes.ts";

const types: Readonly<Record<ReportFormat, readonly [type: string, summary: string]>> = {
  html: ["text/html", "the report of a look as one file: offline, interactive, printable"],
  xlsx: [
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "the report of a look as a workbook: a sheet per analysis, native charts, lists in full",
  ],
  pdf: [
    "application/pdf",
    "the report of a look as it prints; needs Chromium or Chrome on the server's machine",
  ],
};

export const reportsRoutes = (desk: Desk, files = new ReportFiles()) => {
  const app = routes();
  for (const format of reportFormats) {
    const [type, summary] = types[format];
    app.openapi(
      createRoute({
        method: "get",
        path: `/report.${format}`,
        summary,
        request: { query: lookQuery },
        responses: {
          200: {
            description: "the file, stamped with filters, as-of date, thresholds and source hashes",
            content: { [type]: { schema: z.string().openapi({ format: "binary" }) } },
          },
          ...failures,
        },
      }),
      async (c) => {
        const look = desk.look(c);
        const { explorer } = desk;
        const { signal } = c.req.raw;
        try {
          const file = await files.write(explorer, look, format, signal);
          const name = `cardscope-${explorer.viewOf(look).asOf}${isNarrowed(look) ? "-part" : ""}.${format}`;
          return sentAs(name, format === "html" ? `${type}; charset=utf-8` : type, file);
        } catch (error) {
          // what an aborted request ends with need not be an error
          if (signal.aborted) return new Response(null, { status: 499 });
          throw error;
        }
      },
    );
  }
  return app;
};
