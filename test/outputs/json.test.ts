import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { documentOf } from "../../src/outputs/document.ts";
import { analysesIn, jsonChunks, writeJson } from "../../src/outputs/json.ts";
import { findings, listResult, listRows } from "./findings.ts";

const read = (chunks: AsyncIterable<string | Uint8Array>) => text(Readable.from(chunks));

test("is the document, when lists are short", async () => {
  const all = findings();
  expect(JSON.parse(await read(jsonChunks(all)))).toEqual(JSON.parse(JSON.stringify(documentOf(all))));
});

test("is the document without any analysis", async () => {
  const none = findings({ results: [] });
  expect(JSON.parse(await read(jsonChunks(none)))).toEqual(documentOf(none));
});

test("holds every row of a list of which memory has the first", async () => {
  const long = { ...listResult, total: 100_000 };
  const all = findings({
    results: [long],
    async *rows() {
      for (let n = 0; n < 100_000; n += 1000)
        yield Array.from({ length: 1000 }, (_, i) => ({ ...listRows[0], user_id: n + i }));
    },
  });
  const sizes: number[] = [];
  let whole = "";
  for await (const chunk of jsonChunks(all)) {
    sizes.push(chunk.length);
    whole += chunk;
  }
  const { rows } = JSON.parse(whole).analyses["high-debt-customers"];
  expect(rows).toHaveLength(100_000);
  expect(rows[99_999].user_id).toBe(99_999);
  expect(Math.max(...sizes)).toBeLessThan(70_000);
});

test("waits for a slow reader", async () => {
  let ahead = 0;
  const all = findings({
    async *rows() {
      for (let n = 0; n < 50; n++) {
        ahead++;
        yield Array.from({ length: 1000 }, () => listRows[0] ?? {});
      }
    },
    results: [listResult],
  });
  let most = 0;
  let bytes = 0;
  const slow = new Writable({
    highWaterMark: 1,
    write(chunk, _, done) {
      bytes += chunk.length;
      most = Math.max(most, ahead * 1000 * JSON.stringify(listRows[0]).length - bytes);
      setImmediate(done);
    },
  });
  expect(await writeJson(all, slow)).toBe(true);
  expect(slow.writableEnded).toBe(false);
  expect(ahead).toBe(50);
  expect(most).toBeLessThan(400_000);
});

test("ends without an error when the reader has closed its end", async () => {
  const script = `
    import { writeJson } from ${JSON.stringify(fileURLToPath(new URL("../../src/outputs/json.ts", import.meta.url)))};
    import { findings, listResult, listRows } from ${JSON.stringify(fileURLToPath(new URL("./findings.ts", import.meta.url)))};
    const endless = findings({ results: [listResult], async *rows() { for (;;) yield Array(1000).fill(listRows[0]); } });
    const whole = await writeJson(endless, process.stdout);
    process.stderr.write("whole: " + whole);
  `;
  const folder = await mkdtemp(join(tmpdir(), "cardscope-json-"));
  try {
    await writeFile(join(folder, "write.mts"), script);
    const child = spawn(process.execPath, ["--import", "tsx", join(folder, "write.mts")], {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.once("data", () => child.stdout.destroy());
    let said = "";
    child.stderr.on("data", (data) => {
      said += data;
    });
    const code = await new Promise((done) => child.on("close", done));
    expect({ code, said }).toEqual({ code: 0, said: "whole: false" });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("passes other failures on", async () => {
  const full = new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error("no space"), { code: "ENOSPC" }));
    },
  });
  await expect(writeJson(findings(), full)).rejects.toThrow("no space");
});

test("stops when it is told to", async () => {
  const stop = new AbortController();
  const all = findings({
    results: [listResult],
    async *rows() {
      for (let n = 0; ; n++) {
        if (n === 5) stop.abort();
        yield Array.from({ length: 1000 }, () => listRows[0] ?? {});
      }
    },
  });
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  await expect(writeJson(all, nowhere, { signal: stop.signal })).rejects.toThrow(/abort/i);
});

test("knows its own documents", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cardscope-json-"));
  try {
    const path = join(folder, "result.json");
    await writeFile(path, await read(jsonChunks(findings())));
    expect([...((await analysesIn(path)) ?? [])]).toEqual([
      "age-distribution",
      "expiry-calendar",
      "high-debt-customers",
    ]);
    await writeFile(path, '{"as": 1}');
    expect(await analysesIn(path)).toBeUndefined();
    await writeFile(path, "");
    expect(await analysesIn(path)).toBeUndefined();
  } finally {
    await rm(folder, { recursive: true });
  }
});
