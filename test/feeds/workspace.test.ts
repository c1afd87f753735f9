import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Feed } from "../../src/feeds/feed.ts";
import { openKafkaFeed } from "../../src/feeds/kafka.ts";
import { kafkaOptions } from "../../src/feeds/kafka-options.ts";
import { openNatsFeed } from "../../src/feeds/nats.ts";
import { natsOptions } from "../../src/feeds/nats-options.ts";
import { Live } from "../../src/live/live.ts";
import { disordered } from "../../src/sample/disorder.ts";
import { sampleEvents } from "../../src/sample/events.ts";
import { writeSample } from "../../src/sample/sample.ts";
import { cardscope } from "../cli/run.ts";
import { folder, plain, tablesOf } from "../live/portfolio.ts";
import { Served } from "../live/served.ts";
import { inState } from "../live/state-now.ts";
import { KafkaBroker, withoutBroker } from "./kafka-broker.ts";
import { until } from "./ledger.ts";
import { NatsServer } from "./nats-server.ts";

const CUSTOMERS = 80;
const inOrder = [...sampleEvents({ seed: 11, customers: CUSTOMERS, events: 3_000, brief: false })];
const lines = [...disordered(inOrder, { seed: 11, share: 0.05, garbage: 0.02 })];

let home: AsyncDisposable & { readonly path: string };
let files: string[];
let workspaces = 0;
/** What a workspace that got the events in order, and nothing else, holds. */
let expected: ReturnType<typeof plain>;

beforeAll(async () => {
  home = await folder();
  const { users, cards } = await writeSample(home.path, {
    customers: CUSTOMERS,
    seed: 11,
    format: "csv",
    brief: false,
  });
  files = [users, cards];
  await using live = await Live.open(join(home.path, "expected"), files);
  await using _explorer = live.explorer;
  await live.applier.apply({ via: "replay", lines: inOrder });
  expected = await portfolioOf(live);
});
afterAll(() => home[Symbol.asyncDispose]());

const portfolioOf = async (live: Live) => plain(await inState(live.workspace, tablesOf));

describe("a workspace", () => {
  test("that reads a JetStream stream, is closed and opened again, holds what the events say", async () => {
    await using server = await NatsServer.start();
    await using client = await server.client();
    await client.stream("EVENTS");
    await read(
      "nats",
      (part) => client.publish("EVENTS", part),
      (live, workspace) =>
        openNatsFeed(live.applier, { ...natsOptions(`nats://${server.host}/EVENTS`), workspace }, () => {}),
    );
  });

  test.skipIf(withoutBroker !== undefined)(
    `that reads a Kafka topic does as well ${withoutBroker ?? ""}`,
    async () => {
      await using broker = await KafkaBroker.start();
      await broker.createTopic("EVENTS", 1);
      await read(
        "kafka",
        (part) => broker.produce("EVENTS", part),
        (live, workspace) =>
          openKafkaFeed(live.applier, { ...kafkaOptions(`${broker.host}/EVENTS`), workspace }, () => {}),
      );
    },
  );

  test("that is sent a file does as well, and the lines of the file that are no events are named", async () => {
    const workspace = join(home.path, `sent-${++workspaces}`);
    await writeFile(join(home.path, "events.ndjson"), `${lines.join("\n")}\n`);
    await using served = await Served.start(workspace, files);
    const token = (await readFile(join(workspace, "events.token"), "utf8")).trim();
    const run = await cardscope(["feed", "events.ndjson", "--to", served.url, "--batch", "700"], {
      cwd: home.path,
      env: { CARDSCOPE_EVENTS_TOKEN: token },
    });
    const garbage = lines.length - new Set(inOrder).size - duplicates();
    expect(run.stdout).toMatch(new RegExp(`\n${garbage} lines rejected\n$`));
    expect(run.stderr).toMatch(/^line \d+: /);
    expect(run.code).toBe(1);
    const { counts } = await served.published();
    expect(counts.rejected).toBe(garbage);
  });
});

/** Lines that are an event told before. */
function duplicates(): number {
  const known = new Set(inOrder);
  const events = lines.filter((line) => known.has(line));
  return events.length - new Set(events).size;
}

/** Half of the lines, then the rest into the same workspace, opened anew. */
async function read(
  name: string,
  publish: (part: readonly string[]) => Promise<void>,
  open: (live: Live, workspace: string) => Promise<Feed>,
): Promise<void> {
  const workspace = join(home.path, `${name}-${++workspaces}`);
  const half = lines.length >> 1;
  for (const [given, part, upTo] of [
    [files, lines.slice(0, half), half],
    [[], lines.slice(half), lines.length],
  ] as const) {
    await using live = await Live.open(workspace, given);
    await using _explorer = live.explorer;
    const counted = () => {
      const { accepted, rejected } = live.applier.totals;
      return accepted + rejected;
    };
    await using feed = await open(live, workspace);
    await publish(part);
    await until(() => [feed.status.status, feed.status.pending], ["connected", 0]);
    await until(counted, upTo);
    if (upTo === lines.length) expect(await portfolioOf(live)).toEqual(expected);
  }
}
