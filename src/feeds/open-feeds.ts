import type { Live } from "../live/live.ts";
import type { Feed } from "./feed.ts";

/** Where events are read from, as the command line says it. */
export interface FeedAddresses {
  readonly nats?: readonly string[];
  readonly kafka?: readonly string[];
}

/** Opens feeds into a live portfolio; a broker that is not there is waited for. Throws USAGE for an address that is none. */
export async function openFeeds(
  live: Live,
  { nats = [], kafka = [] }: FeedAddresses,
): Promise<AsyncDisposable> {
  const workspace = live.workspace.folder;
  const tell = () => live.tell();
  const feeds: Feed[] = [];
  const close = async () => {
    await Promise.all(feeds.map((feed) => feed[Symbol.asyncDispose]()));
  };
  try {
    // a client is loaded by those who use it
    for (const address of nats) {
      const { natsOptions } = await import("./nats-options.ts");
      const { openNatsFeed } = await import("./nats.ts");
      feeds.push(await openNatsFeed(live.applier, { ...natsOptions(address), workspace }, tell));
    }
    for (const address of kafka) {
      const { kafkaOptions } = await import("./kafka-options.ts");
      const { openKafkaFeed } = await import("./kafka.ts");
      feeds.push(await openKafkaFeed(live.applier, { ...kafkaOptions(address), workspace }, tell));
    }
  } catch (error) {
    await close();
    throw error;
  }
  live.feeds = feeds;
  return { [Symbol.asyncDispose]: close };
}
