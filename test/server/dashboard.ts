import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Explorer, type ExplorerOptions } from "../../src/explore/explorer.ts";
import { writeSample } from "../../src/sample/sample.ts";
import { createApp } from "../../src/server/app.ts";
import { Desk } from "../../src/server/desk.ts";
import { Imports } from "../../src/server/imports/imports.ts";
import { listen } from "../../src/server/serve.ts";

export interface Dashboard extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  readonly desk: Desk;
  readonly token: string;
}

interface Options extends ExplorerOptions {
  /** Sample data when left out. */
  readonly files?: readonly string[];
  /** In sample data. */
  readonly customers?: number;
  /** Ask for a token, as a server that is bound wider does. */
  readonly isWide?: boolean;
}

/** A dashboard that listens on a free port of this machine. */
export async function openDashboard({
  files,
  customers = 2000,
  isWide = false,
  ...options
}: Options = {}): Promise<Dashboard> {
  const folder = await mkdtemp(join(tmpdir(), "cardscope-dashboard-"));
  const desk = new Desk();
  try {
    const sample = async () => {
      const { users, cards } = await writeSample(folder, {
        customers,
        seed: 1,
        format: "csv",
        brief: false,
      });
      return [users, cards];
    };
    await desk.replace(await Explorer.open(files ?? (await sample()), options), {
      isSample: files === undefined,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const token = randomUUID();
  const imports = new Imports((sent, how) => Explorer.open(sent, how), desk);
  const app = createApp(desk, isWide ? { host: "0.0.0.0", token } : { host: "127.0.0.1" }, imports);
  const server = await listen(app, { host: "127.0.0.1", port: 0 });
  return {
    url: `http://127.0.0.1:${server.port}`,
    desk,
    token,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await imports[Symbol.asyncDispose]();
      await desk[Symbol.asyncDispose]();
    },
  };
}
