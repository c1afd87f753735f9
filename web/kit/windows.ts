import type { Row } from "./data.ts";

export type Load = (offset: number, limit: number, signal: AbortSignal) => Promise<readonly Row[]>;

type Window =
  | { readonly state: "loading"; readonly controller: AbortController }
  | { readonly state: "here"; readonly rows: readonly Row[] }
  | { readonly state: "failed"; readonly message: string };

interface Options {
  readonly load: Load;
  readonly onchange: () => void;
  /** Rows that are asked for at once. */
  readonly size?: number;
  /** Windows that are kept. */
  readonly keep?: number;
}

/** Rows of a long list that are fetched in windows where they are looked at; only the latest few are kept. */
export class Windows {
  readonly #windows = new Map<number, Window>();
  /** Windows that are fetched once more, and whether they must be again. */
  readonly #refreshing = new Map<number, { readonly controller: AbortController; isLate: boolean }>();
  readonly #load: Load;
  readonly #onchange: () => void;
  readonly #size: number;
  readonly #keep: number;

  constructor({ load, onchange, size = 100, keep = 8 }: Options) {
    this.#load = load;
    this.#onchange = onchange;
    this.#size = size;
    this.#keep = keep;
  }

  get held(): number {
    return this.#windows.size;
  }

  row(index: number): Row | undefined {
    const window = this.#windows.get(Math.floor(index / this.#size));
    return window?.state === "here" ? window.rows[index % this.#size] : undefined;
  }

  /** Why rows from (included) to (excluded) are not there. */
  failure(from: number, to: number): string | undefined {
    for (const at of this.#over(from, to)) {
      const window = this.#windows.get(at);
      if (window?.state === "failed") return window.message;
    }
    return undefined;
  }

  waits(from: number, to: number): boolean {
    return this.#over(from, to).some((at) => (this.#windows.get(at)?.state ?? "loading") === "loading");
  }

  /** Fetches what is looked at, gives up what no longer is, and forgets what was looked at longest ago. */
  need(from: number, to: number): void {
    const wanted = this.#over(from, to);
    for (const [at, window] of this.#windows)
      if (window.state === "loading" && !wanted.includes(at)) {
        window.controller.abort();
        this.#windows.delete(at);
      }
    for (const at of wanted) {
      const window = this.#windows.get(at);
      this.#windows.delete(at);
      if (window !== undefined) this.#windows.set(at, window);
      else this.#fetch(at);
    }
    for (const at of this.#windows.keys()) {
      if (this.#windows.size <= Math.max(this.#keep, wanted.length)) break;
      this.#windows.delete(at);
    }
  }

  /** The rows have changed: what is looked at is fetched once more, and stays until it is here. */
  refresh(from: number, to: number): void {
    const wanted = this.#over(from, to);
    for (const [at, window] of this.#windows) {
      if (wanted.includes(at) && window.state === "here") this.#again(at);
      else if (!wanted.includes(at)) {
        if (window.state === "loading") window.controller.abort();
        this.#windows.delete(at);
      }
    }
  }

  /** Forgets what failed, so that it is fetched once more. */
  retry(): void {
    for (const [at, window] of this.#windows) if (window.state === "failed") this.#windows.delete(at);
  }

  close(): void {
    for (const window of this.#windows.values()) if (window.state === "loading") window.controller.abort();
    this.#windows.clear();
    for (const { controller } of this.#refreshing.values()) controller.abort();
    this.#refreshing.clear();
  }

  #over(from: number, to: number): number[] {
    const first = Math.max(0, Math.floor(from / this.#size));
    const last = Math.max(first, Math.floor((to - 1) / this.#size));
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  }

  #again(at: number): void {
    const asked = this.#refreshing.get(at);
    if (asked !== undefined) {
      asked.isLate = true;
      return;
    }
    const asking = { controller: new AbortController(), isLate: false };
    this.#refreshing.set(at, asking);
    const old = this.#windows.get(at);
    this.#load(at * this.#size, this.#size, asking.controller.signal)
      .then(
        (rows) => {
          if (this.#windows.get(at) !== old) return;
          this.#windows.set(at, { state: "here", rows });
          this.#onchange();
        },
        // the rows that were there stay
        () => {},
      )
      .finally(() => {
        if (this.#refreshing.get(at) !== asking) return;
        this.#refreshing.delete(at);
        if (asking.isLate && this.#windows.get(at)?.state === "here") this.#again(at);
      });
  }

  #fetch(at: number): void {
    const controller = new AbortController();
    const window: Window = { state: "loading", controller };
    this.#windows.set(at, window);
    const settle = (settled: Window) => {
      // what was given up meanwhile has no place any more
      if (this.#windows.get(at) !== window) return;
      this.#windows.set(at, settled);
      this.#onchange();
    };
    this.#load(at * this.#size, this.#size, controller.signal).then(
      (rows) => settle({ state: "here", rows }),
      (error: unknown) =>
        settle({ state: "failed", message: error instanceof Error ? error.message : String(error) }),
    );
  }
}
