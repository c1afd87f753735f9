import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cardscope, type Run, type RunOptions } from "./run.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cardscope-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (line: string, options: Partial<RunOptions> = {}): Promise<Run> =>
  cardscope(line.split(" "), { cwd: folder, ...options });

/** The address that the dashboard prints once it serves. */
async function addressOf(child: ChildProcess): Promise<string> {
  let text = "";
  for await (const [chunk] of on(child)) {
    text += chunk;
    const [address] = /http:\S+/.exec(text) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error(`it printed no address: ${text}`);
}

async function* on(child: ChildProcess): AsyncGenerator<[string]> {
  for (;;) {
    const ended = once(child, "close").then(() => undefined);
    const next = await Promise.race([once(child.stdout as NodeJS.ReadableStream, "data"), ended]);
    if (next === undefined) return;
    yield next as [string];
  }
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "serves sample data until %s, and leaves nothing behind",
  async (signal) => {
    let page = "";
    let health = 0;
    const { code, left, stdout, stderr } = await run("--no-open", {
      during: async (child) => {
        const address = await addressOf(child);
        const response = await fetch(address);
        health = response.status;
        page = await response.text();
        child.kill(signal);
      },
    });
    expect({ code, left, health }).toEqual({ code: signal === "SIGINT" ? 130 : 143, left: [], health: 200 });
    expect(page).toContain("Made-up sample data");
    expect(stdout).toMatch(
      /^no files given: this is a made-up sample portfolio\nCardscope is at http:\/\/127\.0\.0\.1:\d+\/ /,
    );
    expect(stderr).toBe("");
  },
);

test("a port that is in use is a usage error, told before the files are read", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  try {
    const { port } = other.address() as AddressInfo;
    const { code, stdout, stderr, left } = await run(`--no-open --port ${port} nowhere.csv nowhere.csv`);
    expect({ code, stdout, left }).toEqual({ code: 2, stdout: "", left: [] });
    expect(stderr).toBe(
      `cardscope: port ${port} is in use\n  leave --port out to take a free one, or name another\n`,
    );
  } finally {
    other.close();
  }
});

test.each([
  ["--port 70000", "Give a port from 0 to 65535."],
  ["--port eighty", "Give a whole number."],
  ["--no-open --host 203.0.113.9", "this machine has no address 203.0.113.9"],
  ["--no-open --as-of 2020-02-30", "not a date: 2020-02-30"],
  ["--no-open --webhook https://example.com", "name one with --workspace DIR"],
  ["--no-open --workspace w --webhook ftp://example.com", "no http or https address"],
  ["--no-open --workspace w --webhook https://example.com", "CARDSCOPE_WEBHOOK_SECRET"],
])("usage error: %s", async (line, message) => {
  const { code, stdout, stderr, left } = await run(line);
  expect({ code, stdout, left }).toEqual({ code: 2, stdout: "", left: [] });
  expect(stderr).toContain(message);
});

test("bound wider, it prints an address with a token, and needs it", async () => {
  const statuses: number[] = [];
  let printed = "";
  await run("--no-open --host 0.0.0.0", {
    during: async (child) => {
      printed = await addressOf(child);
      const { origin } = new URL(printed);
      statuses.push((await fetch(`${origin}/api/portfolio`)).status);
      statuses.push((await fetch(printed, { redirect: "manual" })).status);
      child.kill("SIGINT");
    },
  });
  expect(new URL(printed).searchParams.get("token")?.length).toBeGreaterThan(20);
  expect(statuses).toEqual([401, 303]);
});

test("Ctrl-C while files are read stops at once and leaves nothing behind", async () => {
  await run("sample big --customers 60000");
  const { code, left, stdout } = await run("--no-open big/users.csv big/cards.csv", {
    during: async (child) => {
      const isReading = async () =>
        (await readdir(join(folder, "tmp"))).some((name) => name.startsWith("cardscope-"));
      while (!(await isReading())) await setTimeout(50);
      child.kill("SIGINT");
    },
  });
  expect({ code, left, stdout }).toEqual({ code: 130, left: [], stdout: "" });
});

test("what a server that was killed left behind, the next command removes", async () => {
  const killed = await run("--no-open", {
    during: async (child) => {
      await addressOf(child);
      child.kill("SIGKILL");
    },
  });
  expect(killed.left.length).toBeGreaterThan(0);
  expect((await run("sample next --customers 5")).left).toEqual([]);
});
