import { Workspace } from "../live/workspace.ts";
import type { Reading } from "./options.ts";
import { inSession } from "./session.ts";

export interface DashboardOptions extends Reading {
  readonly host: string;
  /** 0 is any free one. */
  readonly port: number;
  readonly open: boolean;
  /** Folder that keeps the portfolio and takes events. */
  readonly workspace?: string;
  /** Told when an alert of the workspace starts and when it ends. */
  readonly webhook?: string;
  /** Where else its events come from. */
  readonly nats?: readonly string[];
  readonly kafka?: readonly string[];
}

/** Serves the dashboard of the files, of a workspace, or of sample data, until it is stopped. */
export async function dashboard(files: readonly string[], options: DashboardOptions): Promise<void> {
  const { workspace } = options;
  const left = workspace === undefined ? "; nothing is left behind" : "";
  await inSession({ quiet: options.quiet, stopped: `stopped${left}` }, async (session) => {
    // one that is there is opened while the rest of the program is loaded
    const opening =
      workspace !== undefined && files.length === 0 && Workspace.isIn(workspace)
        ? Workspace.open(workspace, files, { ...options, signal: session.signal })
        : undefined;
    opening?.catch(() => {});
    try {
      const { serveDashboard } = await import("./serve-dashboard.ts");
      await serveDashboard(files, options, { session, opening });
    } finally {
      await (await opening?.catch(() => undefined))?.[Symbol.asyncDispose]();
    }
  });
}
