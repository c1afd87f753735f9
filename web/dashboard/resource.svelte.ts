import { untrack } from "svelte";
import { ApiError, getJson } from "./api.ts";
import { getLive, type Moment } from "./live.svelte.ts";

/** Whoever tries again tries for all that failed: the cause is likely one, such as a server that was gone. */
let retries = $state(0);
/** Whether it is waited until a server has opened what it is asked for. */
let isOpening = false;
const OPENING_MS = 1_000;

/** Codes of a server that is not there, about to go, or just come. */
const AWAY: ReadonlySet<string> = new Set(["OFFLINE", "CLOSED", "OPENING"]);

interface Following {
  /** What an answer is of, where the portfolio is live: another value asks for another. The figures' position when left out. */
  readonly version?: (moment: Moment) => string;
  /** Asked again as soon as there is something new, without waiting for a turn: for what is looked at first. */
  readonly isFirst?: boolean;
  /** Milliseconds between two answers of the same address, where it waits for a turn. */
  readonly every?: number;
  /** While true, what is shown stands still. */
  readonly isHeld?: () => boolean;
}

/** Answers that no event changes. */
export const still: Following = { version: () => "" };
/** Answers that change when what predicts has learnt anew. */
export const learnt: Following = { version: (moment) => moment.learnt };
/** Figures that a reader looks at first. */
export const first: Following = { isFirst: true };

/**
 * What an address of the API answers. Another address is another request; until it is answered the old data stays,
 * so that nothing jumps, and the old request is given up. Where the portfolio is live the same address is asked
 * again when figures have moved: quietly, and when it is its turn among all that the page shows.
 */
export class Resource<T> {
  data = $state.raw<T | undefined>();
  error = $state.raw<ApiError | undefined>();
  /** The address that `data` is of. */
  url = $state.raw<string | undefined>();
  /** Another address is waited for. */
  loading = $state(false);
  /** Counts up when there is reason to look whether more is wanted. */
  #answers = $state(0);
  #version: string;
  #asked: { readonly url: string; readonly controller: AbortController } | undefined;
  /** What was wanted last. */
  #wanted: { readonly url: string | undefined; readonly retries: number };
  /** What failed is not asked for again before something changes. */
  #failed: string | undefined;
  #at = 0;
  readonly #live = getLive();
  readonly #following: Following;

  /** `initial` is what the server put into the page, for the address it has then. */
  constructor(
    url: () => string | undefined,
    initial?: { readonly url: string; readonly data: T },
    following: Following = {},
  ) {
    const live = this.#live;
    const { version = (moment) => moment.version, isHeld } = following;
    const current = () => (live === undefined ? "" : version(live));
    this.#following = following;
    this.#wanted = { url: initial?.url, retries: untrack(() => retries) };
    this.#version = untrack(current);
    if (initial !== undefined) {
      this.data = initial.data;
      this.url = initial.url;
      // the page may have been open for long when this is drawn
      if (live !== undefined) this.#version = version(live.first);
    }
    $effect(() => {
      const wanted = url();
      const wantedVersion = current();
      const isStill = isHeld?.() ?? false;
      void this.#answers;
      void retries;
      untrack(() => this.#want(wanted, wantedVersion, isStill));
    });
    $effect(() => () => {
      live?.turn.end(this);
      this.#asked?.controller.abort();
    });
  }

  retry(): void {
    retries++;
  }

  #want(url: string | undefined, version: string, isStill: boolean): void {
    if (url !== undefined && this.#asked?.url === url) return;
    this.#asked?.controller.abort();
    this.#asked = undefined;
    const isAnswered = url === this.url && this.error === undefined;
    const isCurrent = isAnswered && (version === this.#version || isStill);
    const before = this.#wanted;
    this.#wanted = { url, retries };
    const attempt = `${url}\n${version}\n${retries}`;
    if (url === undefined || isCurrent || this.#failed === attempt) {
      this.loading = false;
      this.#live?.turn.leave(this);
      return;
    }
    // what the reader asks for waits for nothing
    const isQuiet = url === before.url && (this.error === undefined || retries === before.retries);
    const ask = () => this.#ask(url, version, attempt, isQuiet);
    const { isFirst = false, every = 0 } = this.#following;
    if (isQuiet && !isFirst && this.#live !== undefined)
      this.#live.turn.wait(this, { from: this.#at + every, refresh: ask });
    else {
      this.#live?.turn.leave(this);
      void ask();
    }
  }

  /** Never rejects. */
  async #ask(url: string, version: string, attempt: string, isQuiet: boolean): Promise<void> {
    const controller = new AbortController();
    this.#asked = { url, controller };
    this.#at = Date.now();
    this.loading = !isQuiet;
    if (!isQuiet) this.#live?.asking();
    try {
      const data = await getJson<T>(url, { signal: controller.signal });
      if (controller.signal.aborted) return;
      this.data = data;
      this.url = url;
      this.error = undefined;
      this.#version = version;
      this.#failed = undefined;
    } catch (error) {
      if (controller.signal.aborted) return;
      this.#failed = attempt;
      const failure = error instanceof ApiError ? error : new ApiError(String(error));
      // figures stay while the server is away, or leaves amid an answer: the page says that it is
      const isAway = !(error instanceof ApiError) || AWAY.has(failure.code);
      if (!isQuiet || !isAway) this.error = failure;
      if (failure.code === "OPENING" && !isOpening) {
        isOpening = true;
        setTimeout(() => {
          isOpening = false;
          retries++;
        }, OPENING_MS);
      }
    }
    this.#asked = undefined;
    this.loading = false;
    this.#answers++;
  }
}
