import { randomUUID } from "node:crypto";
import { CardscopeError } from "../../errors.ts";
import type { HeaderMap, TableName } from "../../ingest/bind.ts";
import type { OnProgress, StepProgress } from "../../progress.ts";
import type { Source } from "../../schema/issues.ts";
import { Busy } from "./refusals.ts";

/** A portfolio that was read, as far as a job is concerned. */
export interface Opened extends AsyncDisposable {
  readonly portfolio: { readonly asOf: string; readonly sources: readonly Source[] };
}

export interface OpenOptions {
  readonly map?: HeaderMap;
  readonly sheets?: Readonly<Partial<Record<TableName, string>>>;
  readonly asOf?: string;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** Reads files; closes what it opened where it throws, and throws the reason of the signal. */
export type Open<E extends Opened> = (files: readonly string[], options: OpenOptions) => Promise<E>;

/** Where a portfolio goes that was read. */
export interface Place<E extends Opened> {
  replace(opened: E): Promise<void>;
}

export type JobState = "reading" | "done" | "refused" | "failed" | "stopped";

export interface JobReport {
  readonly id: string;
  readonly state: JobState;
  /** What is being done. */
  readonly step: string;
  readonly done?: StepProgress;
  readonly seconds: number;
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
  readonly portfolio?: Pick<Opened["portfolio"], "asOf" | "sources">;
}

interface Job {
  readonly id: string;
  readonly began: number;
  /** Stops what reads. */
  readonly controller: AbortController;
  ended?: number;
  state: JobState;
  step: string;
  done?: StepProgress | undefined;
  error?: JobReport["error"];
  portfolio?: JobReport["portfolio"];
}

/** Reading of files into the portfolio that is shown: one at a time, since each takes the machine. */
export class Jobs<E extends Opened> implements AsyncDisposable {
  readonly #open: Open<E>;
  readonly #place: Place<E>;
  /** The latest; the one before it is forgotten. */
  #job: Job | undefined;
  /** The one that takes the machine: it may be stopped and still be at it. */
  #busy: Job | undefined;
  /** What was begun and has not ended; none fails. */
  readonly #running = new Set<Promise<void>>();

  constructor(open: Open<E>, place: Place<E>) {
    this.#open = open;
    this.#place = place;
  }

  /** The id of the job that reads now. */
  get reading(): string | undefined {
    return this.#job?.state === "reading" ? this.#job.id : undefined;
  }

  /** Begins to read what `withFiles` hands over; `read` tells whether it is open now. Throws Busy. */
  start(
    withFiles: (read: (files: readonly string[]) => Promise<boolean>) => Promise<void>,
    options: Omit<OpenOptions, "onProgress" | "signal">,
  ): JobReport {
    if (this.#busy !== undefined) throw new Busy(this.#busy.state !== "reading");
    const job: Job = {
      id: randomUUID(),
      began: performance.now(),
      controller: new AbortController(),
      state: "reading",
      step: "reading files",
    };
    this.#job = this.#busy = job;
    const running = withFiles((files) => this.#read(job, files, options))
      .catch((error: unknown) => this.#fail(job, error))
      .finally(() => {
        if (this.#busy === job) this.#busy = undefined;
        this.#running.delete(running);
      });
    this.#running.add(running);
    return report(job);
  }

  /** Throws NOT_FOUND. */
  find(id: string): JobReport {
    return report(this.#find(id));
  }

  /** What is open stays open. A job that is over is left as it is. Throws NOT_FOUND. */
  stop(id: string): JobReport {
    const job = this.#find(id);
    if (job.state === "reading") stop(job);
    return report(job);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#job?.state === "reading") stop(this.#job);
    await Promise.all(this.#running);
  }

  #find(id: string): Job {
    if (this.#job?.id !== id)
      throw new CardscopeError("NOT_FOUND", "these files are not being read", { hint: "open them again" });
    return this.#job;
  }

  async #read(
    job: Job,
    files: readonly string[],
    options: Omit<OpenOptions, "onProgress" | "signal">,
  ): Promise<boolean> {
    const opened = await this.#open(files, {
      ...options,
      onProgress: (step, done) => {
        job.step = step;
        job.done = done;
      },
      signal: job.controller.signal,
    });
    if (job.state !== "reading") {
      await opened[Symbol.asyncDispose]();
      return false;
    }
    const { asOf, sources } = opened.portfolio;
    job.portfolio = { asOf, sources };
    const placed = this.#place.replace(opened);
    end(job, "done");
    this.#busy = undefined;
    await placed;
    return true;
  }

  #fail(job: Job, error: unknown): void {
    if (job.state !== "reading") {
      // one that was stopped may fail in any way that is no fault of ours
      if (!(error instanceof Stopped || error instanceof CardscopeError)) console.error(error);
      return;
    }
    if (error instanceof CardscopeError) {
      const { code, message, hint } = error;
      job.error = { code, message, ...(hint !== undefined && { hint }) };
      end(job, code === "DATA_REFUSED" || code === "USAGE" ? "refused" : "failed");
      return;
    }
    console.error(error);
    job.error = {
      code: "FAULT",
      message: "this is a fault in Cardscope, not in your files",
      hint: "the terminal that runs it shows the details",
    };
    end(job, "failed");
  }
}

class Stopped extends Error {}

function stop(job: Job): void {
  end(job, "stopped");
  job.controller.abort(new Stopped());
}

function end(job: Job, state: JobState): void {
  job.state = state;
  job.ended = performance.now();
}

function report({ id, began, ended, state, step, done, error, portfolio }: Job): JobReport {
  const seconds = Math.round(((ended ?? performance.now()) - began) / 100) / 10;
  return {
    id,
    state,
    step,
    ...(done && { done }),
    seconds,
    ...(error && { error }),
    ...(portfolio && { portfolio }),
  };
}
