import { join } from "node:path";
import { Live, type LiveOptions } from "../../src/live/live.ts";
import { createApp } from "../../src/server/app.ts";
import { Desk } from "../../src/server/desk.ts";
import { listen } from "../../src/server/serve.ts";
import { portfolioOf, temporaryFolder, writeFiles } from "../live/feed.ts";

export interface LiveDashboard extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  readonly live: Live;
}

/** A dashboard over a workspace that is made for it, on a free port of this machine. */
export async function openLiveDashboard(
  customers: number,
  options: Pick<LiveOptions, "asOf" | "webhook">,
): Promise<LiveDashboard> {
  const folder = await temporaryFolder();
  const files = await writeFiles(folder.path, portfolioOf(customers));
  const live = await Live.open(join(folder.path, "workspace"), files, options);
  const desk = new Desk();
  await desk.replace(live.explorer, { live });
  const server = await listen(createApp(desk, { host: "127.0.0.1" }), { host: "127.0.0.1", port: 0 });
  return {
    url: `http://127.0.0.1:${server.port}`,
    live,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await live[Symbol.asyncDispose]();
      await desk[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
