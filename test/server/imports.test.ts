import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { OpenAPIHono } from "@hono/zod-openapi";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Explorer } from "../../src/explore/explorer.ts";
import { writeSample } from "../../src/sample/sample.ts";
import { Desk } from "../../src/server/desk.ts";
import { Imports } from "../../src/server/imports/imports.ts";
import type { Open } from "../../src/server/imports/jobs.ts";
import { fileName, type UploadLimits } from "../../src/server/imports/uploads.ts";
import {
  type ImportJob,
  type ImportProposal,
  importsRoutes,
  type Upload,
} from "../../src/server/routes/imports.ts";
import { listen } from "../../src/server/serve.ts";
import { hasShared, sources } from "../acceptance/shared.ts";
import { CARDS, type Folder, openFolder, USERS } from "../ingest/folder.ts";

let desk: Desk;
let folder: Folder;
let before: ReadonlySet<string>;
const open: AsyncDisposable[] = [];
const gates: (() => void)[] = [];

const uploadFolders = () => readdirSync(tmpdir()).filter((name) => name.includes("-uploads-"));
const newFolders = () => uploadFolders().filter((name) => !before.has(name));
/** Uploads on disk. */
const stored = () => newFolders().flatMap((name) => readdirSync(join(tmpdir(), name)));

beforeEach(async () => {
  before = new Set(uploadFolders());
  desk = new Desk();
  folder = await openFolder();
});
afterEach(async () => {
  // whatever a failed assertion has left waiting goes on, and the test ends
  for (const pass of gates.splice(0)) pass();
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
  await desk[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
  expect(newFolders()).toEqual([]);
});

function serve(limits: Partial<UploadLimits> = {}, opening: Open<Explorer> = Explorer.open) {
  const imports = new Imports(opening, desk, limits);
  open.push(imports);
  const app = new OpenAPIHono();
  app.route("/api", importsRoutes(imports));
  const post = (path: string, body: unknown) =>
    app.request(`/api${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const send = (name: string, bytes: string | Buffer<ArrayBuffer>) =>
    app.request(`/api/uploads?name=${encodeURIComponent(name)}`, { method: "POST", body: bytes });
  return {
    app,
    imports,
    post,
    send,
    /** Sends files and gives their ids. */
    upload: async (...files: readonly (readonly [name: string, content: string | Buffer<ArrayBuffer>])[]) => {
      const ids: string[] = [];
      for (const [name, content] of files) {
        const response = await send(name, content);
        expect(response.status).toBe(201);
        ids.push(((await response.json()) as Upload).id);
      }
      return ids;
    },
    propose: async (uploads: readonly string[], options = {}) => {
      const response = await post("/imports/proposal", { uploads, ...options });
      expect(response.status).toBe(200);
      return (await response.json()) as ImportProposal;
    },
    begin: async (uploads: readonly string[], options = {}) => {
      const response = await post("/imports", { uploads, ...options });
      expect(response.status).toBe(202);
      return ((await response.json()) as { job: string }).job;
    },
    end: async (job: string): Promise<ImportJob> => {
      for (;;) {
        const response = await app.request(`/api/imports/${job}`);
        expect(response.status).toBe(200);
        const report = (await response.json()) as ImportJob;
        if (report.state !== "reading") return report;
        await wait(20);
      }
    },
  };
}

const errorOf = async (response: Response) =>
  ((await response.json()) as { error: { code: string; message: string; hint?: string } }).error;

const both = [
  ["u.csv", USERS],
  ["c.csv", CARDS],
] as const;

const filesOf = async (paths: readonly string[]) =>
  await Promise.all(paths.map(async (path) => [basename(path), await readFile(path)] as const));

test.runIf(hasShared).each(Object.entries(sources))(
  "files are sent, looked at and opened: %s",
  async (_, paths) => {
    const { upload, propose, begin, end } = serve();
    const ids = await upload(...(await filesOf(paths)));
    const { refusal, users, cards } = await propose(ids);
    expect(refusal).toBeNull();
    expect([users?.file, cards?.file]).toEqual(paths.map((path) => basename(path)));
    const report = await end(await begin(ids, { as_of: "2020-02-29" }));
    expect(report).toMatchObject({ state: "done", portfolio: { as_of: "2020-02-29" } });
    const csvRows = (path: string) => readFileSync(path, "utf8").trim().split("\n").length - 1;
    if (paths[0].endsWith(".csv") && paths[0].includes("csv-export"))
      expect(report.portfolio?.tables).toEqual([
        { table: "users", file: "users_data.csv", rows: csvRows(paths[0]) },
        { table: "cards", file: "cards_data.csv", rows: csvRows(paths[1]) },
      ]);
    expect(desk.explorer.portfolio.sources.map(({ file }) => file)).toEqual(
      paths.map((path) => basename(path)),
    );
  },
);

test("a sample workbook is opened, and what was sent is removed", async () => {
  const { upload, begin, end } = serve();
  const target = join(folder.path, "sample");
  const { users, cards } = await writeSample(target, {
    customers: 300,
    seed: 3,
    format: "xlsx",
    brief: false,
  });
  const ids = await upload(...(await filesOf([users, cards])));
  expect(stored()).toHaveLength(2);
  expect(await end(await begin(ids))).toMatchObject({ state: "done" });
  expect(desk.isOpen).toBe(true);
  await expect.poll(stored).toEqual([]);
});

test("an unknown header is mapped by hand, and is read so", async () => {
  const { upload, propose, begin, end } = serve();
  const kunden = USERS.replace("id,current_age", "Kunde,Alter")
    .replace("yearly_income", "Lohn")
    .replace("total_debt", "Schuld")
    .replace("credit_score", "Bewertung");
  const ids = await upload(["kunden.csv", kunden], ["cards.csv", CARDS]);
  const first = await propose(ids);
  expect(first.refusal?.message).toMatch(/no customers table/);
  const map = { "users.user_id": "Kunde", "users.annual_income_usd": "Lohn" };
  expect((await propose(ids, { map })).refusal).toBeNull();
  expect(await end(await begin(ids, { map }))).toMatchObject({ state: "done" });
  expect(desk.explorer.portfolio.sources[0]?.columns.map(({ column }) => column)).toContain(
    "annual_income_usd",
  );
});

test("files that are refused while they are read stay for another try", async () => {
  const { upload, begin, end, propose } = serve();
  const ids = await upload(["u.csv", USERS.replaceAll(/^(\d),/gm, "9$1,")], ["c.csv", CARDS]);
  const report = await end(await begin(ids));
  expect(report.state).toBe("refused");
  expect(report.error).toMatchObject({
    code: "DATA_REFUSED",
    message: expect.stringMatching(/none of its 3 cards/),
  });
  expect(report.error?.hint).toMatch(/\w/);
  expect(desk.isOpen).toBe(false);
  expect((await propose(ids)).users?.file).toBe("u.csv");
});

const ole = Buffer.from("d0cf11e0a1b11ae1", "hex");
test.each([
  ["a page of HTML", "u.xlsx", "<!doctype html><title>Sign in</title>", /an HTML or XML page/],
  [
    "a protected workbook",
    "u.xlsx",
    Buffer.concat([ole, Buffer.alloc(3000), Buffer.from("EncryptedPackage", "utf16le")]),
    /password/,
  ],
  ["an empty file", "u.csv", "", /the file is empty/],
  ["another domain", "films.csv", "id,title\n1,Alien\n2,Brazil\n", /no customers table/],
])("%s is refused by the proposal and by the job", async (_, name, content, says) => {
  const { upload, propose, begin, end } = serve();
  const ids = await upload([name, content], ["c.csv", CARDS]);
  const { refusal } = await propose(ids);
  expect(refusal?.message).toMatch(says);
  expect(refusal?.message).toContain(name);
  const report = await end(await begin(ids));
  expect(report).toMatchObject({ state: "refused", error: { message: refusal?.message } });
  expect(JSON.stringify(report)).not.toContain(tmpdir());
});

test.each([
  ["../../etc/passwd", "passwd"],
  ["C:\\fakepath\\users.xlsx", "users.xlsx"],
  ["a/b/../clients 2024 (final).csv", "clients 2024 (final).csv"],
  ["<img src=x onerror=alert(1)>.csv", "_img src=x onerror=alert(1)_.csv"],
  ["Müller’s 客户.csv", "Müller’s 客户.csv"],
  ["-rf.csv", "-rf.csv"],
  ["__proto__", "__proto__"],
])("the name %j is kept as %j, and inside of its folder", async (given, kept) => {
  const { send } = serve();
  const response = await send(given, USERS);
  expect(await response.json()).toMatchObject({ name: kept, bytes: Buffer.byteLength(USERS) });
  const [root = ""] = newFolders();
  const [id = ""] = stored();
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(readFileSync(join(tmpdir(), root, id, kept), "utf8")).toBe(USERS);
});

test.each([
  "..",
  ".",
  "",
  "a/",
  "a\0b.csv",
  "a\nb.csv",
  "a\u202etxt.csv",
  "\u007f.csv",
  `${"x".repeat(201)}`,
])("the name %j is refused", async (name) => {
  const { send } = serve();
  const response = await send(name, USERS);
  expect(response.status).toBe(400);
  expect(await errorOf(response)).toMatchObject({ code: "USAGE" });
  expect(stored()).toEqual([]);
  expect(() => fileName(name)).toThrow(/file name/);
});

test("a file over the limit is refused while it comes, and leaves nothing", async () => {
  const { send } = serve({ bytes: 1000 });
  let given = 0;
  const endless = new ReadableStream({
    async pull(controller) {
      await wait(1);
      given += 400;
      controller.enqueue(new Uint8Array(400));
    },
  });
  const request = { method: "POST", body: endless, duplex: "half" } as RequestInit;
  const { app } = serve({ bytes: 1000 });
  const response = await app.request("/api/uploads?name=big.csv", request);
  expect(response.status).toBe(413);
  expect(await errorOf(response)).toMatchObject({
    code: "TOO_LARGE",
    message: "big.csv: more than 1000 bytes",
    hint: expect.stringMatching(/command line/),
  });
  expect(given).toBeLessThan(20_000);
  expect((await send("fits.csv", "x".repeat(1000))).status).toBe(201);
  expect(stored()).toHaveLength(1);
});

test("over a socket: too large by its own word, cut off, and idle", async () => {
  const { app } = serve({ bytes: 10_000, idleSeconds: 0.3 });
  const server = await listen(app, { host: "127.0.0.1", port: 0 });
  open.push(server);
  const url = `http://127.0.0.1:${server.port}/api/uploads?name=a.csv`;
  const large = await fetch(url, { method: "POST", body: "x".repeat(2_000_000) });
  expect(large.status).toBe(413);
  expect(stored()).toEqual([]);

  const half = (declared: number) => {
    const socket = connect(server.port, "127.0.0.1");
    socket.write(
      `POST /api/uploads?name=half.csv HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${declared}\r\n\r\n${"x".repeat(500)}`,
    );
    return socket;
  };
  const cut = half(5000);
  await expect.poll(stored).toHaveLength(1);
  cut.destroy();
  await expect.poll(stored).toEqual([]);

  const idle = half(5000);
  let answered = "";
  idle.on("data", (chunk) => {
    answered += String(chunk);
  });
  await expect.poll(() => answered, { timeout: 5000 }).toMatch(/408[\s\S]*TIMED_OUT/);
  expect(stored()).toEqual([]);
  idle.destroy();
});

test("a slow file is given up, however steadily it drips", async () => {
  const { app } = serve({ seconds: 0.3 });
  const dripping = new ReadableStream({
    async pull(controller) {
      await wait(20);
      controller.enqueue(new Uint8Array(1));
    },
  });
  const request = { method: "POST", body: dripping, duplex: "half" } as RequestInit;
  const response = await app.request("/api/uploads?name=drip.csv", request);
  expect(response.status).toBe(408);
  expect(stored()).toEqual([]);
});

test("a slow file that keeps coming is waited for", async () => {
  const { app } = serve({ idleSeconds: 0.4 });
  let left = 12;
  const dripping = new ReadableStream({
    async pull(controller) {
      await wait(60);
      controller.enqueue(new Uint8Array(10));
      if (--left === 0) controller.close();
    },
  });
  const request = { method: "POST", body: dripping, duplex: "half" } as RequestInit;
  const response = await app.request("/api/uploads?name=slow.csv", request);
  expect(await response.json()).toMatchObject({ bytes: 120 });
});

test("the routes describe themselves", () => {
  const { app } = serve();
  const info = { title: "", version: "1" };
  const { paths } = app.getOpenAPI31Document({ openapi: "3.1.0", info });
  expect(Object.keys(paths ?? {}).sort()).toEqual([
    "/api/imports",
    "/api/imports/proposal",
    "/api/imports/{id}",
    "/api/uploads",
    "/api/uploads/{id}",
  ]);
});

test("of too many files that wait, the oldest goes", async () => {
  const { upload, post, app } = serve({ pending: 2 });
  const [first, second, third] = await upload(["1.csv", USERS], ["2.csv", USERS], ["3.csv", CARDS]);
  expect(stored()).toHaveLength(2);
  const gone = await post("/imports/proposal", { uploads: [first, third] });
  expect(gone.status).toBe(404);
  expect(await errorOf(gone)).toMatchObject({ hint: "send it again" });
  expect((await post("/imports/proposal", { uploads: [second, third] })).status).toBe(200);
  expect((await app.request(`/api/uploads/${second}`, { method: "DELETE" })).status).toBe(204);
  expect(stored()).toHaveLength(1);
});

function gate() {
  let pass = () => {};
  const passed = new Promise<void>((resolve) => {
    pass = resolve;
  });
  gates.push(pass);
  return { pass, passed };
}

/** Opens in steps that the test lets go on. */
function stepwise() {
  const go = gate();
  const opening: Open<Explorer> = async (files, options) => {
    options.onProgress("waiting for the test", { share: 0.5, rows: 10 });
    await go.passed;
    options.onProgress("going on");
    return Explorer.open(files, options);
  };
  return { opening, go };
}

test("one reading at a time; it says how far it is", async () => {
  const { opening, go } = stepwise();
  const { upload, begin, end, post, app } = serve({}, opening);
  const ids = await upload(...both);
  const job = await begin(ids);
  const report = (await (await app.request(`/api/imports/${job}`)).json()) as ImportJob;
  expect(report).toMatchObject({ state: "reading", step: "waiting for the test", share: 0.5, rows: 10 });
  expect(await (await app.request("/api/imports")).json()).toMatchObject({ job });
  const second = await post("/imports", { uploads: ids });
  expect(second.status).toBe(409);
  expect(await errorOf(second)).toEqual({
    code: "BUSY",
    message: "other files are being read",
    hint: "wait until it is done, or stop it",
  });
  go.pass();
  expect(await end(job)).toMatchObject({ state: "done" });
  expect(await (await app.request("/api/imports")).json()).toMatchObject({ job: null });
});

test("a reading that is stopped opens nothing, and makes room for another", async () => {
  const { opening, go } = stepwise();
  const { upload, begin, app, post } = serve({}, opening);
  const ids = await upload(...both);
  const job = await begin(ids);
  const stopped = await app.request(`/api/imports/${job}`, { method: "DELETE" });
  expect(await stopped.json()).toMatchObject({ id: job, state: "stopped" });
  expect((await post("/imports", { uploads: ids })).status).toBe(409);
  go.pass();
  expect(desk.isOpen).toBe(false);
  await expect
    .poll(async () => (await post("/imports", { uploads: ids })).status, { timeout: 5000 })
    .toBe(202);
  expect((await app.request(`/api/imports/${job}`)).status).toBe(404);
});

test("what was opened after it was stopped is closed again", async () => {
  const go = gate();
  let opened: Explorer | undefined;
  const { upload, begin, app } = serve({}, async (files, options) => {
    opened = await Explorer.open(files, { ...options, onProgress: () => {} });
    await go.passed;
    return opened;
  });
  const job = await begin(await upload(...both));
  await expect.poll(() => opened, { timeout: 10_000 }).toBeDefined();
  const closing = gate();
  const explorer = opened as Explorer;
  const close = explorer[Symbol.asyncDispose].bind(explorer);
  explorer[Symbol.asyncDispose] = async () => {
    await close();
    closing.pass();
  };
  await app.request(`/api/imports/${job}`, { method: "DELETE" });
  go.pass();
  await closing.passed;
  expect(desk.isOpen).toBe(false);
});

test("files replace those that were open", async () => {
  const { upload, begin, end } = serve();
  await end(await begin(await upload(...both)));
  const first = desk.id;
  await end(await begin(await upload(["v.csv", USERS], ["d.csv", CARDS])));
  expect(desk.id).not.toBe(first);
  expect(desk.explorer.portfolio.sources.map(({ file }) => file)).toEqual(["v.csv", "d.csv"]);
});

test.each([
  [{}, /uploads/],
  [{ uploads: [] }, /uploads/],
  [{ uploads: ["a", "b", "c"] }, /uploads/],
  [{ uploads: ["a"], map: { age: 5 } }, /map/],
  [{ uploads: ["a"], sheets: { accounts: "x" } }, /sheets/],
  [{ uploads: ["a"], map: { age: "x".repeat(300_000) } }, /KiB/],
])("a request that is none is refused: %#", async (body, says) => {
  const { post } = serve();
  for (const path of ["/imports", "/imports/proposal"]) {
    const response = await post(path, body);
    expect(response.status).toBe(400);
    expect((await errorOf(response)).message).toMatch(says);
  }
});

test("wrong options are usage errors, told at once", async () => {
  const { post, upload } = serve();
  const uploads = await upload(...both);
  const map = await post("/imports/proposal", { uploads, map: { agee: "id" } });
  expect([map.status, (await errorOf(map)).hint]).toEqual([400, "did you mean age?"]);
  const day = await post("/imports", { uploads, as_of: "2023-02-29" });
  expect([day.status, (await errorOf(day)).message]).toEqual([400, "not a date: 2023-02-29"]);
});

test("all files go when the server ends, those that still arrive among them", async () => {
  const { app, upload, imports } = serve();
  await upload(...both);
  const never = new ReadableStream({ pull: () => new Promise(() => {}) });
  const request = { method: "POST", body: never, duplex: "half" } as RequestInit;
  const arriving = Promise.resolve(app.request("/api/uploads?name=late.csv", request));
  await expect.poll(stored).toHaveLength(3);
  const [root = ""] = newFolders();
  await imports[Symbol.asyncDispose]();
  expect(existsSync(join(tmpdir(), root))).toBe(false);
  expect((await arriving).status).toBeGreaterThanOrEqual(400);
});
