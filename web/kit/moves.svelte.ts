import { untrack } from "svelte";
import type { Scalar } from "./data.ts";

export type Move = "up" | "down" | "other";

/** A figure as it is shown, and what it is. */
export interface Shown {
  readonly text: string;
  readonly value: Scalar | undefined;
}

interface Moment {
  /** What the figures answer: figures of another question have not moved. */
  readonly of: string | undefined;
  readonly figures: ReadonlyMap<string, Shown>;
}

const LASTING_MS = 2_000;

/** Which figures have moved just now, by themselves. */
export class Moves {
  #now = $state.raw<ReadonlyMap<string, { readonly move: Move; readonly until: number }>>(new Map());

  constructor(read: () => Moment) {
    let before: Moment | undefined;
    const timers = new Set<ReturnType<typeof setTimeout>>();
    $effect(() => {
      const now = read();
      const last = before;
      before = now;
      const marked = untrack(() => this.#now);
      if (now.of === undefined || last === undefined || last.of !== now.of) {
        if (marked.size > 0) this.#now = new Map();
        return;
      }
      const until = Date.now() + LASTING_MS;
      const moved = [...now.figures].flatMap(([key, figure]) => {
        const old = last.figures.get(key);
        return old === undefined || old.text === figure.text
          ? []
          : [[key, { move: moveOf(old.value, figure.value), until }] as const];
      });
      if (moved.length === 0) return;
      this.#now = new Map([...marked, ...moved]);
      const timer = setTimeout(() => {
        timers.delete(timer);
        this.#now = new Map([...this.#now].filter(([, mark]) => mark.until > Date.now()));
      }, LASTING_MS + 10);
      timers.add(timer);
    });
    $effect(() => () => {
      for (const timer of timers) clearTimeout(timer);
    });
  }

  of(key: string): Move | undefined {
    return this.#now.get(key)?.move;
  }
}

const moveOf = (before: Scalar | undefined, now: Scalar | undefined): Move =>
  typeof before !== "number" || typeof now !== "number" || before === now
    ? "other"
    : now > before
      ? "up"
      : "down";
