import { setImmediate as others } from "node:timers/promises";
import { type ReadEvent, type Rejection, readEvent } from "./read-event.ts";

/** Between two of them, others have the thread: the writer's next statement, a request. */
const SLICE_MS = 2;

/** Reads lines of a feed; takes no longer at a time than others can wait. `now`: milliseconds since 1970. */
export async function readLines(
  lines: readonly string[],
  now: number,
): Promise<readonly (ReadEvent | Rejection)[]> {
  const read: (ReadEvent | Rejection)[] = [];
  let until = performance.now() + SLICE_MS;
  for (const line of lines) {
    if (performance.now() > until) {
      await others();
      until = performance.now() + SLICE_MS;
    }
    read.push(readEvent(line, now));
  }
  return read;
}
