import type { Consumer } from "@platformatic/kafka";
import { Held } from "./attempts.ts";
import type { KafkaOptions } from "./kafka-options.ts";

export type KafkaConsumer = Consumer<Buffer, Buffer, Buffer, Buffer>;

/** A partition and how far it is read. */
export interface Partition {
  readonly number: number;
  readonly leader: number;
  readonly leaderEpoch: number;
  /** Name under which the workspace keeps its position. */
  readonly stream: string;
  /** Offset of the message that is asked for next. */
  next: number;
  /** Offset of the first message that the workspace has not committed. */
  committed: number;
  /** Offset after the last message that the broker has. */
  end: number;
}

export interface Topic {
  readonly id: string;
  readonly partitions: readonly Partition[];
  /** What retention took before it was read: first and last offset. */
  readonly missing: readonly { readonly partition: number; readonly from: number; readonly to: number }[];
}

/** Every partition from where the workspace is in it. Positions of another topic of this name are not used. */
export async function placePartitions(
  consumer: KafkaConsumer,
  { topic, as }: KafkaOptions,
  positionOf: (stream: string) => number | undefined,
  known: string | undefined,
): Promise<Topic> {
  const metadata = await consumer.metadata({ topics: [topic], forceUpdate: true });
  const found = metadata.topics.get(topic);
  if (found === undefined || found.partitionsCount === 0) throw new Held(`no topic ${topic}: create it`);
  const { ListOffsetTimestamps } = await import("@platformatic/kafka");
  const [first, end] = await Promise.all([
    consumer.listOffsets({ topics: [topic], timestamp: ListOffsetTimestamps.EARLIEST }),
    consumer.listOffsets({ topics: [topic], timestamp: ListOffsetTimestamps.LATEST }),
  ]);
  const anew = `to read it from its beginning, add ?as=${topic}-2 to the address (changes that are known already change nothing)`;
  const missing: { partition: number; from: number; to: number }[] = [];
  const partitions = found.partitions.map(({ leader, leaderEpoch }, number): Partition => {
    const stream = `kafka:${as}:${number}`;
    const position = positionOf(stream);
    const oldest = Number(first.get(topic)?.[number] ?? 0n);
    const after = Number(end.get(topic)?.[number] ?? 0n);
    if (position !== undefined && known !== undefined && known !== found.id)
      throw new Held(
        `topic ${topic} was deleted and made again: position ${position} of partition ${number} is of the old one: ${anew}`,
      );
    if (position !== undefined && position >= after)
      throw new Held(
        `partition ${number} of topic ${topic} ends before ${after} and the workspace has read ${position}: it was made again or lost messages: ${anew}`,
      );
    const wanted = position === undefined ? oldest : position + 1;
    if (wanted < oldest) missing.push({ partition: number, from: wanted, to: oldest - 1 });
    const next = Math.max(wanted, oldest);
    return { number, leader, leaderEpoch, stream, next, committed: wanted, end: after };
  });
  return { id: found.id, partitions, missing };
}

export interface Received {
  readonly partition: Partition;
  readonly offset: number;
  readonly text: string;
}

const MOST_BYTES = 8 * 1024 * 1024;
const PARTITION_BYTES = 1024 * 1024;
const WAIT_MS = 1_000;

/** What the partitions of one broker have next; those of transactions that were given up are left out. */
export async function fetchNext(
  consumer: KafkaConsumer,
  topicId: string,
  partitions: readonly Partition[],
): Promise<Received[]> {
  const [{ leader } = { leader: -1 }] = partitions;
  const { responses } = await consumer.fetch({
    node: leader,
    maxWaitTime: WAIT_MS,
    minBytes: 1,
    maxBytes: MOST_BYTES,
    topics: [
      {
        topicId,
        partitions: partitions.map(({ number, leaderEpoch, next }) => ({
          partition: number,
          currentLeaderEpoch: leaderEpoch,
          fetchOffset: BigInt(next),
          lastFetchedEpoch: -1,
          partitionMaxBytes: PARTITION_BYTES,
        })),
      },
    ],
  });
  const received: Received[] = [];
  for (const { partitionIndex, records, highWatermark } of responses.flatMap(
    (response) => response.partitions,
  )) {
    const partition = partitions.find(({ number }) => number === partitionIndex);
    if (partition === undefined) continue;
    partition.end = Number(highWatermark);
    const from = partition.next;
    for (const batch of records ?? []) {
      const start = Number(batch.firstOffset);
      // bit 5: written by the broker about a transaction, and no message
      if ((batch.attributes & 0b10_0000) === 0)
        for (const { offsetDelta, value } of batch.records) {
          const offset = start + offsetDelta;
          // a batch is sent whole, even where only its end was asked for
          if (offset >= from) received.push({ partition, offset, text: value?.toString("utf8") ?? "" });
        }
      partition.next = Math.max(partition.next, start + batch.lastOffsetDelta + 1);
    }
  }
  return received;
}

/** Tells the broker how far reading is, for its monitoring. Nothing depends on it. */
export async function tellGroup(
  consumer: KafkaConsumer,
  topic: string,
  partitions: Iterable<Partition>,
): Promise<void> {
  // a committer that is no member of its group
  consumer.generationId = -1;
  consumer.memberId = "";
  const offsets = [...partitions].map(({ number, committed, leaderEpoch }) => ({
    topic,
    partition: number,
    offset: BigInt(committed),
    leaderEpoch,
  }));
  await consumer.commit({ offsets });
}
