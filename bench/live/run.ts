/**
 * How fast events are in and on a screen: `npm run bench:live`. All of it runs on this machine at the same time: a
 * nats-server, a process that publishes, a dashboard on a workspace, and Chromium. Results go to
 * bench/results/live.json and into docs/performance.md.
 *
 * `npm run bench:live -- [SECONDS] [CUSTOMERS]`
 */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { sampleEvents } from "../../src/sample/events.ts";
import { writeSample } from "../../src/sample/sample.ts";
import { NatsServer } from "../../test/feeds/nats-server.ts";
import { Served } from "../../test/live/served.ts";
import { type Measured, quantiles, writeResults } from "./results.ts";
import { Screen } from "./screen.ts";

const seconds = Number(process.argv[2] ?? 60);
const customers = Number(process.argv[3] ?? 33_333);
const RATE = 5_000;
const BURST = 100_000;
const PART = 5_000;
const RESTARTS = 5;
/** So long the first event of a day makes all models anew, and code is compiled that has not run before. */
const BEGINNING_MS = 5_000;
/** Of days that events lie in: only those of the first are used, since a new day makes all models anew. */
const DAYS = 7;

const folder = await mkdtemp(join(tmpdir(), "cardscope-bench-"));
const load = loadavg()[0] ?? 0;
try {
  await using nats = await NatsServer.start();
  {
    await using client = await nats.client();
    await client.manager.streams.add({ name: "EVENTS", subjects: ["events"] });
  }
  const { users, cards } = await writeSample(folder, { customers, seed: 1, format: "parquet", brief: false });
  const events = join(folder, "events.ndjson");
  const needed = RATE * seconds + BURST + RESTARTS * PART * 4;
  const burst = await writeEvents(events, needed);
  const workspace = join(folder, "workspace");
  const measured: Measured[] = [];
  const address = `nats://${nats.host}/EVENTS`;
  {
    await using served = await Served.start(workspace, [users, cards, "--nats", address]);
    const before = await served.published();
    const published = await onScreen(served, nats.host, events);
    const state = await settled(served, before.committed + published.sent);
    if (state.dead_letters > 0) throw new Error(`${state.dead_letters} dead letters`);
    measured.push(
      {
        name: "events published per second",
        unit: "/s",
        goal: RATE,
        isFloor: true,
        ...quantiles([published.rate]),
      },
      {
        name: "event to screen",
        unit: "ms",
        goal: 300,
        goalAt99: 1000,
        ...quantiles(published.delays.flatMap(({ at, ms }) => (at < BEGINNING_MS ? [] : [ms]))),
      },
      {
        name: `event to screen, of the first ${BEGINNING_MS / 1000} s`,
        unit: "ms",
        ...quantiles(published.delays.flatMap(({ at, ms }) => (at < BEGINNING_MS ? [ms] : []))),
      },
      { name: "events not on the screen at the end", unit: "", goal: 0, ...quantiles([published.missing]) },
    );
    measured.push(...(await overHttp(served, burst)));
  }
  measured.push(await restarts(workspace, burst));
  await writeResults({
    customers,
    seconds,
    machine: {
      cores: cpus().length,
      model: cpus()[0]?.model ?? "unknown",
      memory_gib: Math.round(totalmem() / 2 ** 30),
      node: process.version,
      load_before: load,
    },
    measured,
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** The events of the first day into a file; those that HTTP sends are returned. */
async function writeEvents(path: string, needed: number): Promise<string[]> {
  const file = createWriteStream(path);
  const rest: string[] = [];
  let written = 0;
  for (const line of sampleEvents({ seed: 1, customers, events: needed * DAYS * 2, brief: false })) {
    if (movesCustomers(line)) continue;
    if (written >= RATE * seconds) rest.push(line);
    else if (!file.write(`${line}\n`)) await once(file, "drain");
    if (++written === needed) break;
  }
  file.end();
  await once(file, "finish");
  return rest;
}

/** Only markers change how many customers there are. */
function movesCustomers(line: string): boolean {
  const { type, op, subject } = JSON.parse(line) as { type: string; op: string; subject: string };
  return type === "customer" && (op === "delete" || Number(subject) > customers);
}

/** Publishes while a page is open, and compares when a marker was published with when its customer was on the screen. */
async function onScreen(served: Served, host: string, events: string) {
  await using screen = await Screen.open(served.url);
  const script = fileURLToPath(new URL("publish.mjs", import.meta.url));
  const args = [script, host, "events", events, String(RATE), String(seconds)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 2 ** 20 });
  const done = JSON.parse(stdout) as { sent: number; seconds: number; published: number[] };
  await settled(served, done.sent);
  await new Promise((later) => setTimeout(later, 3_000));
  const painted = await screen.painted();
  const delays = done.published.flatMap((at, i) => {
    const seen = painted.find(([count]) => count - customers > i);
    return seen === undefined ? [] : [{ at: at - (done.published[0] ?? 0), ms: seen[1] - at }];
  });
  return {
    sent: done.sent,
    rate: done.sent / done.seconds,
    delays,
    missing: done.published.length - delays.length,
  };
}

async function settled(served: Served, committed: number) {
  for (;;) {
    const state = await served.published();
    if (state.committed >= committed) return state;
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** As many requests at once as there are parts of the burst that a sender would send together. */
async function overHttp(served: Served, lines: readonly string[]): Promise<Measured[]> {
  const parts = Array.from({ length: BURST / PART }, (_, i) => lines.slice(i * PART, (i + 1) * PART));
  const times: number[] = [];
  let accepted = 0;
  const began = performance.now();
  const waiting = parts.entries();
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (const [, part] of waiting) {
        let left = part;
        while (left.length > 0) {
          const sent = performance.now();
          const answer = await served.send(left);
          times.push(performance.now() - sent);
          accepted += answer.accepted;
          left = left.slice(answer.taken);
          if (answer.status === 429) await new Promise((done) => setTimeout(done, 1000));
        }
      }
    }),
  );
  const rate = BURST / ((performance.now() - began) / 1000);
  const before = await served.published();
  return [
    {
      name: "events over HTTP per second, in requests of 5,000",
      unit: "/s",
      goal: 20_000,
      isFloor: true,
      ...quantiles([rate]),
    },
    { name: "request of 5,000 events, committed", unit: "ms", ...quantiles(times) },
    { name: "events over HTTP that were lost", unit: "", goal: 0, ...quantiles([BURST - accepted]) },
    ...(before.because === null ? [] : [{ name: before.because, unit: "" as const, ...quantiles([1]) }]),
  ];
}

/** From the start of a process, after the one before was killed while it wrote, to its first answer. */
async function restarts(workspace: string, lines: readonly string[]): Promise<Measured> {
  const times: number[] = [];
  for (let i = 0; i < RESTARTS; i++) {
    const served = await Served.start(workspace);
    if (i > 0) times.push(served.startMs);
    const sending = (async () => {
      for (let k = 0; k < 20; k++) {
        const from = BURST + i * 4 * PART + k * 1000;
        if ((await served.send(lines.slice(from, from + 1000)).catch(() => undefined)) === undefined) return;
      }
    })();
    await new Promise((done) => setTimeout(done, 700));
    await served.kill();
    await sending;
  }
  await using served = await Served.start(workspace);
  times.push(served.startMs);
  return { name: "restart after kill -9", unit: "ms", goal: 2_000, ...quantiles(times) };
}
