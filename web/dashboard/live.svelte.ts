import { getContext, setContext } from "svelte";
import type { LiveState } from "../../src/server/routes/live.ts";
import { Turn } from "./turn.ts";

export type { LiveState };

/** A page that nobody looks at for so long gives its connection back: a browser has few of them. */
const LONG_HIDDEN_MS = 30_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;
/** The rate is of five seconds: after so long without a word it is none. */
const QUIET_MS = 5_500;

/** What figures are of: another version is another answer of the same address. */
export interface Moment {
  readonly version: string;
  /** The same of predictions. */
  readonly learnt: string;
  readonly shown: LiveState | undefined;
}

interface Start {
  /** The events that the answers in the page are of. */
  readonly position: number;
  readonly state: LiveState | undefined;
}

/**
 * Follows a portfolio that changes: one stream per page, which tells how far the figures are. What a page shows
 * stands still while it is paused or not looked at, and follows at once afterwards.
 */
export class Live implements Moment {
  /** The newest that the server told. */
  told = $state.raw<LiveState | undefined>();
  /** What the page shows. */
  shown = $state.raw<LiveState | undefined>();
  /** When the server was lost. */
  lost = $state.raw<Date | undefined>();
  isPaused = $state(false);
  /** Nothing was told for so long that nothing can have come. */
  isQuiet = $state(false);
  version = $state("");
  learnt = $state("");
  /** What the answers that came with the page are of. */
  readonly first: Moment;
  /** Of whatever follows without being asked. */
  readonly turn = new Turn();
  #connections = 0;
  #stream: EventSource | undefined;
  #wait = FIRST_WAIT_MS;
  #again: ReturnType<typeof setTimeout> | undefined;
  #hiding: ReturnType<typeof setTimeout> | undefined;
  #quiet: ReturnType<typeof setTimeout> | undefined;

  constructor({ position, state }: Start) {
    this.told = state;
    this.shown = state;
    this.version = `1.${position}`;
    this.learnt = `1.${state?.learnt_position ?? position}`;
    this.first = { version: this.version, learnt: this.learnt, shown: state };
  }

  /** Events that the page does not show yet. */
  get behind(): number {
    return Math.max(0, (this.told?.position ?? 0) - (this.shown?.position ?? 0));
  }

  /** Begins to follow; returns what ends it. */
  follow(): () => void {
    const seen = () => this.#seen();
    const left = () => this.#close();
    document.addEventListener("visibilitychange", seen);
    addEventListener("pageshow", seen);
    addEventListener("online", seen);
    addEventListener("pagehide", left);
    this.#open();
    return () => {
      document.removeEventListener("visibilitychange", seen);
      removeEventListener("pageshow", seen);
      removeEventListener("online", seen);
      removeEventListener("pagehide", left);
      clearTimeout(this.#hiding);
      clearTimeout(this.#quiet);
      left();
    };
  }

  pause(isPaused: boolean): void {
    this.isPaused = isPaused;
    this.#show();
  }

  /** Something else is asked for while the page is paused: all of it moves to where the answer will be. */
  asking(): void {
    if (this.isPaused && this.told !== undefined) this.#take(this.told);
  }

  #seen(): void {
    clearTimeout(this.#hiding);
    if (document.hidden) {
      this.#hiding = setTimeout(() => this.#close(), LONG_HIDDEN_MS);
      return;
    }
    if (this.#stream === undefined) {
      this.#wait = FIRST_WAIT_MS;
      this.#open();
    }
    this.#show();
  }

  #open(): void {
    this.#close();
    const stream = new EventSource("/api/live/stream");
    this.#stream = stream;
    let isFirst = true;
    stream.addEventListener("state", (event: MessageEvent<string>) => {
      if (isFirst) this.#connections++;
      isFirst = false;
      this.#wait = FIRST_WAIT_MS;
      this.lost = undefined;
      this.told = JSON.parse(event.data) as LiveState;
      this.isQuiet = false;
      clearTimeout(this.#quiet);
      this.#quiet = setTimeout(() => (this.isQuiet = true), QUIET_MS);
      this.#show();
    });
    // the browser tries again only after some failures, and at its own pace
    stream.addEventListener("error", () => {
      if (this.#stream !== stream) return;
      this.#close();
      this.lost ??= new Date();
      this.#again = setTimeout(() => this.#open(), this.#wait);
      this.#wait = Math.min(LONGEST_WAIT_MS, this.#wait * 2);
    });
  }

  #close(): void {
    clearTimeout(this.#again);
    this.#stream?.close();
    this.#stream = undefined;
  }

  #show(): void {
    if (!this.isPaused && !document.hidden && this.told !== undefined) this.#take(this.told);
  }

  #take(state: LiveState): void {
    this.shown = state;
    if (this.#connections === 0) return;
    this.version = `${this.#connections}.${state.position}`;
    this.learnt = `${this.#connections}.${state.learnt_position}`;
  }
}

const key = Symbol("live");
export const setLive = (live: Live | undefined): Live | undefined => setContext(key, live);
/** Undefined where the portfolio does not change. */
export const getLive = (): Live | undefined => getContext<Live | undefined>(key);
