import { setTimeout as delay } from "node:timers/promises";
import type { Explorer } from "../explore/explorer.ts";
import type { Commit } from "./applier.ts";
import type { ChangeReader } from "./read-change.ts";

/** From the beginning of a publication to that of the next: more are not seen, and each costs the pages a refetch. */
const LEAST_MS = 200;
/** Where publications take long, so many times what one took: what is left of the time is the writer's and the readers'. */
const SHARE = 1.25;
/** Predictions are learnt again when the feed has been quiet for so long … */
const QUIET_MS = 3_000;
/** … or when they are this old. */
const OLDEST_MS = 15 * 60_000;

const RETRY_MS = 1_000;
/** How often it is looked which columns hold a value, while events come. */
const CHECK_MS = 2_000;

export interface Published {
  /** Figures are of this position. */
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** From the arrival of the first event of it to now, in milliseconds; null before the first. */
  readonly lag_ms: number | null;
  /** Predictions are of this position. */
  readonly learnt: number;
}

/** Brings what was committed before the readers: coalesced, and consistent. */
export class Publisher implements AsyncDisposable {
  readonly #changes: ChangeReader;
  readonly #explorer: Explorer;
  readonly #asOf: () => string;
  readonly #onPublish: (published: Published) => void;
  #last: Published;
  #learntAt = Date.now();
  #checkedAt = 0;
  /** Whether such a look is due once it is quiet. */
  #isUnchecked = false;
  /** When the first event came that is not published. */
  #arrived: number | undefined;
  #commit: Commit | undefined;
  /** When the next publication may begin. */
  #next = 0;
  #quiet: NodeJS.Timeout | undefined;
  /** The publication that is due or made. */
  #working: Promise<void> | undefined;
  readonly #closing = new AbortController();
  #trouble: string | undefined;

  constructor(
    changes: ChangeReader,
    explorer: Explorer,
    options: {
      readonly position: number;
      /** The day that the newest event is of, YYYY-MM-DD. */
      readonly asOf: () => string;
      readonly onPublish: (published: Published) => void;
    },
  ) {
    this.#changes = changes;
    this.#explorer = explorer;
    this.#asOf = options.asOf;
    this.#onPublish = options.onPublish;
    this.#last = { position: options.position, at: Date.now(), lag_ms: null, learnt: options.position };
  }

  get last(): Published {
    return this.#last;
  }

  /** Why readers see an older state than what is committed. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  committed(commit: Commit): void {
    this.#commit = commit;
    this.#arrived ??= commit.arrived;
    this.#schedule();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#quiet);
    await this.#working;
    await this.#changes[Symbol.asyncDispose]();
  }

  /** Resolves when what is committed in so many milliseconds is published as soon as it is. */
  async calm(ms: number): Promise<void> {
    for (;;) {
      while (this.#working !== undefined) await this.#working;
      const wait = this.#next - ms - performance.now();
      if (wait <= 0 || this.#closing.signal.aborted) return;
      await delay(wait);
    }
  }

  #schedule(): void {
    if (this.#working !== undefined || this.#closing.signal.aborted) return;
    const wait = this.#trouble === undefined ? this.#next - performance.now() : RETRY_MS;
    this.#working = this.#publishIn(Math.max(0, wait)).then(() => {
      this.#working = undefined;
      if (this.#arrived !== undefined) this.#schedule();
    });
  }

  async #publishIn(ms: number): Promise<void> {
    try {
      await delay(ms, undefined, { signal: this.#closing.signal });
    } catch {
      return;
    }
    try {
      await this.#publish();
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error);
    }
  }

  async #publish(): Promise<void> {
    const commit = this.#commit;
    if (commit === undefined) return;
    const began = performance.now();
    const arrived = this.#arrived;
    this.#arrived = undefined;
    try {
      const change = await this.#changes.since(this.#last.position, commit);
      if (change === undefined) {
        this.#arrived ??= arrived;
        return;
      }
      const checksInputs = Date.now() - this.#checkedAt >= CHECK_MS;
      await this.#explorer.update({ ...change, checksInputs, asOf: this.#asOf() });
      if (checksInputs) this.#checkedAt = Date.now();
      this.#isUnchecked = !checksInputs;
      this.#trouble = undefined;
      const at = Date.now();
      this.#tell({
        ...this.#last,
        position: commit.totals.position,
        at,
        lag_ms: arrived === undefined ? null : at - arrived,
      });
    } catch (error) {
      this.#arrived ??= arrived;
      throw error;
    } finally {
      this.#next = began + Math.max(LEAST_MS, SHARE * (performance.now() - began));
    }
    await this.#explorer.tidy();
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#settle(), this.#isUnchecked ? CHECK_MS : QUIET_MS).unref();
    // what can be learnt from is known when it has been looked at
    if (!this.#isUnchecked && Date.now() - this.#learntAt > OLDEST_MS) await this.#relearn();
  }

  /** When nothing has come for a while. */
  #settle(): void {
    if (!this.#isUnchecked) return void this.#relearn();
    this.#arrived ??= Date.now();
    this.#schedule();
  }

  async #relearn(): Promise<void> {
    if (this.#closing.signal.aborted || this.#last.learnt === this.#last.position) return;
    this.#learntAt = Date.now();
    const { position } = this.#last;
    try {
      await this.#explorer.relearn();
      this.#tell({ ...this.#last, learnt: position });
    } catch (error) {
      // whoever closes the portfolio meanwhile is not told
      if (!this.#closing.signal.aborted)
        this.#trouble = error instanceof Error ? error.message : String(error);
    }
  }

  #tell(published: Published): void {
    this.#last = published;
    this.#onPublish(published);
  }
}
