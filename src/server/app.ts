import { OpenAPIHono } from "@hono/zod-openapi";
import { compress } from "hono/compress";
import { type Desk, StillOpening } from "./desk.ts";
import { failure } from "./failure.ts";
import type { Imports } from "./imports/imports.ts";
import { IsLive } from "./imports/refusals.ts";
import { pageRoutes } from "./page.ts";
import { alertsRoutes } from "./routes/alerts.ts";
import { analysesRoutes } from "./routes/analyses.ts";
import { crossfilterRoutes } from "./routes/crossfilter.ts";
import { customersRoutes } from "./routes/customers.ts";
import { eventsRoutes } from "./routes/events.ts";
import { historyRoutes } from "./routes/history.ts";
import { importsRoutes } from "./routes/imports.ts";
import { listsRoutes } from "./routes/lists.ts";
import { liveRoutes } from "./routes/live.ts";
import { modelsRoutes } from "./routes/models.ts";
import { openingRoutes } from "./routes/opening.ts";
import { portfolioRoutes } from "./routes/portfolio.ts";
import { reportsRoutes } from "./routes/reports.ts";
import { rowsRoutes } from "./routes/rows.ts";
import { selectionRoutes } from "./routes/selection.ts";
import { sqlRoutes } from "./routes/sql.ts";
import { whatIfRoutes } from "./routes/what-if.ts";
import { type Guard, guard, quietHeaders } from "./security.ts";

const PORTFOLIO_HEADER = "cardscope-portfolio";

/** The dashboard over HTTP: an API, described by OpenAPI, and the pages that use it; `imports` opens other files. */
export function createApp(desk: Desk, options: Guard, imports?: Imports): OpenAPIHono {
  const app = new OpenAPIHono();
  app.use("*", quietHeaders, guard(options));
  const compressed = compress();
  // what is pushed is sent at once
  app.use("*", (c, next) => (c.req.path === "/api/live/stream" ? next() : compressed(c, next)));
  app.onError(failure);
  app.notFound((c) => c.json({ error: { code: "NOT_FOUND", message: `nothing is at ${c.req.path}` } }, 404));
  const api = new OpenAPIHono();
  api.onError(failure);
  // a page of files that are no longer open learns it from any answer
  app.use("/api/*", async (c, next) => {
    await next();
    if (desk.isOpen) c.header(PORTFOLIO_HEADER, String(desk.id));
  });
  for (const routes of [
    openingRoutes,
    portfolioRoutes,
    analysesRoutes,
    selectionRoutes,
    crossfilterRoutes,
    rowsRoutes,
    listsRoutes,
    sqlRoutes,
    customersRoutes,
    modelsRoutes,
    whatIfRoutes,
    eventsRoutes,
    liveRoutes,
    alertsRoutes,
    historyRoutes,
  ])
    api.route("/api", routes(desk));
  api.route("/api", reportsRoutes(desk));
  app.route("/", api);
  if (imports !== undefined)
    app.route(
      "/api",
      importsRoutes(imports, () => {
        if (desk.opening !== undefined) throw new StillOpening();
        if (desk.isLive) throw new IsLive();
      }),
    );
  app.doc31("/api/openapi.json", {
    openapi: "3.1.0",
    info: { title: "Cardscope", version: "1", description: "The API of a running dashboard." },
  });
  app.route("/", pageRoutes(desk, api));
  return app;
}
