import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Applier } from "../../src/live/applier.ts";
import { Live } from "../../src/live/live.ts";
import { Workspace } from "../../src/live/workspace.ts";
import { raw } from "../../src/sql/statement.ts";
import { folder, sampleFiles } from "./portfolio.ts";
import { Served } from "./served.ts";
import { rowsNow } from "./state-now.ts";

const bin = fileURLToPath(new URL("../../bin/cardscope.js", import.meta.url));
const run = promisify(execFile);

let home: Awaited<ReturnType<typeof folder>>;
let files: string[];
beforeAll(async () => {
  home = await folder();
  files = await sampleFiles(home.path, 300);
});
afterAll(() => home[Symbol.asyncDispose]());

const event = (subject: string, sequence: number, more: object = {}) =>
  JSON.stringify({
    ...{ id: `${subject}-${sequence}`, source: "/core", type: "customer", subject, sequence },
    ...{ time: "2026-10-05T12:00:00Z", data: { age: 40, credit_score: 700 } },
    ...more,
  });

test("a workspace is made from files once, kept with its token, and opened without them", async () => {
  const path = `${home.path}/kept`;
  {
    await using workspace = await Workspace.open(path, files);
    expect(workspace.token).toMatch(/^[\w-]{20,}$/);
    expect((await stat(`${path}/events.token`)).mode & 0o777).toBe(0o600);
  }
  expect((await readdir(path)).sort()).toEqual(["events.token", "portfolio.duckdb"]);
  {
    await using workspace = await Workspace.open(path, []);
    expect(workspace.origin.sources.map(({ table }) => table)).toEqual(["users", "cards"]);
  }
  await expect(Workspace.open(path, files)).rejects.toMatchObject({
    code: "USAGE",
    message: `${path} already holds a portfolio`,
  });
});

test("a folder that holds something else, and files that are none, leave nothing behind", async () => {
  const full = `${home.path}/full`;
  await mkdir(full);
  await writeFile(`${full}/thesis.txt`, "mine");
  await expect(Workspace.open(full, files)).rejects.toMatchObject({ code: "USAGE", message: /thesis\.txt/ });
  expect(await readdir(full)).toEqual(["thesis.txt"]);
  await expect(Workspace.open(`${home.path}/bad`, [`${full}/thesis.txt`])).rejects.toMatchObject({
    code: "DATA_REFUSED",
  });
  expect(existsSync(`${home.path}/bad`)).toBe(false);
});

test("a second process gets a clear word, and the first goes on", async () => {
  const path = `${home.path}/shared`;
  await using served = await Served.start(path, files);
  const failed = await run(process.execPath, [bin, "--workspace", path, "--no-open"]).catch(
    (error: unknown) => error,
  );
  expect(failed).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/shared is open in another process \(\d+\)/),
  });
  expect(String((failed as { stderr: string }).stderr)).toContain("use the dashboard of that process");
  expect((await served.send([event("1", 1)])).status).toBe(202);
});

test("a workspace of the version before is brought up to date, with all that it holds", async () => {
  const path = `${home.path}/older`;
  const state = (live: Live) =>
    rowsNow(live.workspace, (schema) => `select user_id, age from ${schema}.users order by user_id`);
  let before: Awaited<ReturnType<typeof state>>;
  {
    await using live = await Live.open(path, files);
    await using _explorer = live.explorer;
    await live.applier.apply({ via: "http", lines: [event("1", 1, { data: { age: 77 } })] });
    before = await state(live);
    expect(before).toContainEqual({ user_id: 1, age: 77 });
    // as version 1 had them
    for (const table of ["users", "cards"])
      await live.workspace.engine.execute(raw(`create table ${table} as from base_${table}`));
    await live.workspace.engine.execute(raw("update meta set value = '1' where name = 'schema_version'"));
  }
  await using live = await Live.open(path, []);
  await using _explorer = live.explorer;
  expect(await state(live)).toEqual(before);
  const { rows } = await live.workspace.engine.query(
    raw("select value from meta where name = 'schema_version'"),
  );
  expect(rows).toEqual([{ value: "2" }]);
});

test("tables of another version are refused, and what is no workspace", async () => {
  const path = `${home.path}/newer`;
  {
    await using workspace = await Workspace.open(path, []);
    await workspace.engine.execute(raw("update meta set value = '99' where name = 'schema_version'"));
  }
  await expect(Workspace.open(path, [])).rejects.toMatchObject({
    code: "DATA_REFUSED",
    message: /have version 99/,
    hint: /newer version/,
  });
  const strange = `${home.path}/strange`;
  await mkdir(strange);
  await writeFile(
    `${strange}/portfolio.duckdb`,
    "no database at all, but long enough to be looked at ".repeat(200),
  );
  await expect(Workspace.open(strange, [])).rejects.toMatchObject({ code: "DATA_REFUSED" });
});

test("an empty workspace fills up with events, and ids that are text make ids text", async () => {
  await using live = await Live.open(`${home.path}/empty`, []);
  await using explorer = live.explorer;
  const card = (subject: string, owner: unknown, sequence: number) =>
    event(subject, sequence, {
      type: "card",
      data: { user_id: owner, type: "credit", brand: "Visa", expires_on: "2027-01" },
    });
  const receipt = await live.applier.apply({
    via: "http",
    lines: [event("7", 1), card("70", 7, 1), card("71", "7", 1)],
  });
  expect(receipt).toEqual({ accepted: 3, rejected: [], position: 3 });
  const figures = async () => {
    while (live.state.position < live.state.committed) await setTimeout(20);
    const rows = await rowsNow(
      live.workspace,
      (state) => `select user_id, card_id from ${state}.cards order by cast(card_id as varchar)`,
    );
    return { rows, inputs: [...explorer.portfolio.inputs.columns].sort(), asOf: explorer.portfolio.asOf };
  };
  const first = await figures();
  expect(first.rows).toEqual([
    { user_id: 7, card_id: 70 },
    { user_id: 7, card_id: 71 },
  ]);
  // not the day on which it was made
  expect(first.asOf).toBe("2026-10-05");
  expect(first.inputs).toContain("users.credit_score");
  expect(first.inputs).not.toContain("cards.balance_usd");
  await live.applier.apply({
    via: "http",
    lines: [
      event("C-8", 1),
      card("70", "C-8", 2),
      event("70", 1, { type: "balance", data: { balance_usd: 5.5 } }),
    ],
  });
  const second = await figures();
  expect(second.rows).toEqual([
    { user_id: "C-8", card_id: 70 },
    { user_id: "7", card_id: 71 },
  ]);
  await expect
    .poll(() => [...explorer.portfolio.inputs.columns], { timeout: 10_000 })
    .toContain("cards.balance_usd");
  expect(live.state.because).toBeNull();
});

test("times say what is when, not what is applied: a clock that jumps does no harm", async () => {
  let now = Date.UTC(2026, 9, 10);
  await using live = await Live.open(`${home.path}/clock`, files, {}, () => now);
  await using explorer = live.explorer;
  const send = (...lines: string[]) => live.applier.apply({ via: "http", lines });
  await send(event("1", 5, { time: "2026-10-09T00:00:00Z" }));
  // the sender's clock goes back: the sequence counts
  await send(event("1", 6, { time: "2019-01-01T00:00:00Z", data: { age: 41 } }));
  // ours goes back by a year: what lies ahead of it by more than a day waits among the dead letters
  now = Date.UTC(2025, 9, 10);
  const refused = await send(event("1", 7, { time: "2026-10-10T00:00:00Z", data: { age: 42 } }));
  expect(refused.rejected).toEqual([
    { line: 1, reason: "time 2026-10-10T00:00:00Z is more than a day ahead" },
  ]);
  const age = async () =>
    (await rowsNow(live.workspace, (state) => `select age from ${state}.users where user_id = 1`))[0]?.[
      "age"
    ];
  expect(await age()).toBe(41);
  now = Date.UTC(2026, 9, 10);
  expect(await live.letters.replay()).toEqual({ accepted: 1, rejected: [] });
  expect(await live.letters.count()).toBe(0);
  expect(await age()).toBe(42);
  while (live.state.position < live.state.committed) await setTimeout(20);
  // the newest day that was told, and never back
  expect(explorer.portfolio.asOf).toBe("2026-10-10");
});

test("an event that the engine refuses, whatever the reason, is a dead letter and holds up nothing", async () => {
  await using live = await Live.open(`${home.path}/poison`, []);
  await using _explorer = live.explorer;
  // a column that is too small for what is allowed in it stands for whatever we do not know of
  await live.workspace.engine.execute(raw("alter table events alter sequence type tinyint"));
  const receipt = await live.applier.apply({
    via: "nats",
    lines: [event("1", 1), event("2", 700), event("3", 1), "{", event("4", 700)],
    stream: { name: "nats:TEST", positions: [1, 2, 3, 4, 5] },
  });
  expect(receipt.accepted).toBe(2);
  expect(receipt.rejected.map(({ line }) => line).sort()).toEqual([2, 4, 5]);
  expect(receipt.rejected.find(({ line }) => line === 2)?.reason).toMatch(/^cannot be applied: .*700/);
  expect(live.applier.positionOf("nats:TEST")).toBe(5);
  expect(live.state.counts).toEqual({ accepted: 2, superseded: 0, rejected: 3 });
  const letters = await live.letters.list(10);
  expect(letters.map(({ body }) => body !== null)).toEqual([true, true, false]);
  // mended, they can be applied
  await live.workspace.engine.execute(raw("alter table events alter sequence type bigint"));
  expect(
    await live.letters.replay(letters.filter(({ body }) => body !== null).map(({ number }) => number)),
  ).toEqual({
    accepted: 2,
    rejected: [],
  });
  await expect(live.letters.discard([12345])).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(await live.letters.discard()).toBe(1);
});

const small = `${tmpdir()}/cardscope-small-${process.pid}`;
const isMounted = await mkdir(small)
  .then(() => run("mount", ["-t", "tmpfs", "-o", "size=40m", "tmpfs", small]))
  .then(
    () => true,
    () => false,
  );
afterAll(async () => {
  if (isMounted) await run("umount", [small]);
  await rmdir(small);
});

test.runIf(isMounted)(
  "a disk that is full when nothing comes is no end: it goes on when there is space",
  async () => {
    await using workspace = await Workspace.open(`${small}/workspace`, []);
    await using applier = await Applier.open(workspace, { onCommit: () => {} });
    const send = (from: number) =>
      applier.apply({
        via: "http",
        lines: Array.from({ length: 5_000 }, (_, i) => event(String(i), from, { id: "long".repeat(20) })),
      });
    await send(1);
    const log = await workspace.logBytes();
    await writeFile(`${small}/fill`, Buffer.alloc(60e6)).catch(() => {});
    // so long after the last event the log is folded, where there is room
    await setTimeout(3_000);
    expect(await workspace.logBytes()).toBe(log);
    await expect(send(2)).rejects.toMatchObject({ code: "OUT_OF_SPACE" });
    await rm(`${small}/fill`);
    expect((await send(3)).accepted).toBe(5_000);
    await expect.poll(() => workspace.logBytes(), { timeout: 10_000 }).toBe(0);
  },
);

test("a full disk pauses, with the reason, and nothing that was acknowledged is lost", async () => {
  const path = `${home.path}/disk`;
  // files of 6 MB at most stand for the disk
  const child = spawn(
    "bash",
    [
      "-c",
      `ulimit -S -f 6000; exec "$0" "$@"`,
      process.execPath,
      bin,
      ...files,
      "--workspace",
      path,
      "--no-open",
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  try {
    let said = "";
    for await (const text of child.stdout) {
      said += text;
      if (said.includes("events: POST")) break;
    }
    const url = /(http:\S+)\/api\/events/.exec(said)?.[1] ?? "";
    const served = Served.at(url, path);
    const balances = (from: number) =>
      Array.from({ length: 4000 }, (_, i) =>
        event(String(11 + (i % 500)), from + i, {
          id: "long".repeat(10),
          type: "balance",
          data: { balance_usd: i },
        }),
      );
    let sequence = 1;
    let accepted = 0;
    for (let i = 0; i < 40; i++) {
      const sent = await served.send(balances(sequence));
      if (sent.status === 507) break;
      expect(sent.status).toBe(202);
      accepted += sent.accepted;
      sequence += 4000;
    }
    const full = await served.send(balances(sequence));
    expect(full).toMatchObject({
      status: 507,
      error: { message: expect.stringContaining("the disk is full") },
    });
    const paused = await served.json<{ status: string; because: string }>("/api/live");
    expect(paused).toMatchObject({ status: "paused", because: expect.stringContaining("the disk is full") });
    await run("prlimit", ["--fsize=unlimited:", "--pid", String(child.pid)]);
    const again = await served.send(balances(sequence));
    expect(again.status).toBe(202);
    const state = await served.published();
    expect(state.counts.accepted).toBe(accepted + again.accepted);
  } finally {
    child.kill();
    await once(child, "exit");
  }
}, 120_000);
