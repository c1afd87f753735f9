import { createHmac } from "node:crypto";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { verifyWebhook } from "../../../examples/verify-webhook.ts";
import { type WebhookTarget, waitAfter } from "../../../src/live/alerts/webhook.ts";
import { Live } from "../../../src/live/live.ts";
import { portfolioOf, temporaryFolder, writeFiles } from "../feed.ts";
import { Receiver } from "./receiver.ts";

const secret = "a long random text";
const asOf = "2026-02-28";

async function openLive(folder: string, files: readonly string[], webhook?: WebhookTarget) {
  const live = await Live.open(folder, files, { asOf, today: asOf, ...(webhook && { webhook }) });
  let sequence = Date.now();
  return {
    live,
    /** Moves one customer in or out. */
    customer: (subject: string, op: "upsert" | "delete") =>
      live.applier.apply({
        via: "http",
        lines: [
          JSON.stringify({
            ...{ id: "e", source: "/core", type: "customer", subject, op },
            ...{ time: "2026-02-28T10:00:00Z", sequence: ++sequence, data: { age: 40 } },
          }),
        ],
      }),
    async [Symbol.asyncDispose]() {
      await live[Symbol.asyncDispose]();
      await live.explorer[Symbol.asyncDispose]();
    },
  };
}

const many = {
  name: "many",
  analysis: "portfolio-summary",
  column: "customers",
  comparison: "above",
} as const;

describe("rules", { timeout: 60_000 }, () => {
  test("both examples can be written", async () => {
    await using folder = await temporaryFolder();
    await using opened = await openLive(
      join(folder.path, "w"),
      await writeFiles(folder.path, portfolioOf(40)),
    );
    const { alerts, explorer } = opened.live;
    const count = async (text: string) =>
      explorer.at({ grain: "customers", filters: {}, settings: {} }, async ({ engine }) => {
        const { rows } = await engine.query({ parts: [`select count(*) as n from ${text}`], holes: [] });
        return Number(rows[0]?.["n"]);
      });
    const used = await alerts.add({
      ...many,
      name: "customers above 0.9 utilisation",
      where: { utilisation: "0.9.." },
      threshold: 0,
    });
    expect(used.value).toBe(await count("customer_profile where utilisation >= 0.9"));
    const expiring = await alerts.add({
      ...{ name: "expiring soon", analysis: "expiring-cards", column: "rows" },
      ...{ comparison: "at_least", threshold: 1 },
    });
    expect(expiring.value).toBe(await count("card_profile where status = 'expiring'"));
    expect(expiring).toMatchObject({ state: "firing", because: null, where: null });
    const thisMonth = await alerts.add({
      ...{ name: "expiring this month", analysis: "card-expiry", column: "this_month" },
      ...{ where: { status: "expiring" }, comparison: "at_least", threshold: 1 },
    });
    expect(thisMonth.value).toBe(await count("card_profile where strftime(expires_on, '%Y-%m') = '2026-02'"));
    const visa = await alerts.add({
      ...{ name: "Visa", analysis: "expiring-cards", column: "rows", where: { brand: "Visa" } },
      ...{ comparison: "above", threshold: 1000 },
    });
    expect(visa.value).toBe(await count("card_profile where status = 'expiring' and brand = 'Visa'"));
    expect(visa.state).toBe("quiet");
    const band = await alerts.add({
      ...{ name: "over", analysis: "utilisation", column: "customers", where: { band: "over" } },
      ...{ comparison: "above", threshold: 1000 },
    });
    expect(band.value).toBe(await count("customer_profile where utilisation_band = 'over'"));
    const nowhere = await alerts.add({
      ...{ name: "no", analysis: "utilisation", column: "customers", where: { band: "none" } },
      ...{ comparison: "above", threshold: 1 },
    });
    expect(nowhere).toMatchObject({ state: "not_computable", value: null, because: "no row has band none" });
    await alerts.remove(nowhere.id);
    await expect(alerts.remove(nowhere.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(alerts.list.map(({ name }) => name)).not.toContain("no");
  });

  test("follow the figures, and survive a restart", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "w");
    {
      await using opened = await openLive(path, await writeFiles(folder.path, portfolioOf(3)));
      const { alerts } = opened.live;
      await alerts.add({ ...many, threshold: 3 });
      expect(alerts.firing).toBe(0);
      await opened.customer("50", "upsert");
      await expect.poll(() => alerts.firing, { timeout: 10_000 }).toBe(1);
      expect(alerts.list[0]).toMatchObject({ state: "firing", value: 4 });
    }
    await using opened = await openLive(path, []);
    const { alerts } = opened.live;
    expect(alerts.list[0]).toMatchObject({ state: "firing", value: 4, threshold: 3 });
    await opened.customer("50", "delete");
    await expect.poll(() => alerts.list[0]?.state, { timeout: 10_000 }).toBe("quiet");
  });

  test("no more than a hundred", async () => {
    await using folder = await temporaryFolder();
    await using opened = await openLive(
      join(folder.path, "w"),
      await writeFiles(folder.path, portfolioOf(3)),
    );
    const { alerts } = opened.live;
    for (let i = 0; i < 100; i++) await alerts.add({ ...many, threshold: 1000 + i });
    await expect(alerts.add({ ...many, threshold: 1 })).rejects.toMatchObject({ code: "USAGE" });
  });
});

describe("the webhook", { timeout: 60_000 }, () => {
  test("is called when a rule starts firing and when it ends, signed", async () => {
    await using folder = await temporaryFolder();
    await using receiver = await Receiver.open();
    await using opened = await openLive(
      join(folder.path, "w"),
      await writeFiles(folder.path, portfolioOf(3)),
      { url: receiver.url, secret },
    );
    const { alerts } = opened.live;
    const { id } = await alerts.add({ ...many, threshold: 3 });
    await opened.customer("50", "upsert");
    await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(1);
    await opened.customer("51", "upsert");
    await expect.poll(() => alerts.list[0]?.value, { timeout: 10_000 }).toBe(5);
    await opened.customer("50", "delete");
    await opened.customer("51", "delete");
    await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(2);
    const [first, second] = receiver.bodies;
    expect(first).toEqual({
      ...{ id: expect.any(String), rule: id, name: "many", state: "firing", value: 4, threshold: 3 },
      ...{ position: 1, as_of: asOf, at: expect.stringMatching(/^\d{4}-.*Z$/) },
    });
    expect(second).toMatchObject({ rule: id, state: "quiet", value: 3 });
    for (const { headers, body } of receiver.received) {
      expect(headers["cardscope-id"]).toBe((JSON.parse(body) as { id: string }).id);
      const signature = String(headers["cardscope-signature"]);
      const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
      expect(createHmac("sha256", secret).update(`${t}.${body}`).digest("hex")).toBe(v1);
      expect(verifyWebhook(secret, signature, body)).toBe(true);
      expect(verifyWebhook(secret, signature, `${body} `)).toBe(false);
      expect(verifyWebhook("another", signature, body)).toBe(false);
      expect(verifyWebhook(secret, signature.replace(/t=\d+/, "t=1"), body)).toBe(false);
      expect(verifyWebhook(secret, "", body)).toBe(false);
    }
    await expect.poll(() => alerts.webhook()).toEqual({ configured: true, waiting: 0, failed: 0 });
  });

  test("waits twice as long each time, up to ten minutes, less a random part", () => {
    const seconds = (failures: number, chance = 0) => waitAfter(failures, chance) / 1000;
    expect([0, 1, 2, 9, 10, 5000].map((failures) => seconds(failures))).toEqual([1, 2, 4, 512, 600, 600]);
    expect(seconds(3, 1)).toBe(4);
  });

  test("a receiver that fails is tried again, with the same id", async () => {
    await using folder = await temporaryFolder();
    await using receiver = await Receiver.open([500, 429, 200]);
    await using opened = await openLive(
      join(folder.path, "w"),
      await writeFiles(folder.path, portfolioOf(3)),
      { url: receiver.url, secret },
    );
    await opened.live.alerts.add({ ...many, threshold: 1 });
    await expect.poll(() => receiver.received.length, { timeout: 20_000 }).toBe(3);
    expect(new Set(receiver.received.map(({ headers }) => headers["cardscope-id"])).size).toBe(1);
    await expect
      .poll(() => opened.live.alerts.webhook())
      .toEqual({ configured: true, waiting: 0, failed: 0 });
  });

  test.each([410, 400, 302])("%i is final: the call is given up at once", async (status) => {
    await using folder = await temporaryFolder();
    await using receiver = await Receiver.open([status]);
    await using opened = await openLive(
      join(folder.path, "w"),
      await writeFiles(folder.path, portfolioOf(3)),
      { url: receiver.url, secret },
    );
    await opened.live.alerts.add({ ...many, threshold: 1 });
    await expect
      .poll(() => opened.live.alerts.webhook(), { timeout: 10_000 })
      .toEqual({ configured: true, waiting: 0, failed: 1 });
    expect(receiver.received).toHaveLength(1);
  });

  test("calls outlive the process: a receiver that was away, then slow, gets them after a restart", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "w");
    const closed = await Receiver.open();
    const { url } = closed;
    await closed[Symbol.asyncDispose]();
    const files = await writeFiles(folder.path, portfolioOf(3));
    {
      await using opened = await openLive(path, files, { url, secret });
      await opened.live.alerts.add({ ...many, threshold: 1 });
      await expect
        .poll(() => opened.live.alerts.webhook())
        .toEqual({ configured: true, waiting: 1, failed: 0 });
    }
    const port = Number(new URL(url).port);
    {
      await using silent = await Receiver.open(["silent"], port);
      const opened = await openLive(path, [], { url, secret });
      await expect.poll(() => silent.received.length, { timeout: 10_000 }).toBe(1);
      // closing does not wait for the answer
      const started = performance.now();
      await opened[Symbol.asyncDispose]();
      expect(performance.now() - started).toBeLessThan(3_000);
    }
    await using receiver = await Receiver.open([200], port);
    await using opened = await openLive(path, [], { url, secret });
    await expect.poll(() => receiver.received.length, { timeout: 20_000 }).toBe(1);
    expect(receiver.bodies[0]).toMatchObject({ state: "firing", value: 3 });
    await expect
      .poll(() => opened.live.alerts.webhook())
      .toEqual({ configured: true, waiting: 0, failed: 0 });
  });

  test.each([
    ["ftp://example.com", /http or https/],
    ["nonsense", /http or https/],
    ["https://me:secret@example.com", /password/],
  ])("%s is refused", async (url, message) => {
    await using folder = await temporaryFolder();
    await expect(Live.open(join(folder.path, "w"), [], { webhook: { url, secret } })).rejects.toThrow(
      message,
    );
  });
});
