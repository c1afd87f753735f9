import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { AckPolicy } from "@nats-io/jetstream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CardscopeError } from "../../src/errors.ts";
import type { Feed } from "../../src/feeds/feed.ts";
import { openNatsFeed } from "../../src/feeds/nats.ts";
import { type NatsOptions, natsOptions } from "../../src/feeds/nats-options.ts";
import { selfSigned } from "./certificate.ts";
import { Ledger, numbered, status, until } from "./ledger.ts";
import { NatsServer } from "./nats-server.ts";

const pace = { firstMs: 50, longestMs: 400 };
let server: NatsServer;
let folder: string;
let ledger: Ledger;

beforeEach(async () => {
  server = await NatsServer.start();
  folder = await mkdtemp(join(tmpdir(), "cardscope-feed-"));
  ledger = new Ledger();
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const options = (query = ""): NatsOptions => ({
  ...natsOptions(`nats://${server.host}/EVENTS${query}`),
  workspace: folder,
});
const open = (given = options()): Promise<Feed> => openNatsFeed(ledger, given, () => {}, pace);
const told = (from: number, to: number) =>
  until(() => [ledger.lines.length, ledger.lines.at(-1)], [to - from + 1, numbered(to, to)[0]]);

describe("a stream", () => {
  test("is read into the workspace, in order and with its positions", async () => {
    await using client = await server.client();
    await client.stream("EVENTS");
    await client.publish("EVENTS", numbered(1, 12_000));
    await using feed = await open();
    await told(1, 12_000);
    expect(ledger.lines).toEqual(numbered(1, 12_000));
    await client.publish("EVENTS", numbered(12_001, 12_003));
    await told(1, 12_003);
    await until(() => feed.status, {
      name: "nats EVENTS",
      kind: "nats",
      status: "connected",
      position: 12_003,
      pending: 0,
    });
    const info = await client.manager.consumers.info("EVENTS", "cardscope");
    expect(info.config.ack_policy).toBe(AckPolicy.All);
    await until(async () => (await client.manager.consumers.info("EVENTS", "cardscope")).num_ack_pending, 0);
  });

  test("is read on where it was, after a restart", async () => {
    await using client = await server.client();
    await client.stream("EVENTS");
    await client.publish("EVENTS", numbered(1, 500));
    const first = await open();
    await told(1, 500);
    await first[Symbol.asyncDispose]();
    expect(first.status.status).toBe("stopped");
    await client.publish("EVENTS", numbered(501, 900));
    await using _second = await open();
    await told(1, 900);
    expect(ledger.lines).toEqual(numbered(1, 900));
  });

  test("is read from the workspace's position where the broker thinks it is further", async () => {
    await using client = await server.client();
    await client.stream("EVENTS");
    await client.publish("EVENTS", numbered(1, 500));
    const first = await open();
    await told(1, 500);
    await first[Symbol.asyncDispose]();
    // as a workspace restored from a backup
    ledger.lines.length = 200;
    ledger.positions.set("nats:EVENTS", 200);
    await using _second = await open();
    await told(1, 500);
    expect(ledger.lines).toEqual(numbered(1, 500));
  });

  test("is read from the workspace's position where the broker thinks it is behind", async () => {
    await using client = await server.client();
    await client.stream("EVENTS");
    await client.publish("EVENTS", numbered(1, 500));
    // killed between the commit and the acknowledgement
    await client.manager.consumers.add("EVENTS", {
      durable_name: "cardscope",
      description: `Cardscope ${folder}`,
      ack_policy: AckPolicy.All,
    });
    ledger.lines.push(...numbered(1, 300));
    ledger.positions.set("nats:EVENTS", 300);
    await using _feed = await open();
    await told(1, 500);
    expect(ledger.lines).toEqual(numbered(1, 500));
  });

  test("goes on past a message that is no event", async () => {
    await using client = await server.client();
    await client.stream("EVENTS");
    await client.publish("EVENTS", [...numbered(1, 2), "\u0000not json", "", ...numbered(3, 3)]);
    await using feed = await open();
    await told(1, 3);
    await until(() => feed.status.position, 5);
  });

  test("says how many messages were gone before they were read", async () => {
    await using client = await server.client();
    await client.stream("EVENTS", { max_msgs: 100 });
    await client.publish("EVENTS", numbered(1, 50));
    const first = await open();
    await told(1, 50);
    await first[Symbol.asyncDispose]();
    await client.publish("EVENTS", numbered(51, 300));
    await using feed = await open();
    await until(() => ledger.lines.length, 150);
    expect(feed.status.status).toBe("connected");
    expect(feed.status.because).toMatch(/^150 messages were gone before they were read \(51 to 200\)/);
  });

  test("is asked for no more while the workspace has no room", async () => {
    await using client = await server.client();
    await client.stream("EVENTS");
    await client.publish("EVENTS", numbered(1, 30_000));
    ledger.room = 0;
    await using _feed = await open();
    await delay(1_500);
    expect(ledger.lines).toEqual([]);
    const { num_pending } = await client.manager.consumers.info("EVENTS", "cardscope");
    expect(num_pending).toBeGreaterThan(15_000);
    ledger.room = 100_000;
    await told(1, 30_000);
    expect(ledger.lines).toEqual(numbered(1, 30_000));
  });
});

describe("a broker", () => {
  test("that is not there yet is waited for", async () => {
    await server.kill();
    await using feed = await open();
    await status(feed, "reconnecting", /cannot reach nats:\/\/127\.0\.0\.1:\d+: .*REFUSED/i);
    await server.start();
    await status(feed, "paused", /^no stream EVENTS at nats:.*create it$/);
    await using client = await server.client();
    await client.stream("EVENTS");
    await client.publish("EVENTS", numbered(1, 10));
    await told(1, 10);
    await status(feed, "connected");
  });

  test("that is killed under load and comes back loses nothing and tells nothing twice", async () => {
    const total = 20_000;
    {
      await using client = await server.client();
      await client.stream("EVENTS");
      await client.publish("EVENTS", numbered(1, total));
    }
    ledger.beforeCommit = () => delay(30);
    await using feed = await open();
    for (const share of [0.2, 0.5, 0.8]) {
      await until(() => ledger.lines.length > share * total, true);
      await server.kill();
      await status(feed, "reconnecting");
      await server.start();
    }
    await told(1, total);
    expect(ledger.lines).toEqual(numbered(1, total));
    await until(() => feed.status.position, total);
  });

  test("that refuses the credentials is told so, and they can be in the address", async () => {
    await using guarded = await NatsServer.start("--user", "reader", "--pass", "s3cret/@");
    await using feed = await openNatsFeed(
      ledger,
      natsOptions(`nats://reader:wrong@${guarded.host}/EVENTS`),
      () => {},
      pace,
    );
    const { because } = await status(feed, "paused", /refuses these credentials/);
    expect(because).not.toContain("wrong");
    await using client = await guarded.client({ user: "reader", pass: "s3cret/@" });
    await client.stream("EVENTS");
    await client.publish("EVENTS", numbered(1, 3));
    await using _right = await openNatsFeed(
      ledger,
      natsOptions(`nats://reader:s3cret%2F%40@${guarded.host}/EVENTS`),
      () => {},
      pace,
    );
    await told(1, 3);
  });

  test("is spoken to under TLS, where its certificate is one that the address or the system trusts", async () => {
    const { key, certificate: ca } = selfSigned(folder);
    await using sealed = await NatsServer.start(
      "--tls",
      "--tlscert",
      ca,
      "--tlskey",
      key,
      "--auth",
      "s3cret",
    );
    const host = `localhost:${sealed.port}`;
    await using client = await sealed.client({ servers: host, token: "s3cret", tls: { caFile: ca } });
    await client.stream("EVENTS");
    await client.publish("EVENTS", numbered(1, 3));
    const feeding = (address: string) => openNatsFeed(ledger, natsOptions(address), () => {}, pace);
    {
      await using strange = await feeding(`tls://s3cret@${host}/EVENTS`);
      const { because } = await status(strange, "reconnecting", /self-signed certificate/);
      expect(because).not.toContain("s3cret");
    }
    expect(ledger.lines).toEqual([]);
    {
      // an authority asks for TLS as well
      await using open = await feeding(`nats://s3cret@${host}/EVENTS?ca=${encodeURIComponent(ca)}`);
      await told(1, 3);
      await status(open, "connected");
    }
    await using feed = await feeding(`tls://s3cret@${host}/EVENTS?ca=${encodeURIComponent(ca)}`);
    await client.publish("EVENTS", numbered(4, 6));
    await told(1, 6);
    await status(feed, "connected");
  });
});

describe("a stream that was made again", () => {
  test("is not read under the old position, and the reason says what to do", async () => {
    await using client = await server.client();
    await client.stream("EVENTS");
    await client.publish("EVENTS", numbered(1, 100));
    await using feed = await open();
    await told(1, 100);
    await client.manager.streams.delete("EVENTS");
    await client.stream("EVENTS");
    await client.publish("EVENTS", numbered(101, 400));
    await status(feed, "paused", /^stream EVENTS was deleted and made again on .* add \?as=EVENTS-2/);
    expect(ledger.lines).toEqual(numbered(1, 100));
    await feed[Symbol.asyncDispose]();

    await using again = await open();
    await status(again, "paused", /deleted and made again/);
    await again[Symbol.asyncDispose]();

    await using _anew = await open(options("?as=EVENTS-2"));
    await told(1, 400);
    expect(ledger.lines).toEqual(numbered(1, 400));
    expect(JSON.parse(await readFile(join(folder, "streams.json"), "utf8"))).toHaveProperty("nats:EVENTS-2");
  });

  test("is noticed by its end, too, where the workspace forgot which stream it was", async () => {
    await using client = await server.client();
    await client.stream("EVENTS");
    await client.publish("EVENTS", numbered(1, 10));
    ledger.positions.set("nats:EVENTS", 50);
    await using feed = await open();
    await status(feed, "paused", /ends at 10 and the workspace has read up to 50/);
    expect(ledger.lines).toEqual([]);
  });
});

describe("a workspace that takes nothing", () => {
  test("pauses the feed, which reads the same again when it does", async () => {
    await using client = await server.client();
    await client.stream("EVENTS");
    await client.publish("EVENTS", numbered(1, 200));
    await using feed = await open();
    await told(1, 200);
    ledger.refusal = new CardscopeError("OUT_OF_SPACE", "the disk of the workspace is full", {
      hint: "make room",
    });
    await client.publish("EVENTS", numbered(201, 7_000));
    await status(feed, "paused", /^the disk of the workspace is full: make room$/);
    await until(() => ledger.refusals > 3, true);
    expect(ledger.lines.length).toBe(200);
    ledger.refusal = null;
    await told(1, 7_000);
    expect(ledger.lines).toEqual(numbered(1, 7_000));
    await status(feed, "connected");
  });
});

describe("a consumer", () => {
  test("that was deleted is made again", async () => {
    await using client = await server.client();
    await client.stream("EVENTS");
    await client.publish("EVENTS", numbered(1, 100));
    await using _feed = await open();
    await told(1, 100);
    await client.manager.consumers.delete("EVENTS", "cardscope");
    await client.publish("EVENTS", numbered(101, 200));
    await told(1, 200);
  });

  test("of another program is left alone", async () => {
    await using client = await server.client();
    await client.stream("EVENTS");
    await client.manager.consumers.add("EVENTS", {
      durable_name: "cardscope",
      ack_policy: AckPolicy.Explicit,
    });
    await using feed = await open();
    await status(feed, "paused", /was not made by Cardscope: name another with \?consumer=NAME/);
    await using _other = await open(options("?consumer=cardscope-2"));
    await client.publish("EVENTS", numbered(1, 3));
    await told(1, 3);
  });

  test("that another workspace reads with is left alone", async () => {
    await using client = await server.client();
    await client.stream("EVENTS");
    await using _first = await open();
    await status(_first, "connected");
    await delay(300);
    const other = new Ledger();
    await using feed = await openNatsFeed(
      other,
      { ...options(), workspace: join(folder, "..") },
      () => {},
      pace,
    );
    await status(feed, "paused", /another Cardscope reads stream EVENTS as consumer cardscope/);
  });
});
