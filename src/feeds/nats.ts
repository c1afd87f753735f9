import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from "@nats-io/jetstream";
import { connect, errors, type NatsConnection } from "@nats-io/transport-node";
import { LineReader, type ReadLine } from "../live/read-lines.ts";
import { applying, attempts, Held, messageOf, type Pace } from "./attempts.ts";
import { Batches, room } from "./batches.ts";
import type { DeliverTo, Feed } from "./feed.ts";
import { checkStream, placeConsumer } from "./nats-consumer.ts";
import { connectionOptions, type NatsOptions } from "./nats-options.ts";
import { Standing } from "./standing.ts";
import { StreamIdentities } from "./stream-identities.ts";

/** Messages that are asked for at a time; the next are asked for as these are taken. */
const ASKED = 2_000;

/**
 * Reads a JetStream stream into a workspace, for ever. Resolves at once: whether the broker is there is in the status.
 * The position is the workspace's, committed with the events; the broker's is told for its own monitoring.
 */
export async function openNatsFeed(
  applier: DeliverTo,
  options: NatsOptions,
  onStatus: () => void,
  pace: Pace = {},
): Promise<Feed> {
  const stream = `nats:${options.as}`;
  const connection = connectionOptions(options);
  const identities = new StreamIdentities(options.workspace);
  const standing = new Standing("nats", options.stream, onStatus);
  const stop = new AbortController();
  standing.reached(applier.positionOf(stream) ?? null, null);

  const attempt = async (progressed: () => void) => {
    const broker = await connected(options, () => connect(connection));
    const close = () => void broker.close();
    stop.signal.addEventListener("abort", close, { once: true });
    try {
      await read(broker, { applier, options, stream, identities, standing, signal: stop.signal, progressed });
    } finally {
      stop.signal.removeEventListener("abort", close);
      await broker.close();
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
interface Received {
  readonly message: JsMsg;
  readonly line: string;
  readonly read: ReadLine;
}

interface Reading {
  readonly applier: DeliverTo;
  readonly options: NatsOptions;
  readonly stream: string;
  readonly identities: StreamIdentities;
  readonly standing: Standing;
  readonly signal: AbortSignal;
  readonly progressed: () => void;
}

/** Reads until the connection ends, the consumer goes, or a batch cannot be applied. */
async function read(broker: NatsConnection, reading: Reading): Promise<void> {
  const { applier, options, stream, identities, standing, signal, progressed } = reading;
  const position = applier.positionOf(stream) ?? 0;
  const { placed, isPerSubject } = await jetStreamOf(options, async () => {
    const manager = await jetstreamManager(broker);
    const info = await manager.streams.info(options.stream);
    checkStream(options, info, position, identities.of(stream));
    identities.keep(stream, info.created);
    return {
      placed: await placeConsumer(manager, options, position),
      isPerSubject: info.config.max_msgs_per_subject > 0,
    };
  });
  const consumer = await jetstream(broker).consumers.get(options.stream, options.consumer);
  const messages = await consumer.consume({ max_messages: ASKED, abort_on_missing_resource: true });
  const stop = () => messages.stop();
  signal.addEventListener("abort", stop, { once: true });

  const deliver = async (batch: readonly Received[]) => {
    const last = batch.at(-1)?.message;
    if (last === undefined) return;
    await room(applier, signal);
    await applying(
      applier.apply({
        via: "nats",
        lines: batch.map(({ line }) => line),
        read: batch.map(({ read }) => read),
        stream: { name: stream, positions: batch.map(({ message }) => message.seq) },
      }),
    );
    // what is committed is committed, whether the broker can still be told or not
    if (!broker.isClosed()) last.ack();
    standing.reached(applier.positionOf(stream) ?? last.seq, last.info.pending);
    progressed();
  };
  const batches = new Batches<Received>({ deliver, calm: () => applier.calm(), onFailure: stop });
  const reader = new LineReader();
  standing.is("connected");
  progressed();
  let { delivered } = placed;
  let previous = position;
  try {
    for await (const message of messages) {
      const { deliverySequence, streamSequence } = message.info;
      delivered++;
      if (deliverySequence !== delivered)
        throw new Error(
          `messages of stream ${options.stream} went astray after ${previous}: reading on from there`,
        );
      // sent again, because committing took longer than the broker waits for
      if (streamSequence <= previous) continue;
      // how it is kept takes some away that later ones replace
      if (streamSequence > previous + 1 && previous > 0 && !isPerSubject)
        standing.is("connected", gone(previous + 1, streamSequence - 1));
      previous = streamSequence;
      const line = message.string();
      await batches.add({ message, line, read: await reader.read(line, Date.now()) });
    }
  } finally {
    signal.removeEventListener("abort", stop);
    messages.stop();
    await batches.settled();
  }
  throw new Error(`connection to ${options.servers.join(",")} ended`);
}

/** What retention or a hand took out of the stream first. */
export const gone = (from: number, to: number): string =>
  `${to - from + 1} messages were gone before they were read (${from} to ${to}): what they told is missing until it is told again`;

async function connected<T>({ servers }: NatsOptions, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const where = `nats://${servers.join(",")}`;
    if (error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError)
      throw new Held(`${where} refuses these credentials: ${messageOf(error)}`);
    throw new Error(`cannot reach ${where}: ${messageOf(error)}`, { cause: error });
  }
}

/** What the broker answers no to is held; what it does not answer is tried again. */
async function jetStreamOf<T>({ servers, stream }: NatsOptions, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const where = `nats://${servers.join(",")}`;
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound)
      throw new Held(`no stream ${stream} at ${where}: create it`);
    if (error instanceof Error && error.name === "JetStreamNotEnabled")
      throw new Held(`JetStream is not enabled at ${where}: start its server with it`);
    if (error instanceof JetStreamApiError || error instanceof errors.PermissionViolationError)
      throw new Held(`stream ${stream} cannot be read: ${error.message}`);
    throw error;
  }
}
