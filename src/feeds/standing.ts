import { isDeepStrictEqual } from "node:util";
import type { FeedStatus } from "../live/live.ts";

/** How a feed is, and who is told when that changes. */
export class Standing {
  #now: FeedStatus;
  readonly #onStatus: () => void;

  constructor(kind: FeedStatus["kind"], name: string, onStatus: () => void) {
    this.#now = {
      name: `${kind} ${name}`,
      kind,
      status: "reconnecting",
      because: "not connected yet",
      position: null,
      pending: null,
    };
    this.#onStatus = onStatus;
  }

  get now(): FeedStatus {
    return this.#now;
  }

  /** Replaces the status; a reason holds only for the status it is given with. */
  is(status: FeedStatus["status"], because?: string): void {
    const { because: _, ...rest } = this.#now;
    this.#change({ ...rest, status, ...(because !== undefined && { because }) });
  }

  reached(position: number | null, pending: number | null): void {
    this.#change({ ...this.#now, position, pending });
  }

  #change(next: FeedStatus): void {
    if (isDeepStrictEqual(next, this.#now)) return;
    this.#now = next;
    this.#onStatus();
  }
}
