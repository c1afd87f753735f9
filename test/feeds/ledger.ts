import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import type { DeliverTo, Feed } from "../../src/feeds/feed.ts";
import type { Delivery, Receipt } from "../../src/live/delivery.ts";
import type { FeedStatus } from "../../src/live/live.ts";
import { readLines } from "../../src/live/read-lines.ts";

/**
 * Takes deliveries as the contract of an applier says, and can refuse them: what is tested is the feed, and a workspace
 * whose disk is full cannot be had on order.
 */
export class Ledger implements DeliverTo {
  readonly lines: string[] = [];
  readonly positions = new Map<string, number>();
  room = 100_000;
  refusal: Error | null = null;
  refusals = 0;
  /** Called before a delivery is committed. */
  beforeCommit: () => Promise<void> = async () => {};

  async apply({ lines, read, stream }: Delivery): Promise<Receipt> {
    await this.beforeCommit();
    // what was read is what the lines say, one by one
    if (read !== undefined) expect(read).toEqual(await readLines(lines, Date.now()));
    if (this.refusal !== null) {
      this.refusals++;
      throw this.refusal;
    }
    const rejected: { line: number; reason: string }[] = [];
    for (const [i, line] of lines.entries()) {
      const position = stream?.positions[i];
      if (stream !== undefined && position !== undefined) {
        if (position <= (this.positions.get(stream.name) ?? -1)) continue;
        this.positions.set(stream.name, position);
      }
      if (line.startsWith("{")) this.lines.push(line);
      else rejected.push({ line: i + 1, reason: "not JSON" });
    }
    return { accepted: lines.length - rejected.length, rejected, position: this.lines.length };
  }

  async calm(): Promise<void> {}

  positionOf(stream: string): number | undefined {
    return this.positions.get(stream);
  }
}

export const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => JSON.stringify({ n: from + i }));

/** Waits for something to be so, and says what was instead. */
export async function until(what: () => unknown, expected: unknown = true, withinMs = 20_000): Promise<void> {
  for (const end = Date.now() + withinMs; Date.now() < end; await delay(20)) {
    try {
      expect(await what()).toEqual(expected);
      return;
    } catch {
      // not yet
    }
  }
  expect(await what()).toEqual(expected);
}

/** Waits for a status; returns it. */
export async function status(
  feed: Feed,
  wanted: FeedStatus["status"],
  because?: RegExp,
): Promise<FeedStatus> {
  await until(
    () => {
      const { status: now, because: why = "" } = feed.status;
      return because === undefined ? now : `${now} ${because.test(why) ? "" : why}`;
    },
    because === undefined ? wanted : `${wanted} `,
  );
  return feed.status;
}
