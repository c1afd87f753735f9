import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Explorer } from "../../src/explore/explorer.ts";
import { Live } from "../../src/live/live.ts";
import { writeSample } from "../../src/sample/sample.ts";
import { createApp } from "../../src/server/app.ts";
import { Desk } from "../../src/server/desk.ts";
import { Imports } from "../../src/server/imports/imports.ts";
import { type Listening, listen } from "../../src/server/serve.ts";

interface Running {
  readonly live: Live;
  readonly desk: Desk;
  readonly imports: Imports<Explorer>;
  readonly server: Listening;
}

/** What an event is made from; the rest is filled in. */
export interface Told {
  readonly type: "customer" | "card" | "balance";
  readonly subject: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly op?: "delete";
  readonly time?: string;
}

/** A dashboard over a workspace of made-up data; it can be stopped and started again on the same port. */
export class LiveDashboard implements AsyncDisposable {
  readonly #folder: string;
  readonly #files: readonly string[];
  #running: Running | undefined;
  #port = 0;
  #sequence = 0;

  private constructor(folder: string, files: readonly string[]) {
    this.#folder = folder;
    this.#files = files;
  }

  /** Without customers, without files. */
  static async open({ customers = 600 }: { customers?: number } = {}): Promise<LiveDashboard> {
    const folder = await mkdtemp(join(tmpdir(), "cardscope-live-"));
    const sample = { customers, seed: 1, format: "csv", brief: false } as const;
    const files: string[] = [];
    if (customers > 0) {
      const { users, cards } = await writeSample(join(folder, "files"), sample);
      files.push(users, cards);
    }
    const dashboard = new LiveDashboard(folder, files);
    await dashboard.start();
    return dashboard;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get live(): Live {
    if (this.#running === undefined) throw new Error("the dashboard is stopped");
    return this.#running.live;
  }

  async start(): Promise<void> {
    const files = this.#port === 0 ? this.#files : [];
    const live = await Live.open(join(this.#folder, "workspace"), files);
    const desk = new Desk();
    await desk.replace(live.explorer, { live });
    const imports = new Imports((sent, how) => Explorer.open(sent, how), desk);
    const app = createApp(desk, { host: "127.0.0.1" }, imports);
    const server = await listen(app, { host: "127.0.0.1", port: this.#port });
    this.#port = server.port;
    this.#running = { live, desk, imports, server };
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.server[Symbol.asyncDispose]();
    await running?.imports[Symbol.asyncDispose]();
    await running?.live[Symbol.asyncDispose]();
    await running?.desk[Symbol.asyncDispose]();
  }

  /** Sends lines as they are; the status of the answer. */
  async post(...lines: readonly string[]): Promise<number> {
    const response = await fetch(`${this.url}/api/events`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${this.live.workspace.token}`,
        "content-type": "application/x-ndjson",
      },
      body: lines.join("\n"),
    });
    await response.text();
    return response.status;
  }

  /** Sends events with rising sequences. */
  async tell(...events: readonly Told[]): Promise<void> {
    const lines = events.map((event) => {
      const sequence = ++this.#sequence;
      return JSON.stringify({
        id: `e${sequence}`,
        source: "test",
        time: "2025-07-02T10:00:00Z",
        ...event,
        sequence,
      });
    });
    const status = await this.post(...lines);
    if (status !== 202) throw new Error(`events were answered by ${status}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
