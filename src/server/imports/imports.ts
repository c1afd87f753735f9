import { type Proposal, proposeBinding } from "../../ingest/propose.ts";
import { type JobReport, Jobs, type Open, type Opened, type OpenOptions, type Place } from "./jobs.ts";
import { type UploadLimits, Uploads } from "./uploads.ts";

export type Reading = Omit<OpenOptions, "onProgress" | "signal">;

/** From files in a browser to the portfolio that is open: they are sent, looked at, and read. */
export class Imports<E extends Opened = Opened> implements AsyncDisposable {
  readonly uploads: Uploads;
  readonly jobs: Jobs<E>;
  #lastProposal: Promise<unknown> = Promise.resolve();

  constructor(open: Open<E>, place: Place<E>, limits: Partial<UploadLimits> = {}) {
    this.uploads = new Uploads(limits);
    this.jobs = new Jobs(open, place);
  }

  /** What would be read; one after the other, since a page asks again with each change. Throws NOT_FOUND, USAGE. */
  propose(
    ids: readonly string[],
    { map, sheets }: Pick<Reading, "map" | "sheets">,
    signal?: AbortSignal,
  ): Promise<Proposal> {
    const propose = () => {
      signal?.throwIfAborted();
      const options = { ...(map && { map }), ...(sheets && { sheets }) };
      return this.uploads.read(ids, (paths) => proposeBinding(paths, options));
    };
    const proposal = this.#lastProposal.then(propose, propose);
    this.#lastProposal = proposal;
    return proposal;
  }

  /** Begins to read; the files stay for another try unless they are opened. Throws NOT_FOUND, Busy. */
  start(ids: readonly string[], reading: Reading): JobReport {
    this.uploads.check(ids);
    return this.jobs.start(async (read) => {
      if (await this.uploads.read(ids, read)) await this.uploads.remove(ids);
    }, reading);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([this.#lastProposal, this.jobs[Symbol.asyncDispose]()]);
    await this.uploads[Symbol.asyncDispose]();
  }
}
