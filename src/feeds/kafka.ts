import { LineReader, type ReadLine } from "../live/read-lines.ts";
import { applying, attempts, Held, messageOf, type Pace } from "./attempts.ts";
import { Batches, room } from "./batches.ts";
import type { DeliverTo, Feed } from "./feed.ts";
import { consumerOptions, type KafkaOptions } from "./kafka-options.ts";
import {
  fetchNext,
  type KafkaConsumer,
  type Partition,
  placePartitions,
  type Received,
  tellGroup,
} from "./kafka-partitions.ts";
import { Standing } from "./standing.ts";
import { StreamIdentities } from "./stream-identities.ts";

/** How often the broker is asked whether the topic is as it was, and told how far reading is. */
const LOOK_MS = 10_000;

/**
 * Reads all partitions of a topic into a workspace, for ever. Resolves at once: whether the broker is there is in the
 * status. Partitions are not shared with other members of a group, since every workspace needs all of them; positions
 * are the workspace's, committed with the events.
 */
export async function openKafkaFeed(
  applier: DeliverTo,
  options: KafkaOptions,
  onStatus: () => void,
  pace: Pace = {},
): Promise<Feed> {
  // a package of ES modules, which the built program's files are not
  const { Consumer } = await import("@platformatic/kafka");
  const connection = consumerOptions(options);
  const identities = new StreamIdentities(options.workspace);
  const standing = new Standing("kafka", options.topic, onStatus);
  const stop = new AbortController();

  const attempt = async (progressed: () => void) => {
    const consumer: KafkaConsumer = new Consumer(connection);
    // the next answer tells
    consumer.on("error", () => {});
    try {
      await reached(options, () =>
        read(consumer, { applier, options, identities, standing, signal: stop.signal, progressed }),
      );
    } finally {
      await new Promise((done) => consumer.close(true, done));
    }
  };
  const running = attempts(attempt, standing, stop.signal, pace);
  return {
    get status() {
      return standing.now;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

/** A message, read while the batch is gathered. */
type ReceivedLine = Received & { readonly read: ReadLine };

interface Reading {
  readonly applier: DeliverTo;
  readonly options: KafkaOptions;
  readonly identities: StreamIdentities;
  readonly standing: Standing;
  readonly signal: AbortSignal;
  readonly progressed: () => void;
}

/** Reads until a broker does not answer, the topic changes, or a batch cannot be applied. */
async function read(consumer: KafkaConsumer, reading: Reading): Promise<void> {
  const { applier, options, identities, standing, signal, progressed } = reading;
  const identity = `kafka:${options.as}`;
  consumer.topics.track(options.topic);
  const topic = await placePartitions(
    consumer,
    options,
    (stream) => applier.positionOf(stream),
    identities.of(identity),
  );
  identities.keep(identity, topic.id);

  const ended = new AbortController();
  const isOver = () => signal.aborted || ended.signal.aborted;
  const deliver = async (batch: readonly ReceivedLine[]) => {
    await room(applier, signal);
    await applying(
      Promise.all([...byPartition(batch)].map(([partition, part]) => apply(applier, partition, part))),
    );
    standing.reached(...progress(topic.partitions));
    progressed();
  };
  const batches = new Batches<ReceivedLine>({
    deliver,
    calm: () => applier.calm(),
    onFailure: () => ended.abort(),
  });
  const reader = new LineReader();
  const readBroker = async (partitions: readonly Partition[]) => {
    while (!isOver()) {
      for (const message of await fetchNext(consumer, topic.id, partitions)) {
        const read = await reader.read(message.text, Date.now());
        if (isOver()) return;
        await batches.add({ ...message, read });
      }
    }
  };
  const look = async () => {
    for (let at = Date.now(); !isOver(); await pause(200)) {
      if (Date.now() - at < LOOK_MS) continue;
      at = Date.now();
      const metadata = await consumer.metadata({ topics: [options.topic], forceUpdate: true });
      const now = metadata.topics.get(options.topic);
      if (now?.id !== topic.id || now.partitionsCount !== topic.partitions.length)
        throw new Error(`topic ${options.topic} changed: looking at it again`);
      await tellGroup(consumer, options.topic, topic.partitions).catch(() => undefined);
    }
  };
  standing.is("connected", missingOf(topic.missing));
  standing.reached(...progress(topic.partitions));
  progressed();
  const readers = [...byLeader(topic.partitions).values()].map(readBroker);
  try {
    // the first that fails ends the others
    await Promise.all([...readers, look()].map((one) => one.finally(() => ended.abort())));
  } finally {
    ended.abort();
    await batches.settled();
    await tellGroup(consumer, options.topic, topic.partitions).catch(() => undefined);
  }
}

async function apply(
  applier: DeliverTo,
  partition: Partition,
  messages: readonly ReceivedLine[],
): Promise<void> {
  const positions = messages.map(({ offset }) => offset);
  const lines = messages.map(({ text }) => text);
  const read = messages.map((message) => message.read);
  await applier.apply({ via: "kafka", lines, read, stream: { name: partition.stream, positions } });
  partition.committed = (positions.at(-1) ?? partition.committed - 1) + 1;
}

/** Messages that are in, and those that wait in the broker. */
function progress(partitions: readonly Partition[]): [position: number, pending: number] {
  let position = 0;
  let pending = 0;
  for (const { committed, next, end } of partitions) {
    position += committed;
    // what stands between the last message and the end is no message but a mark of a transaction
    pending += next >= end ? Math.max(0, next - committed) : end - committed;
  }
  return [position, pending];
}

function missingOf(
  missing: readonly { readonly partition: number; readonly from: number; readonly to: number }[],
): string | undefined {
  if (missing.length === 0) return undefined;
  const count = missing.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  const where = missing
    .map(({ partition, from, to }) => `partition ${partition}: ${from} to ${to}`)
    .join(", ");
  return `${count} messages were gone before they were read (${where}): what they told is missing until it is told again`;
}

function byPartition(messages: readonly ReceivedLine[]): ReadonlyMap<Partition, readonly ReceivedLine[]> {
  const groups = new Map<Partition, ReceivedLine[]>();
  for (const message of messages) {
    const group = groups.get(message.partition);
    if (group === undefined) groups.set(message.partition, [message]);
    else group.push(message);
  }
  return groups;
}

function byLeader(partitions: readonly Partition[]): ReadonlyMap<number, readonly Partition[]> {
  const groups = new Map<number, Partition[]>();
  for (const partition of partitions)
    groups.set(partition.leader, [...(groups.get(partition.leader) ?? []), partition]);
  return groups;
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** What the broker answers no to is held; what it does not answer is tried again. */
async function reached<T>({ brokers, topic }: KafkaOptions, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Held) throw error;
    const where = brokers.join(",");
    const known = error instanceof Error ? error : new Error(String(error));
    const said = `${apiErrors(known).join(", ")} ${deepest(known)}`;
    if (/unknown.topic/i.test(said)) throw new Held(`no topic ${topic} at ${where}: create it`);
    if (/AUTHENTICATION|AUTHORIZATION/i.test(said))
      throw new Held(`${where} refuses these credentials: ${deepest(known)}`);
    throw new Error(`cannot read topic ${topic} at ${where}: ${deepest(known)}`, { cause: error });
  }
}

/** Names of errors that brokers gave, through all layers. */
function apiErrors(error: Error): string[] {
  const own = "apiId" in error && typeof error.apiId === "string" ? [error.apiId] : [];
  const code = "code" in error && typeof error.code === "string" ? [error.code] : [];
  const inner = error instanceof AggregateError ? error.errors : [];
  return [
    ...own,
    ...code,
    ...[...inner, error.cause].flatMap((one) => (one instanceof Error ? apiErrors(one) : [])),
  ];
}

/** The message that says what was wrong, below those that say where. */
function deepest(error: Error): string {
  if (error instanceof AggregateError && error.errors.length > 0 && error.errors[0] instanceof Error)
    return deepest(error.errors[0]);
  return error.cause instanceof Error ? deepest(error.cause) : messageOf(error);
}
