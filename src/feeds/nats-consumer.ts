import { resolve } from "node:path";
import {
  AckPolicy,
  type ConsumerConfig,
  type ConsumerInfo,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  type StreamInfo,
} from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import { Held } from "./attempts.ts";
import type { NatsOptions } from "./nats-options.ts";

const MADE_BY = "Cardscope";
/** More than a feed ever holds: below it the broker would stop sending. */
const MOST_UNACKNOWLEDGED = 20_000;

/** Where reading starts. */
export interface Placed {
  /** What the broker counts deliveries from. A number that is left out means that messages were lost on the way. */
  readonly delivered: number;
}

/** Whether the workspace's position can be one of this stream. */
export function checkStream(
  { stream, as }: NatsOptions,
  { created, state }: StreamInfo,
  position: number,
  known: string | undefined,
): void {
  const anew = `to read it from its beginning, add ?as=${stream}-2 to the address (changes that are known already change nothing)`;
  if (known !== undefined && known !== created && position > 0)
    throw new Held(
      `stream ${stream} was deleted and made again on ${created}: position ${position} of ${as} is of the one made on ${known}: ${anew}`,
    );
  if (position > state.last_seq)
    throw new Held(
      `stream ${stream} ends at ${state.last_seq} and the workspace has read up to ${position}: it was made again or restored from an older backup: ${anew}`,
    );
}

/**
 * The durable consumer, where the workspace is. The broker's own idea of what was acknowledged is not believed where
 * it differs: behind (a crash between commit and acknowledgement) or ahead (a workspace restored from a backup), the
 * consumer is made anew at the workspace's position.
 */
export async function placeConsumer(
  manager: JetStreamManager,
  { stream, consumer, workspace }: NatsOptions,
  position: number,
): Promise<Placed> {
  const description = workspace === undefined ? MADE_BY : `${MADE_BY} ${resolve(workspace)}`;
  const found = await consumerInfo(manager, stream, consumer);
  if (found !== null) {
    checkOwner(found, description);
    if (isThere(found, position)) return { delivered: found.delivered.consumer_seq };
    await manager.consumers.delete(stream, consumer);
  }
  await manager.consumers.add(stream, {
    durable_name: consumer,
    description,
    ack_policy: AckPolicy.All,
    ack_wait: nanos(60_000),
    max_ack_pending: MOST_UNACKNOWLEDGED,
    ...start(position),
  });
  return { delivered: 0 };
}

async function consumerInfo(
  manager: JetStreamManager,
  stream: string,
  consumer: string,
): Promise<ConsumerInfo | null> {
  try {
    return await manager.consumers.info(stream, consumer);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound) return null;
    throw error;
  }
}

function checkOwner({ name, stream_name, config, num_waiting }: ConsumerInfo, description: string): void {
  const other = config.description ?? "";
  if (!other.startsWith(MADE_BY))
    throw new Held(
      `consumer ${name} of stream ${stream_name} was not made by Cardscope: name another with ?consumer=NAME`,
    );
  if (other !== description && num_waiting > 0)
    throw new Held(
      `another Cardscope reads stream ${stream_name} as consumer ${name} (${other.slice(MADE_BY.length).trim() || "without a workspace"}): name another with ?consumer=NAME`,
    );
}

/** Everything up to the position is acknowledged, nothing beyond it was sent, and it is set as we would set it. */
const isThere = (
  { config, ack_floor, delivered, num_ack_pending }: ConsumerInfo,
  position: number,
): boolean =>
  position > 0 &&
  ack_floor.stream_seq === position &&
  delivered.stream_seq === position &&
  num_ack_pending === 0 &&
  config.ack_policy === AckPolicy.All &&
  config.max_ack_pending === MOST_UNACKNOWLEDGED &&
  config.filter_subject === undefined;

const start = (position: number): Partial<ConsumerConfig> =>
  position > 0
    ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: position + 1 }
    : { deliver_policy: DeliverPolicy.All };
