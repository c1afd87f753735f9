import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Explorer } from "../../src/explore/explorer.ts";
import { Live } from "../../src/live/live.ts";
import { createApp } from "../../src/server/app.ts";
import { Desk } from "../../src/server/desk.ts";
import type { LiveState } from "../../src/server/routes/live.ts";
import { listen } from "../../src/server/serve.ts";
import { folder, sampleFiles } from "./portfolio.ts";

let home: Awaited<ReturnType<typeof folder>>;
let files: string[];
let live: Live;
let desk: Desk;
let server: Awaited<ReturnType<typeof listen>>;
let url: string;

beforeAll(async () => {
  home = await folder();
  files = await sampleFiles(home.path, 300);
  live = await Live.open(`${home.path}/ws`, files);
  desk = new Desk();
  await desk.replace(live.explorer, { live });
  // bound wider, with a token of its own that only pages need
  const app = createApp(desk, { host: "127.0.0.1", token: "of-the-dashboard" });
  server = await listen(app, { host: "127.0.0.1", port: 0 });
  url = `http://127.0.0.1:${server.port}`;
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await live[Symbol.asyncDispose]();
  await desk[Symbol.asyncDispose]();
  await home[Symbol.asyncDispose]();
});

let sequence = 0;
const balance = (subject: number | string, data: unknown = { balance_usd: 10 }) =>
  JSON.stringify({
    ...{ id: String(++sequence), source: "/core", type: "balance", subject: String(subject), sequence },
    ...{ time: "2025-06-30T12:00:00Z", data },
  });
const post = (body: string, token = live.workspace.token) =>
  fetch(`${url}/api/events`, { method: "POST", body, headers: { authorization: `Bearer ${token}` } });
const get = (path: string) =>
  fetch(`${url}${path}`, { headers: { authorization: "Bearer of-the-dashboard" } });

test("events need the token of the workspace, and no other", async () => {
  expect((await fetch(`${url}/api/events`, { method: "POST", body: balance(11) })).status).toBe(401);
  const other = await post(balance(11), "of-the-dashboard");
  expect(other.status).toBe(401);
  expect(await other.json()).toMatchObject({
    error: { code: "FORBIDDEN", hint: expect.stringContaining("events.token") },
  });
  expect((await post(balance(11))).status).toBe(202);
  // and figures need that of the dashboard
  const figures = await fetch(`${url}/api/live`, {
    headers: { authorization: `Bearer ${live.workspace.token}` },
  });
  expect(figures.status).toBe(401);
});

test("good ones are committed and bad ones told by their line, blank lines counted", async () => {
  const answer = await post(
    ["", balance(11), "{", "", balance(12, { balance_usd: "much" }), balance(13)].join("\r\n"),
  );
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({
    taken: 6,
    accepted: 2,
    rejected: [
      { line: 3, reason: "not JSON" },
      { line: 5, reason: expect.stringContaining("balance_usd") },
    ],
    position: live.applier.totals.position,
  });
  expect(await (await post("")).json()).toMatchObject({ accepted: 0, rejected: [] });
});

test("a query sees predictions, and the customers that they are of", async () => {
  const query = async (text: string) => {
    const response = await fetch(`${url}/api/sql`, {
      method: "POST",
      body: JSON.stringify({ query: text }),
      headers: { authorization: "Bearer of-the-dashboard", "content-type": "application/json" },
    });
    return (await response.json()) as { rows?: unknown };
  };
  const text = `select count(*), count(customer_profile.user_id)
    from expert_profile left join customer_profile using (user_id)`;
  expect(await query(text)).toMatchObject({ rows: [[300, 300]] });
  expect(await query("select count(*) from customer_profile")).toMatchObject({ rows: [[300]] });
});

test("under pressure the first lines are committed, and the rest is to be sent again", async () => {
  const bodies = Array.from({ length: 16 }, () =>
    Array.from({ length: 10_000 }, (_, i) => balance(11 + (i % 900))),
  );
  const before = live.state.counts.accepted;
  const answers = await Promise.all(
    bodies.map(async (lines) => {
      const answer = await post(lines.join("\n"));
      return {
        status: answer.status,
        after: answer.headers.get("retry-after"),
        ...((await answer.json()) as { taken: number; accepted: number }),
      };
    }),
  );
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  for (const { after, taken, accepted } of refused) {
    expect(after).toBe("1");
    expect(taken).toBe(accepted);
    expect(taken).toBeLessThan(10_000);
  }
  const sum = answers.reduce((all, { accepted }) => all + accepted, 0);
  expect(live.state.counts.accepted - before).toBe(sum);
  // what was not taken can come now
  for (const [i, { taken }] of answers.entries()) {
    const rest = bodies[i]?.slice(taken) ?? [];
    if (rest.length > 0) expect((await post(rest.join("\n"))).status).toBe(202);
  }
  expect(live.state.counts.accepted - before).toBe(160_000);
}, 120_000);

test("a request that is too long is refused before anything of it is read", async () => {
  const answer = await post(" ".repeat(33 * 1024 * 1024));
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error: { code: "USAGE" } });
});

test("a stream tells the state at once and after each publication, at most five times a second", async () => {
  const stop = new AbortController();
  const stream = await fetch(`${url}/api/live/stream`, {
    headers: { authorization: "Bearer of-the-dashboard" },
    signal: stop.signal,
  });
  expect(stream.headers.get("content-type")).toContain("text/event-stream");
  const states: LiveState[] = [];
  const began = performance.now();
  const target = live.applier.totals.position + 30;
  const sending = (async () => {
    for (let i = 0; i < 30; i++) {
      await post(balance(11 + i));
      await new Promise((done) => setTimeout(done, 50));
    }
  })();
  let text = "";
  for await (const chunk of stream.body ?? []) {
    text += Buffer.from(chunk).toString();
    const parts = text.split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) {
      const data = /^data: (.*)$/m.exec(part)?.[1];
      if (data !== undefined) states.push(JSON.parse(data) as LiveState);
    }
    if ((states.at(-1)?.position ?? 0) >= target) break;
  }
  await sending;
  stop.abort();
  const positions = states.map(({ position }) => position);
  expect(positions).toEqual([...positions].sort((a, b) => a - b));
  expect(states.length).toBeGreaterThan(2);
  expect(states.length).toBeLessThanOrEqual(3 + ((performance.now() - began) / 1000) * 6);
  expect(states.at(-1)).toMatchObject({ status: "running", because: null, as_of: "2025-06-30" });
});

test("news that are no figures are told less often, and the last of them is", async () => {
  const stop = new AbortController();
  const stream = await fetch(`${url}/api/live/stream`, {
    headers: { authorization: "Bearer of-the-dashboard" },
    signal: stop.signal,
  });
  const feed = (pending: number) => {
    const status = { name: "nats EVENTS", kind: "nats" as const, status: "connected" as const };
    live.feeds = [{ status: { ...status, position: 1, pending } }];
    live.tell();
  };
  const waiting: (number | null | undefined)[] = [];
  const sending = (async () => {
    for (let i = 100; i >= 0; i--) {
      feed(i);
      await new Promise((done) => setTimeout(done, 10));
    }
  })();
  let text = "";
  const began = performance.now();
  for await (const chunk of stream.body ?? []) {
    text += Buffer.from(chunk).toString();
    const parts = text.split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) {
      const data = /^data: (.*)$/m.exec(part)?.[1];
      if (data !== undefined) waiting.push((JSON.parse(data) as LiveState).feeds[0]?.pending);
    }
    if (waiting.at(-1) === 0) break;
  }
  await sending;
  stop.abort();
  live.feeds = [];
  expect(waiting.length).toBeGreaterThan(2);
  expect(waiting.length).toBeLessThanOrEqual(2 + ((performance.now() - began) / 1000) * 5);
});

test("a browser that does not read holds up nobody, and nothing queues up for it", async () => {
  const slow = request(`${url}/api/live/stream`, { headers: { authorization: "Bearer of-the-dashboard" } });
  const response = await new Promise<import("node:http").IncomingMessage>((done) => {
    slow.once("response", done);
    slow.end();
  });
  response.pause();
  const heap = process.memoryUsage().heapUsed;
  for (let i = 0; i < 40; i++) {
    expect((await post(balance(11 + i))).status).toBe(202);
    live.tell();
  }
  expect(process.memoryUsage().heapUsed - heap).toBeLessThan(200_000_000);
  const state = (await (await get("/api/live")).json()) as LiveState;
  expect(state.committed).toBe(live.applier.totals.position);
  slow.destroy();
});

test("the last changes, with what became of them", async () => {
  const old = balance(14);
  // in order, in one request: each was the newest when it came
  const before = live.state.counts.superseded;
  await post([balance(14, { balance_usd: 98 }), balance(14, { balance_usd: 99 })].join("\n"));
  expect(live.state.counts.superseded).toBe(before);
  await post(old);
  expect(live.state.counts.superseded).toBe(before + 1);
  const { changes } = (await (await get("/api/live/changes?limit=2")).json()) as {
    changes: { outcome: string; subject: string }[];
  };
  expect(changes.map(({ outcome, subject }) => [outcome, subject])).toEqual([
    ["superseded", "14"],
    ["applied", "14"],
  ]);
});

test("a portfolio of files is not live, and takes no events; one that opens asks for patience", async () => {
  await using still = new Desk();
  const app = createApp(still, { host: "127.0.0.1" });
  const send = () =>
    app.request("http://127.0.0.1/api/events", {
      method: "POST",
      body: balance(11),
      headers: { host: "127.0.0.1" },
    });
  still.reads("opening the workspace");
  const opening = await send();
  expect([opening.status, opening.headers.get("retry-after")]).toEqual([503, "1"]);
  await still.replace(await Explorer.open(files));
  expect((await send()).status).toBe(404);
  const state = await app.request("http://127.0.0.1/api/live", { headers: { host: "127.0.0.1" } });
  expect(await state.json()).toMatchObject({
    error: { code: "NOT_FOUND", hint: expect.stringContaining("--workspace") },
  });
});
