import { setTimeout as delay } from "node:timers/promises";
import { CardscopeError } from "../errors.ts";
import type { Standing } from "./standing.ts";

/** The broker is there and reading cannot go on: somebody has to do something, and then it goes on by itself. */
export class Held extends Error {
  override get name(): string {
    return "Held";
  }
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

export interface Pace {
  readonly firstMs?: number;
  readonly longestMs?: number;
}

/**
 * Reads, and begins anew whenever that ends, for ever: after a second, then two, then four, at most thirty apart.
 * Every attempt starts from the position that the workspace has, so that what was read and not committed is read again.
 */
export async function attempts(
  attempt: (progressed: () => void) => Promise<void>,
  standing: Standing,
  signal: AbortSignal,
  { firstMs = FIRST_WAIT_MS, longestMs = LONGEST_WAIT_MS }: Pace = {},
): Promise<void> {
  let wait = firstMs;
  while (!signal.aborted) {
    try {
      await attempt(() => {
        wait = firstMs;
      });
    } catch (error) {
      if (signal.aborted) break;
      standing.is(error instanceof Held ? "paused" : "reconnecting", messageOf(error));
    }
    if (signal.aborted) break;
    await delay(wait, undefined, { signal }).catch(() => undefined);
    wait = Math.min(2 * wait, longestMs);
  }
  standing.is("stopped");
}

/** What the workspace cannot take holds the feed, whatever the reason; nothing of it was committed. */
export async function applying<T>(applied: Promise<T>): Promise<T> {
  try {
    return await applied;
  } catch (error) {
    throw new Held(messageOf(error), { cause: error });
  }
}

/** A CardscopeError says what to do in its hint; some errors of connections have no message but a cause. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return messageOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const hint = error instanceof CardscopeError && error.hint !== undefined ? `: ${error.hint}` : "";
  return `${error.message === "" ? error.name : error.message}${hint}`;
}
