import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { CardscopeError } from "../errors.ts";

export interface Listening extends AsyncDisposable {
  readonly port: number;
}

/** A browser that sends nothing is not waited for. */
const HEADERS_MS = 10_000;
/** A file may take its time to arrive; imports/uploads.ts watches that it does. */
const REQUEST_MS = 31 * 60_000;

/** Listens until it is disposed of. Port 0 is any free one. Throws USAGE when the address cannot be had. */
export async function listen(
  app: OpenAPIHono,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const server = await new Promise<Server>((done, failed) => {
    const starting = serve({ fetch: app.fetch, hostname: host, port }, () => done(starting)) as Server;
    starting.once("error", (error: NodeJS.ErrnoException) => failed(explain(error, host, port)));
  });
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = REQUEST_MS;
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      });
    },
  };
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): CardscopeError {
  const reasons: Readonly<Record<string, readonly [string, string]>> = {
    EADDRINUSE: [`port ${port} is in use`, "leave --port out to take a free one, or name another"],
    EACCES: [`port ${port} may not be opened`, "name a port above 1023 with --port"],
    EADDRNOTAVAIL: [`this machine has no address ${host}`, "leave --host out to serve this machine alone"],
    ENOTFOUND: [`no such host: ${host}`, "leave --host out to serve this machine alone"],
  };
  const [message, hint] = reasons[error.code ?? ""] ?? [
    `cannot listen on ${host}: ${error.message}`,
    "try --port 0",
  ];
  return new CardscopeError("USAGE", message, { hint, cause: error });
}
