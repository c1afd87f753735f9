import { setImmediate as others } from "node:timers/promises";
import { type ReadEvent, type Rejection, readEvent } from "./read-event.ts";

/** Between two of them, others have the thread: the writer's next statement, a request. */
const SLICE_MS = 2;

/** What a line of a feed says. */
export type ReadLine = ReadEvent | Rejection;

/** Reads lines of a feed one after another; takes no longer at a time than others can wait. */
export class LineReader {
  #until = 0;

  /** `now`: milliseconds since 1970. */
  async read(line: string, now: number): Promise<ReadLine> {
    if (performance.now() > this.#until) {
      await others();
      this.#until = performance.now() + SLICE_MS;
    }
    return readEvent(line, now);
  }
}

/** Reads all of them. `now`: milliseconds since 1970. */
export async function readLines(lines: readonly string[], now: number): Promise<readonly ReadLine[]> {
  const reader = new LineReader();
  const read: ReadLine[] = [];
  for (const line of lines) read.push(await reader.read(line, now));
  return read;
}
