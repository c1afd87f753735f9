import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { FeedEvent } from "../../src/schema/event.ts";
import type { LiveState } from "../../src/server/routes/live.ts";

const bin = fileURLToPath(new URL("../../bin/cardscope.js", import.meta.url));

export interface Sent {
  readonly status: number;
  readonly accepted: number;
  readonly taken: number;
  readonly rejected: readonly { readonly line: number; readonly reason: string }[];
}

/** A dashboard on a workspace, in a process of its own. */
export class Served implements AsyncDisposable {
  readonly url: string;
  readonly #process: ChildProcess | undefined;
  readonly #workspace: string;
  /** From its start to its first answer about the live portfolio. */
  readonly startMs: number;

  private constructor(process: ChildProcess | undefined, url: string, workspace: string, startMs: number) {
    this.#process = process;
    this.url = url;
    this.#workspace = workspace;
    this.startMs = startMs;
  }

  /** One that somebody else started. */
  static at(url: string, workspace: string): Served {
    return new Served(undefined, url, workspace, 0);
  }

  static async start(workspace: string, args: readonly string[] = []): Promise<Served> {
    const started = performance.now();
    const child = spawn(process.execPath, [bin, ...args, "--workspace", workspace, "--no-open", "--quiet"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    const url = await new Promise<string>((done, failed) => {
      const hear = (text: Buffer) => {
        said += text;
        const found = /Cardscope is at (http:\S+)/.exec(said)?.[1];
        if (found !== undefined) done(found.replace(/\/$/, ""));
      };
      child.stdout?.on("data", hear);
      child.stderr?.on("data", hear);
      child.once("exit", (code) => failed(new Error(`cardscope ended with ${code}: ${said}`)));
    });
    await fetch(`${url}/api/live`);
    return new Served(child, url, workspace, performance.now() - started);
  }

  /** Sends lines; rejects where no answer comes. */
  async send(lines: readonly string[]): Promise<Sent> {
    const token = (await readFile(`${this.#workspace}/events.token`, "utf8")).trim();
    const response = await fetch(`${this.url}/api/events`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/x-ndjson" },
      body: lines.join("\n"),
    });
    return { status: response.status, ...((await response.json()) as Omit<Sent, "status">) };
  }

  sendEvents(events: readonly FeedEvent[]): Promise<Sent> {
    return this.send(events.map((event) => JSON.stringify(event)));
  }

  async json<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Waits until figures are of everything that is committed. */
  async published(): Promise<LiveState> {
    for (;;) {
      const state = await this.json<LiveState>("/api/live");
      if (state.because !== null) throw new Error(state.because);
      if (state.position === state.committed) return state;
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  /** As a power cut does. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end("SIGTERM");
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill(signal);
    await ended;
  }
}
