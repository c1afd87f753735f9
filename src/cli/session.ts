import { rm } from "node:fs/promises";
import { clearLeavings, temporaryFolder } from "../engines/temporary.ts";
import { openPortfolio, type Portfolio, type PortfolioOptions } from "../portfolio/portfolio.ts";
import { writeSample } from "../sample/sample.ts";
import type { Reading } from "./options.ts";
import { Progress } from "./progress.ts";

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** A run of a command: progress, files to remove, and a clean end on Ctrl-C. */
export class Session implements AsyncDisposable {
  readonly progress: Progress;
  readonly #controller = new AbortController();
  readonly #folders: string[] = [];
  readonly #interrupts: (() => void)[] = [];
  readonly #handlers = Object.entries(SIGNALS).map(([signal, code]) => {
    const handler = () => {
      process.exitCode = code;
      this.#controller.abort();
      for (const interrupt of this.#interrupts) interrupt();
    };
    process.once(signal, handler);
    return { signal, handler };
  });

  constructor(options: { quiet?: boolean }) {
    this.progress = new Progress(options.quiet === true);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** A folder that is removed when the session ends, however it ends. */
  async temporaryFolder(): Promise<string> {
    const folder = await temporaryFolder("session");
    this.#folders.push(folder);
    return folder;
  }

  /** Resolves when the session is to end. */
  interrupted(): Promise<void> {
    if (this.signal.aborted) return Promise.resolve();
    return new Promise((done) => this.signal.addEventListener("abort", () => done(), { once: true }));
  }

  onInterrupt(interrupt: () => void): void {
    this.#interrupts.push(interrupt);
  }

  /** Reads the files, or sample data where there are none. */
  async open(
    files: readonly string[],
    reading: Reading,
    options: Pick<PortfolioOptions, "database" | "nearestPlaces">,
  ): Promise<Portfolio> {
    const { asOf, settings, map, sheets, memory } = reading;
    const portfolio = await openPortfolio(files.length > 0 ? files : await this.sample(), {
      settings,
      map,
      sheets,
      ...(asOf !== undefined && { asOf }),
      ...(memory !== undefined && { memory }),
      ...options,
      onProgress: (step, done) => this.progress.step(step, done),
      signal: this.signal,
    });
    this.onInterrupt(() => portfolio.interrupt());
    this.signal.throwIfAborted();
    return portfolio;
  }

  /** A made-up portfolio in a folder that goes with the session. */
  async sample(): Promise<string[]> {
    const folder = await this.temporaryFolder();
    const { signal } = this;
    const { users, cards } = await writeSample(folder, {
      customers: 2000,
      seed: 1,
      format: "csv",
      brief: false,
      signal,
    });
    return [users, cards];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.progress.clear();
    for (const { signal, handler } of this.#handlers) process.off(signal, handler);
    for (const folder of this.#folders) await rm(folder, { recursive: true, force: true });
  }
}

/** Runs a command in a session. What an interruption makes fail is no failure of its own. */
export async function inSession(
  options: { quiet?: boolean; stopped?: string },
  run: (session: Session) => Promise<void>,
): Promise<void> {
  await using session = new Session(options);
  const clearing = clearLeavings();
  try {
    await run(session);
  } catch (error) {
    if (!session.signal.aborted) throw error;
    session.progress.clear();
    console.error(`cardscope: ${options.stopped ?? "stopped; nothing was written"}`);
  } finally {
    await clearing;
  }
}
