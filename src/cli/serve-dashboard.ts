import { randomBytes } from "node:crypto";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import { usage } from "../errors.ts";
import { Explorer } from "../explore/explorer.ts";
import { openFeeds } from "../feeds/open-feeds.ts";
import { checkWebhook, type WebhookTarget } from "../live/alerts/webhook.ts";
import { Live } from "../live/live.ts";
import { Workspace } from "../live/workspace.ts";
import type { StepProgress } from "../progress.ts";
import { createApp } from "../server/app.ts";
import { Desk } from "../server/desk.ts";
import { Imports } from "../server/imports/imports.ts";
import { isLoopback } from "../server/security.ts";
import { listen } from "../server/serve.ts";
import type { DashboardOptions } from "./dashboard.ts";
import type { Session } from "./session.ts";

/** Serves the dashboard of the files, of a workspace, or of sample data, until the session is stopped. */
export async function serveDashboard(
  files: readonly string[],
  options: DashboardOptions,
  { session, opening }: { readonly session: Session; readonly opening: Promise<Workspace> | undefined },
): Promise<void> {
  const webhook = webhookOf(options);
  await checkFeeds(options);
  await using desk = new Desk();
  const token = isLoopback(options.host) ? undefined : randomBytes(18).toString("base64url");
  const { asOf, settings, map, sheets, memory } = options;
  const limits = memory === undefined ? {} : { memory };
  await using imports = new Imports(
    (sent, how) => Explorer.open(sent, { settings, ...limits, ...how }),
    desk,
  );
  const app = createApp(desk, { host: options.host, ...(token && { token }) }, imports);
  // a port that is taken is told before the files are read
  await using server = await listen(app, options);
  const isSample = files.length === 0 && options.workspace === undefined;
  const reading = {
    settings,
    map,
    sheets,
    ...limits,
    ...(asOf !== undefined && { asOf }),
    onProgress: (step: string, done?: StepProgress) => {
      session.progress.step(step, done);
      desk.reads(step, done);
    },
    signal: session.signal,
  };
  desk.reads(options.workspace === undefined ? "reading files" : "opening the workspace");
  await using live =
    options.workspace === undefined
      ? undefined
      : await Live.over(opening ?? Workspace.open(options.workspace, files, reading), {
          ...reading,
          ...(webhook && { webhook }),
        });
  const explorer =
    live?.explorer ?? (await Explorer.open(isSample ? await session.sample() : files, reading));
  await desk.replace(explorer, { isSample, ...(live && { live }) });
  session.progress.clear();
  if (isSample) console.log("no files given: this is a made-up sample portfolio");
  const host = options.host === "0.0.0.0" || options.host === "::" ? "127.0.0.1" : options.host;
  const address = `http://${isIPv6(host) ? `[${host}]` : host}:${server.port}/`;
  const url = token === undefined ? address : `${address}?token=${token}`;
  console.log(`Cardscope is at ${url}  (Ctrl-C stops it)`);
  if (live !== undefined)
    console.log(
      `events: POST ${address}api/events, with the token in ${join(live.workspace.folder, "events.token")}`,
    );
  await using _feeds = live && (await openFeeds(live, options));
  if (options.open) await openInBrowser(url);
  await session.interrupted();
}

/** What is no address is told before files are read. Throws USAGE. */
async function checkFeeds({ nats = [], kafka = [], workspace }: DashboardOptions): Promise<void> {
  const [given] = [...nats, ...kafka];
  if (given === undefined) return;
  if (workspace === undefined)
    throw usage(`events from ${given} need a place to be kept in`, "name one with --workspace DIR");
  if (nats.length > 0) nats.map((await import("../feeds/nats-options.ts")).natsOptions);
  if (kafka.length > 0) kafka.map((await import("../feeds/kafka-options.ts")).kafkaOptions);
}

/** The secret is no option: what others see in the list of processes is none. Throws USAGE. */
function webhookOf({ webhook: url, workspace }: DashboardOptions): WebhookTarget | undefined {
  if (url === undefined) return undefined;
  if (workspace === undefined)
    throw usage("--webhook tells of the alerts of a workspace", "name one with --workspace DIR");
  const webhook = { url, secret: process.env["CARDSCOPE_WEBHOOK_SECRET"] ?? "" };
  checkWebhook(webhook);
  return webhook;
}

/** A machine without a browser still has the address. */
async function openInBrowser(url: string): Promise<void> {
  const { default: open } = await import("open");
  try {
    const child = await open(url);
    child.once("error", () => {});
    child.unref();
  } catch {
    // nothing to open it with
  }
}
