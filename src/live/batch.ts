import { maskCardNumbers } from "../schema/mask.ts";
import type { Delivery, ReadDelivery } from "./delivery.ts";
import { type ReadEvent, type Rejection, rejectionOf } from "./read-event.ts";

export interface BatchEvent {
  readonly event: ReadEvent;
  readonly via: Delivery["via"];
  /** Which delivery of the batch it came with, and its line there. */
  readonly delivery: number;
  readonly line: number;
  /** Whether it has the highest sequence of its subject and source in this batch. */
  is_top: boolean;
  /** Whether one with a higher sequence came before it in this batch. */
  is_late: boolean;
}

export interface BatchLetter extends Rejection {
  readonly via: Delivery["via"];
  readonly line: number;
}

interface Rejected {
  readonly line: number;
  readonly reason: string;
}

/** What is written in one transaction. */
export interface Batch {
  readonly events: readonly BatchEvent[];
  readonly letters: readonly BatchLetter[];
  /** How far each stream is in, once this is. */
  readonly streams: ReadonlyMap<string, number>;
  /** By delivery, in their order. */
  readonly receipts: readonly { readonly accepted: number; readonly rejected: readonly Rejected[] }[];
  /** Valid lines, repetitions among them. */
  readonly accepted: number;
}

/** Puts deliveries together. `positionOf` is how far a stream is in. */
export function readBatch(
  deliveries: readonly ReadDelivery[],
  positionOf: (stream: string) => number | undefined,
): Batch {
  const events: BatchEvent[] = [];
  const letters: BatchLetter[] = [];
  const streams = new Map<string, number>();
  const tops = new Map<string, BatchEvent>();
  /** Versions of subjects below the top. */
  const passed = new Set<string>();
  let all = 0;
  const receipts = deliveries.map(({ via, read: lines, stream }, delivery) => {
    const rejected: Rejected[] = [];
    let accepted = 0;
    for (const [i, read] of lines.entries()) {
      const position = stream?.positions[i];
      if (stream !== undefined && position !== undefined) {
        if (position <= (streams.get(stream.name) ?? positionOf(stream.name) ?? -1)) {
          accepted++;
          continue;
        }
        streams.set(stream.name, position);
      }
      if ("reason" in read) {
        rejected.push({ line: i + 1, reason: read.reason });
        letters.push({ ...read, via, line: i + 1 });
        continue;
      }
      accepted++;
      all++;
      const subject = `${read.type}\n${read.source}\n${read.subject}`;
      const top = tops.get(subject);
      const one: BatchEvent = { event: read, via, delivery, line: i + 1, is_top: true, is_late: false };
      if (top === undefined) tops.set(subject, one);
      else {
        const { sequence } = top.event;
        if (read.sequence === sequence || passed.has(`${subject}\n${read.sequence}`)) continue;
        passed.add(`${subject}\n${Math.min(sequence, read.sequence)}`);
        one.is_late = read.sequence < sequence;
        one.is_top = !one.is_late;
        if (one.is_top) {
          top.is_top = false;
          tops.set(subject, one);
        }
      }
      events.push(one);
    }
    return { accepted, rejected };
  });
  return { events, letters, streams, receipts, accepted: all };
}

/** The batch with these events alone; culprits among them become letters, with the reason. */
export function withLetters(
  batch: Batch,
  events: readonly BatchEvent[],
  culprits: ReadonlyMap<BatchEvent, string> = new Map(),
): Batch {
  const letters = [...culprits].map(
    ([{ event, via, line }, reason]): BatchLetter => ({
      ...rejectionOf(written(event), `cannot be applied: ${reason}`),
      body: maskCardNumbers(written(event)),
      via,
      line,
    }),
  );
  return {
    ...batch,
    events: events.filter((event) => !culprits.has(event)),
    letters: [...batch.letters, ...letters],
    accepted: batch.accepted - culprits.size,
    receipts: batch.receipts.map(({ accepted, rejected }, delivery) => {
      const own = [...culprits].filter(([event]) => event.delivery === delivery);
      const reasons = own.map(([{ line }, reason]) => ({ line, reason: `cannot be applied: ${reason}` }));
      return { accepted: accepted - own.length, rejected: [...rejected, ...reasons] };
    }),
  };
}

/** An event as its sender may write it. */
const written = ({ id, source, type, subject, time, sequence, op, data }: ReadEvent): string =>
  JSON.stringify({
    ...{ id, source, type, subject, time: new Date(time).toISOString(), sequence, op },
    ...(data !== null && { data }),
  });
