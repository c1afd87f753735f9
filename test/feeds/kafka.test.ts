import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Consumer, Producer, stringSerializers } from "@platformatic/kafka";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CardscopeError } from "../../src/errors.ts";
import { openKafkaFeed } from "../../src/feeds/kafka.ts";
import { type KafkaOptions, kafkaOptions } from "../../src/feeds/kafka-options.ts";
import { KafkaBroker, withoutBroker } from "./kafka-broker.ts";
import { Ledger, numbered, status, until } from "./ledger.ts";
import { freePort } from "./nats-server.ts";

const pace = { firstMs: 50, longestMs: 400 };
let folder: string;
let ledger: Ledger;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cardscope-feed-"));
  ledger = new Ledger();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a broker that is not there is waited for", async () => {
  const port = await freePort();
  await using feed = await openKafkaFeed(ledger, kafkaOptions(`127.0.0.1:${port}/EVENTS`), () => {}, pace);
  const { because } = await status(
    feed,
    "reconnecting",
    /cannot read topic EVENTS at 127\.0\.0\.1:\d+: .*REFUSED/i,
  );
  expect(because).toBeDefined();
});

describe.skipIf(withoutBroker !== undefined)(`a topic ${withoutBroker ?? ""}`, () => {
  let broker: KafkaBroker;
  let topic = "";
  let topics = 0;

  beforeAll(async () => {
    broker = await KafkaBroker.start();
  });
  afterAll(async () => {
    await broker[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    topic = `EVENTS-${++topics}`;
  });

  const options = (query = ""): KafkaOptions => ({
    ...kafkaOptions(`${broker.host}/${topic}${query}`),
    workspace: folder,
  });
  const open = (given = options()) => openKafkaFeed(ledger, given, () => {}, pace);
  const sorted = () => ledger.lines.map((line) => Number(JSON.parse(line).n)).sort((a, b) => a - b);
  const all = (to: number) => Array.from({ length: to }, (_, i) => i + 1);

  test("is read with a login under TLS, where the certificate is trusted and the login is right", async () => {
    await broker.createTopic(topic, 1);
    await broker.produce(topic, numbered(1, 3));
    const feeding = (login: string, query: string) =>
      openKafkaFeed(ledger, kafkaOptions(`${login}@${broker.guarded}/${topic}${query}`), () => {}, pace);
    const trusted = `?ca=${encodeURIComponent(broker.authority)}`;
    {
      await using strange = await feeding("reader:s3cret%2F%40", "?tls=on");
      const { because } = await status(strange, "reconnecting", /self-signed certificate/);
      expect(because).not.toContain("s3cret");
    }
    {
      await using wrong = await feeding("reader:wr0ng", trusted);
      const { because } = await status(wrong, "paused", /refuses these credentials/);
      expect(because).not.toContain("wr0ng");
    }
    expect(ledger.lines).toEqual([]);
    await using feed = await feeding("reader:s3cret%2F%40", trusted);
    await until(() => ledger.lines, numbered(1, 3));
    await status(feed, "connected");
  });

  test("is read into the workspace, each partition in order and with its position", async () => {
    await broker.createTopic(topic, 3);
    for (const partition of [0, 1, 2])
      await broker.produce(topic, numbered(partition * 4_000 + 1, (partition + 1) * 4_000), partition);
    await using feed = await open();
    await until(() => ledger.lines.length, 12_000);
    for (const partition of [0, 1, 2]) {
      expect(ledger.positionOf(`kafka:${topic}:${partition}`)).toBe(3_999);
      const of = ledger.lines
        .map((line) => Number(JSON.parse(line).n))
        .filter((n) => Math.ceil(n / 4_000) === partition + 1);
      expect(of).toEqual([...of].sort((a, b) => a - b));
    }
    expect(sorted()).toEqual(all(12_000));
    await until(() => feed.status, {
      name: `kafka ${topic}`,
      kind: "kafka",
      status: "connected",
      position: 12_000,
      pending: 0,
    });
  });

  test("is read on where it was, and the group is told how far that is", async () => {
    await broker.createTopic(topic, 2);
    await broker.produce(topic, numbered(1, 300), 0);
    const first = await open();
    await until(() => ledger.lines.length, 300);
    await first[Symbol.asyncDispose]();
    expect(first.status.status).toBe("stopped");
    await broker.produce(topic, numbered(301, 500), 0);
    await broker.produce(topic, numbered(501, 600), 1);
    const second = await open();
    await until(() => ledger.lines.length, 600);
    await second[Symbol.asyncDispose]();
    expect(sorted()).toEqual(all(600));
    const consumer = new Consumer({
      clientId: "test",
      groupId: "cardscope",
      bootstrapBrokers: [broker.host],
    });
    const told = await consumer.listCommittedOffsets({ topics: [{ topic, partitions: [0, 1] }] });
    await consumer.close();
    expect(told.get(topic)).toEqual([500n, 100n]);
  });

  test("goes on past messages that are no events", async () => {
    await broker.createTopic(topic, 1);
    await broker.produce(topic, [...numbered(1, 2), "not json", null, ...numbered(3, 3)], 0);
    await using feed = await open();
    await until(() => ledger.lines.length, 3);
    await until(() => feed.status.position, 5);
  });

  test("leaves out what a transaction gave up", async () => {
    await broker.createTopic(topic, 1);
    const producer = new Producer({
      clientId: "test",
      bootstrapBrokers: [broker.host],
      serializers: stringSerializers,
      idempotent: true,
      transactionalId: "test",
      retries: 10,
    });
    for (const [n, isKept] of [
      [1, true],
      [99, false],
      [2, true],
    ] as const) {
      const transaction = await producer.beginTransaction();
      await transaction.send({
        messages: numbered(n, n).map((value) => ({ topic, value, key: "k", partition: 0 })),
      });
      await (isKept ? transaction.commit() : transaction.abort());
    }
    await producer.close();
    await broker.produce(topic, numbered(3, 3), 0);
    await using feed = await open();
    await until(() => sorted(), [1, 2, 3]);
    await until(() => feed.status.pending, 0);
  });

  test("says how many messages were gone before they were read", async () => {
    await broker.createTopic(topic, 1, { "segment.bytes": "1048576", "retention.bytes": "1" });
    await broker.produce(topic, numbered(1, 10), 0);
    const first = await open();
    await until(() => ledger.lines.length, 10);
    await first[Symbol.asyncDispose]();
    const large = Array.from({ length: 4_000 }, (_, i) =>
      JSON.stringify({ n: 11 + i, pad: "x".repeat(1_000) }),
    );
    await broker.produce(topic, large, 0);
    await delay(3_000);
    await using feed = await open();
    await until(() => feed.status.position, 4_010);
    expect(feed.status.because).toMatch(
      /^\d+ messages were gone before they were read \(partition 0: 10 to \d+\)/,
    );
    expect(ledger.lines.length).toBeLessThan(4_010);
  });

  test("that was made again is not read under the old positions", async () => {
    await broker.createTopic(topic, 1);
    await broker.produce(topic, numbered(1, 50), 0);
    const first = await open();
    await until(() => ledger.lines.length, 50);
    await first[Symbol.asyncDispose]();
    await broker.deleteTopic(topic);
    await delay(1_000);
    await broker.createTopic(topic, 1);
    await broker.produce(topic, numbered(51, 200), 0);
    await using feed = await open();
    await status(
      feed,
      "paused",
      /was deleted and made again: position 49 of partition 0 .* add \?as=EVENTS-\d+-2/,
    );
    expect(ledger.lines.length).toBe(50);
    await using _anew = await open(options("?as=again"));
    await until(() => sorted(), all(200));
  });

  test("that is not there is told, and read once it is", async () => {
    await using feed = await open();
    await status(feed, "paused", /no topic EVENTS-\d+ .*create it/);
    await broker.createTopic(topic, 1);
    await broker.produce(topic, numbered(1, 5), 0);
    await until(() => sorted(), all(5));
    await status(feed, "connected");
  });

  test("waits while the workspace takes nothing, and is read again from there", async () => {
    await broker.createTopic(topic, 2);
    await broker.produce(topic, numbered(1, 100), 0);
    await using feed = await open();
    await until(() => ledger.lines.length, 100);
    ledger.refusal = new CardscopeError("OUT_OF_SPACE", "the disk of the workspace is full", {
      hint: "make room",
    });
    await broker.produce(topic, numbered(101, 3_000), 1);
    await status(feed, "paused", /^the disk of the workspace is full: make room$/);
    await until(() => ledger.refusals > 2, true);
    ledger.refusal = null;
    await until(() => sorted(), all(3_000));
    await status(feed, "connected");
  });

  test("of a broker that is killed under load and comes back loses nothing and tells nothing twice", async () => {
    await broker.createTopic(topic, 2);
    await broker.produce(topic, numbered(1, 10_000), 0);
    await broker.produce(topic, numbered(10_001, 20_000), 1);
    ledger.beforeCommit = () => delay(150);
    await using feed = await open();
    await until(() => ledger.lines.length > 2_000, true);
    await broker.kill();
    await status(feed, "reconnecting");
    await broker.start();
    await until(() => ledger.lines.length, 20_000, 60_000);
    expect(sorted()).toEqual(all(20_000));
    await status(feed, "connected");
  });
});
