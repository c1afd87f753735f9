import { setTimeout as sleep } from "node:timers/promises";
import type { DuckDBEngine } from "../../engines/duckdb.ts";
import type { MeasureValues } from "../../schema/measures.ts";
import { addDays } from "./calendar.ts";
import type { KeptDays } from "./kept-days.ts";
import { cutOf, foldUntil, KEPT_DAYS } from "./retention.ts";
import { takeSnapshot } from "./snapshot.ts";

/** Nobody waits when nothing was committed for so long. */
const IDLE_MS = 3_000;
/** Where events never cease, a day is computed so often all the same. */
const LATEST_MS = 5 * 60_000;
/** Between the analyses of a day while events come: their commits share the processor. */
const ASIDE_MS = 100;
/** Between days when nobody waits: whoever comes is served first. */
const PAUSE_MS = 50;
/** After a failure, such as a full disk. */
const TROUBLE_MS = 30_000;

/** Computes the days that are due, one after another, in the background; then folds what the log need not keep. */
export class DayKeeper implements AsyncDisposable {
  readonly #engine: DuckDBEngine;
  readonly #kept: KeptDays;
  readonly #values: () => MeasureValues;
  readonly #published: () => number;
  readonly #closing = new AbortController();
  #committedAt = 0;
  #workedAt = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<boolean> | undefined;

  /** `engine`: a connection to the workspace, which is closed with this. `published`: the position that readers see. */
  constructor(engine: DuckDBEngine, kept: KeptDays, values: () => MeasureValues, published: () => number) {
    this.#engine = engine;
    this.#kept = kept;
    this.#values = values;
    this.#published = published;
    // what an earlier process left
    this.#schedule(IDLE_MS);
  }

  committed(): void {
    this.#committedAt = performance.now();
    this.#schedule(IDLE_MS);
  }

  /** Works until nothing is due. */
  async catchUp(): Promise<void> {
    await this.#working?.catch(() => {});
    while (!this.#closing.signal.aborted && (await this.#work()));
    this.#schedule(IDLE_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    // a statement may be about to begin when it is told to stop
    const stop = setInterval(() => this.#engine.interrupt(), 5);
    this.#engine.interrupt();
    await this.#working?.catch(() => {});
    clearInterval(stop);
    await this.#engine[Symbol.asyncDispose]();
  }

  #schedule(wait: number): void {
    if (this.#timer !== undefined || this.#working !== undefined || this.#closing.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const now = performance.now();
      if (!this.#isIdle && now - this.#workedAt < LATEST_MS) return this.#schedule(IDLE_MS);
      const started = this.#committedAt;
      void this.#work().then(
        (isMore) => {
          if (isMore || this.#committedAt > started) this.#schedule(isMore ? PAUSE_MS : IDLE_MS);
        },
        () => this.#schedule(TROUBLE_MS),
      );
    }, wait);
    this.#timer.unref();
  }

  get #isIdle(): boolean {
    return performance.now() - this.#committedAt >= IDLE_MS;
  }

  /** One day, or the folding when no day is due; whether there may be more to do. */
  #work(): Promise<boolean> {
    // one at a time, whoever asks
    if (this.#working !== undefined) return this.#working;
    const working = this.#step().finally(() => {
      this.#working = undefined;
      this.#workedAt = performance.now();
    });
    this.#working = working;
    return working;
  }

  async #step(): Promise<boolean> {
    const { signal } = this.#closing;
    const { days, first, latest, position } = await this.#kept.due();
    const [day] = days;
    if (day !== undefined) {
      const aside = async () => {
        signal.throwIfAborted();
        if (!this.#isIdle) await sleep(ASIDE_MS, undefined, { signal });
      };
      await this.#kept.keep(await takeSnapshot(this.#engine, day, this.#values(), aside));
      return true;
    }
    await this.#kept.clearMarks(position);
    const last = latest === undefined ? undefined : addDays(latest, -KEPT_DAYS - 1);
    // a clock that went back does not bring the days back that were folded
    const cut = await cutOf(this.#engine);
    const until = last === undefined || (cut !== undefined && cut > last) ? cut : last;
    signal.throwIfAborted();
    // readers are brought what is in the log
    if (this.#published() < position) return false;
    if (until !== undefined && first !== undefined && first <= until) await foldUntil(this.#engine, until);
    return false;
  }
}
