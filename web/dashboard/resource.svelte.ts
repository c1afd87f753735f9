import { untrack } from "svelte";
import { ApiError, getJson } from "./api.ts";
import { getLive, type Moment } from "./live.svelte.ts";

/** Whoever tries again tries for all that failed: the cause is likely one, such as a server that was gone. */
let retries = $state(0);

/** An answer is asked for again after so many times the time that it took. */
const PATIENCE = 4;

/** Codes of a server that is not there, or about to go. */
const AWAY: ReadonlySet<string> = new Set(["OFFLINE", "CLOSED"]);

interface Following {
  /** What an answer is of, where the portfolio is live: another value asks for another. The figures' position when left out. */
  readonly version?: (moment: Moment) => string;
  /** Milliseconds between two answers of the same address. */
  readonly every?: number;
  /** While true, what is shown stands still. */
  readonly isHeld?: () => boolean;
}

/** Answers that no event changes. */
export const still: Following = { version: () => "" };
/** Answers that change when what predicts has learnt anew. */
export const learnt: Following = { version: (moment) => moment.learnt };

/**
 * What an address of the API answers. Another address is another request; until it is answered the old data stays,
 * so that nothing jumps, and the old request is given up. Where the portfolio is live the same address is asked
 * again when figures have moved: quietly, one request at a time.
 */
export class Resource<T> {
  data = $state.raw<T | undefined>();
  error = $state.raw<ApiError | undefined>();
  /** The address that `data` is of. */
  url = $state.raw<string | undefined>();
  /** Another address is waited for. */
  loading = $state(false);
  /** Counts up when there is reason to look whether more is wanted. */
  #turn = $state(0);
  #version: string;
  #asked: { readonly url: string; readonly controller: AbortController } | undefined;
  /** What failed is not asked for again before something changes. */
  #failed: string | undefined;
  #at = 0;
  /** How long the last answer took, in milliseconds. */
  #took = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #live = getLive();
  readonly #every: number;

  /** `initial` is what the server put into the page, for the address it has then. */
  constructor(
    url: () => string | undefined,
    initial?: { readonly url: string; readonly data: T },
    { version = (moment) => moment.version, every = 0, isHeld }: Following = {},
  ) {
    const live = this.#live;
    const current = () => (live === undefined ? "" : version(live));
    this.#every = every;
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
      void this.#turn;
      void retries;
      untrack(() => this.#want(wanted, wantedVersion, isStill));
    });
    $effect(() => () => {
      clearTimeout(this.#timer);
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
    const attempt = `${url}\n${version}\n${retries}`;
    if (url === undefined || isCurrent || this.#failed === attempt) {
      this.loading = false;
      return;
    }
    // what takes long is asked less often, so that it does not hold up the rest
    const rest = isAnswered ? this.#at + Math.max(this.#every, this.#took * PATIENCE) - Date.now() : 0;
    clearTimeout(this.#timer);
    if (rest > 0) {
      this.#timer = setTimeout(() => this.#turn++, rest);
      return;
    }
    void this.#ask(url, version, attempt, isAnswered);
  }

  async #ask(url: string, version: string, attempt: string, isQuiet: boolean): Promise<void> {
    const controller = new AbortController();
    this.#asked = { url, controller };
    this.#at = Date.now();
    this.loading = !isQuiet;
    if (!isQuiet) this.#live?.asking();
    try {
      const data = await getJson<T>(url, { signal: controller.signal });
      if (controller.signal.aborted) return;
      this.#took = Date.now() - this.#at;
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
    }
    this.#asked = undefined;
    this.loading = false;
    this.#turn++;
  }
}
