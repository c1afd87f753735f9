import type { Reading } from "./figure.ts";
import { holds, type Rule } from "./rule.ts";

/** A figure that changes without end is told at most so often. */
export const CHANGES_MS = 60_000;

export type AlertState = "firing" | "quiet" | "not_computable";

/** How a rule stands. */
export interface Standing {
  readonly state: AlertState;
  readonly value: number | null;
  /** Why there is no value. */
  readonly because: string | null;
  /** When it came to be in this state, in milliseconds; null before it was looked at. */
  readonly since: number | null;
  /** The value that was told last, of a rule for which every change counts. */
  readonly told: number | null;
}

export const unseen: Standing = { state: "quiet", value: null, because: null, since: null, told: null };

/** How a rule stands after its figure was read, and whether that is told: when it starts firing, and when it ends. */
export function standingAfter(
  rule: Rule,
  before: Standing,
  reading: Reading,
  now: number,
): { readonly standing: Standing; readonly isTold: boolean } {
  if ("because" in reading) {
    const isNew = before.state !== "not_computable";
    return {
      standing: {
        ...before,
        state: "not_computable",
        value: null,
        because: reading.because,
        since: isNew ? now : before.since,
      },
      isTold: before.state === "firing" && rule.comparison !== "changes",
    };
  }
  const { value } = reading;
  const isFiring = holds(rule, value, before.told);
  if (rule.comparison === "changes") {
    const isRecent = before.state === "firing" && now - (before.since ?? 0) < CHANGES_MS;
    if (isRecent) return { standing: { ...before, value }, isTold: false };
    const told = isFiring || before.told === null ? value : before.told;
    return { standing: { ...moved(before, isFiring, value, now, isFiring), told }, isTold: isFiring };
  }
  return {
    standing: moved(before, isFiring, value, now, false),
    isTold: isFiring !== (before.state === "firing"),
  };
}

function moved(before: Standing, isFiring: boolean, value: number, now: number, isAgain: boolean): Standing {
  const state = isFiring ? "firing" : "quiet";
  const isSame = state === before.state && before.since !== null && !isAgain;
  return { ...before, state, value, because: null, since: isSame ? before.since : now };
}
