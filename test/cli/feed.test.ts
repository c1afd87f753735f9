import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EventsEndpoint } from "../feeds/events-endpoint.ts";
import { numbered, until } from "../feeds/ledger.ts";
import { cardscope, type RunOptions } from "./run.ts";

let folder: string;
let dashboard: EventsEndpoint;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cardscope-feed-"));
  dashboard = await EventsEndpoint.start();
});
afterEach(async () => {
  await dashboard[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const file = async (lines: readonly string[], end = "\n") => {
  await writeFile(join(folder, "events.ndjson"), lines.join("\n") + end);
};
const feed = (args: readonly string[] = [], more: Partial<RunOptions> = {}) =>
  cardscope(["feed", "events.ndjson", "--to", dashboard.url, "--token", "secret", ...args], {
    cwd: folder,
    ...more,
  });

describe("feed", () => {
  test("sends every line of the file once, in order", async () => {
    await file(numbered(1, 2_500), "");
    const { code, stdout, stderr } = await feed();
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^2,500 events accepted in [\d.]+ s \([\d,]+\/s\)\n$/);
    expect(code).toBe(0);
    expect(dashboard.taken).toEqual(numbered(1, 2_500));
    expect(dashboard.requests).toEqual([1_000, 1_000, 500]);
  });

  test("names the lines of the file that were rejected, sends the others, and ends with 1", async () => {
    await file(["\uFEFF{}", "", "no", "{}\r", "", "neither", "{}"]);
    const { code, stdout, stderr } = await feed(["--batch", "2"]);
    expect(stderr).toBe("line 3: not JSON\nline 6: not JSON\n");
    expect(stdout).toMatch(/^3 events accepted in .*\n2 lines rejected\n$/);
    expect(code).toBe(1);
    expect(dashboard.requests).toEqual([2, 2, 1]);
  });

  test("stops at the first request with a rejected line where it is told to", async () => {
    await file(["{}", "no", "{}"]);
    const { code, stdout } = await feed(["--batch", "2", "--stop-on-rejected"]);
    expect(stdout).toMatch(/1 line rejected; stopped at line 2\n$/);
    expect(code).toBe(1);
    expect(dashboard.taken).toEqual(["{}"]);
  });

  test("sends what was not taken again, after the time that was asked for", async () => {
    await file(numbered(1, 1_000));
    dashboard.room = 300;
    const { code, stdout } = await feed();
    expect(stdout).toMatch(/^1,000 events accepted/);
    expect(code).toBe(0);
    expect(dashboard.taken).toEqual(numbered(1, 1_000));
    expect(dashboard.requests).toEqual([1_000, 700, 400, 100]);
    expect((dashboard.times[1] ?? 0) - (dashboard.times[0] ?? 0)).toBeGreaterThan(90);
  });

  test("makes requests smaller that are too large", async () => {
    await file(numbered(1, 1_000));
    dashboard.largest = 300;
    const { code } = await feed();
    expect(code).toBe(0);
    expect(dashboard.taken).toEqual(numbered(1, 1_000));
  });

  test("keeps to a rate", async () => {
    await file(numbered(1, 300));
    const started = performance.now();
    const { code } = await feed(["--rate", "200"]);
    expect(code).toBe(0);
    expect(performance.now() - started).toBeGreaterThan(1_400);
    expect(Math.max(...dashboard.requests)).toBe(20);
    expect(dashboard.taken).toEqual(numbered(1, 300));
  });

  test("waits for a dashboard that went away, and goes on", async () => {
    await file(numbered(1, 400));
    dashboard.faults.push(507);
    const { code, stderr } = await feed(["--rate", "200"], {
      during: async () => {
        await until(() => dashboard.taken.length > 100, true);
        await dashboard.stop();
        await delay(800);
        await dashboard.start();
      },
    });
    expect(stderr).toMatch(
      /^cardscope: waiting for http:\S+: 507 the disk is full\ncardscope: it answers again\n/,
    );
    expect(stderr).toMatch(/waiting for http:\S+: .*ECONNRE.*\ncardscope: it answers again\n$/);
    expect(code).toBe(0);
    // a request that was not answered was sent again
    expect(new Set(dashboard.taken)).toEqual(new Set(numbered(1, 400)));
  });

  test("says up to which line everything is in when it is stopped, and goes on from there", async () => {
    await file(numbered(1, 2_000));
    const { code, stderr } = await feed(["--rate", "1000"], {
      during: async (child) => {
        await until(() => dashboard.taken.length >= 300, true);
        child.kill("SIGINT");
      },
    });
    expect(code).toBe(130);
    const [, done, next] = /lines up to (\d+) are done; go on with --from-line (\d+)\n/.exec(stderr) ?? [];
    expect(Number(next)).toBe(Number(done) + 1);
    dashboard.taken.length = Number(done);
    const { code: end } = await feed(["--from-line", String(next)]);
    expect(end).toBe(0);
    expect(dashboard.taken).toEqual(numbered(1, 2_000));
  });

  test("reads standard input", async () => {
    await file(numbered(1, 1_500));
    const { code } = await cardscope(["feed", "-", "--to", dashboard.url], {
      cwd: folder,
      env: { CARDSCOPE_EVENTS_TOKEN: "secret" },
      stdin: createReadStream(join(folder, "events.ndjson")),
    });
    expect(code).toBe(0);
    expect(dashboard.taken).toEqual(numbered(1, 1_500));
  });

  test.each([
    [
      "a wrong token",
      { token: "other" },
      2,
      /refuses the token\n {2}give --token or set CARDSCOPE_EVENTS_TOKEN/,
    ],
  ])("ends with %s", async (_, { token }, expected, message) => {
    await file(["{}"]);
    dashboard.token = token;
    const { code, stderr } = await feed();
    expect(stderr).toMatch(message);
    expect(code).toBe(expected);
  });

  test.each([
    ["no such file", ["nothing.ndjson", "--to", "http://127.0.0.1:1"], 3, /no such file: nothing.ndjson/],
    ["no address", ["events.ndjson", "--to", "localhost:80"], 2, /--to is no address: localhost:80/],
    ["no dashboard named", ["events.ndjson"], 2, /required option '--to <url>' not specified/],
    ["a rate of none", ["events.ndjson", "--to", "http://x", "--rate", "0"], 2, /Give a whole number from 1/],
    [
      "one line without end",
      ["long.ndjson", "--to", "http://127.0.0.1:1"],
      3,
      /line 1 of long.ndjson is longer than/,
    ],
  ])("refuses %s", async (_, args, expected, message) => {
    await file(["{}"]);
    await writeFile(join(folder, "long.ndjson"), "x".repeat(3_000_000));
    const { code, stderr } = await cardscope(["feed", ...args], { cwd: folder });
    expect(stderr).toMatch(message);
    expect(code).toBe(expected);
  });

  test("is told where there is no events endpoint", async () => {
    await file(["{}"]);
    const { code, stderr } = await cardscope(
      ["feed", "events.ndjson", "--to", `${dashboard.url}/elsewhere`, "--token", "secret"],
      { cwd: folder },
    );
    expect(stderr).toMatch(/takes no events\n {2}start the dashboard with --workspace DIR/);
    expect(code).toBe(2);
  });
});
