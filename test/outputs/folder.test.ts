import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Findings } from "../../src/outputs/document.ts";
import { writeFolder } from "../../src/outputs/folder.ts";
import { bandsResult, findings, listResult, listRows } from "./findings.ts";

let here: string;
beforeEach(async () => {
  here = await mkdtemp(join(tmpdir(), "cardscope-folder-"));
});
afterEach(() => rm(here, { recursive: true }));

const renderReport = ({ as_of }: { as_of: string }) => `<!doctype html><title>${as_of}</title>`;
const write = (to: string, what: Findings = findings(), signal?: AbortSignal) =>
  writeFolder(what, to, { renderReport, ...(signal && { signal }) });
const tree = async (folder: string) =>
  (await readdir(folder, { recursive: true })).map((name) => name.replaceAll("\\", "/")).toSorted();

const FILES = [
  "analyses",
  "analyses/age-distribution.csv",
  "analyses/expiry-calendar.csv",
  "analyses/high-debt-customers.csv",
  "issues.csv",
  "report.html",
  "report.xlsx",
  "result.json",
];

test("writes every file, with ordinary permissions, and nothing beside them", async () => {
  await write(join(here, "deep", "out"));
  expect(await tree(join(here, "deep", "out"))).toEqual(FILES);
  expect(await readdir(join(here, "deep"))).toEqual(["out"]);
  const { mode } = await stat(join(here, "deep", "out"));
  expect(mode & 0o777).toBe(0o777 & ~process.umask());
  const document = JSON.parse(await readFile(join(here, "deep", "out", "result.json"), "utf8"));
  expect(Object.keys(document.analyses)).toHaveLength(3);
});

test("replaces an earlier run, whose analyses may be others", async () => {
  const out = join(here, "out");
  await write(out);
  await writeFile(join(out, ".DS_Store"), "");
  await write(out, findings({ results: [bandsResult] }));
  expect(await tree(out)).toEqual([
    "analyses",
    "analyses/age-distribution.csv",
    "issues.csv",
    "report.html",
    "report.xlsx",
    "result.json",
  ]);
  expect(await readdir(here)).toEqual(["out"]);
});

test("takes an empty folder", async () => {
  await mkdir(join(here, "out"));
  await write(join(here, "out"));
  expect(await tree(join(here, "out"))).toEqual(FILES);
});

test.each([
  ["notes.txt", "notes.txt"],
  ["analyses/mine.csv", "analyses/mine.csv"],
  ["analyses/age-distribution.csv.bak", "analyses/age-distribution.csv.bak"],
])("refuses a folder that also holds %s", async (name, named) => {
  const out = join(here, "out");
  await write(out);
  await writeFile(join(out, name), "mine");
  const before = await readFile(join(out, "result.json"), "utf8");
  await expect(write(out, findings({ results: [bandsResult] }))).rejects.toMatchObject({
    code: "USAGE",
    message: expect.stringContaining(`${out} holds ${named}`),
    hint: expect.stringContaining("--out"),
  });
  expect(await tree(out)).toEqual([...FILES, name].toSorted());
  expect(await readFile(join(out, "result.json"), "utf8")).toBe(before);
});

test("refuses a folder with a result.json of another program", async () => {
  const out = join(here, "out");
  await mkdir(out);
  await writeFile(join(out, "result.json"), "{}");
  await expect(write(out)).rejects.toMatchObject({ code: "USAGE" });
  expect(await tree(out)).toEqual(["result.json"]);
});

test("refuses the folder one is in, and a folder above it", async () => {
  await expect(write(process.cwd())).rejects.toThrow("it holds the folder you are in");
  await expect(write(join(process.cwd(), ".."))).rejects.toThrow("it holds the folder you are in");
  await expect(write("")).rejects.toThrow("--out names no folder");
});

test("a target that is a file, or below one, is named and left alone", async () => {
  const file = join(here, "file");
  await writeFile(file, "mine");
  await expect(write(file)).rejects.toMatchObject({
    code: "USAGE",
    message: `cannot write to ${file}: it is a file, not a folder`,
  });
  await expect(write(join(file, "out"))).rejects.toMatchObject({
    code: "OUTPUT_FAILED",
    message: `cannot write to ${join(file, "out")}: a part of the path is a file`,
  });
  expect(await readFile(file, "utf8")).toBe("mine");
});

test("a failure on the way leaves the old folder as it was and nothing else", async () => {
  const out = join(here, "out");
  await write(out);
  const before = await readFile(join(out, "result.json"), "utf8");
  const failing = findings({
    results: [listResult],
    async *rows() {
      yield [listRows[0] ?? {}];
      throw new Error("the engine stopped");
    },
  });
  await expect(write(out, failing)).rejects.toThrow("the engine stopped");
  expect(await tree(out)).toEqual(FILES);
  expect(await readFile(join(out, "result.json"), "utf8")).toBe(before);
  expect(await readdir(here)).toEqual(["out"]);
  await expect(write(join(here, "new", "out"), failing)).rejects.toThrow("the engine stopped");
  expect(await readdir(here)).toEqual(["out"]);
});

test("an abort in the middle of a list leaves nothing behind", async () => {
  const stop = new AbortController();
  const endless = findings({
    results: [{ ...listResult, total: 1_000_000 }],
    async *rows() {
      for (let n = 0; ; n++) {
        if (n === 20) stop.abort();
        yield Array.from({ length: 1000 }, () => listRows[0] ?? {});
      }
    },
  });
  await expect(write(join(here, "out"), endless, stop.signal)).rejects.toMatchObject({ name: "AbortError" });
  expect(await readdir(here)).toEqual([]);
});

test("an abort before the last step keeps the old folder", async () => {
  const out = join(here, "out");
  await write(out);
  const stop = new AbortController();
  const late = findings({
    results: [bandsResult],
    async *rows(id) {
      yield* findings().rows(id);
      // The signal is looked at again after the last file.
      queueMicrotask(() => stop.abort());
    },
  });
  await expect(write(out, late, stop.signal)).rejects.toMatchObject({ name: "AbortError" });
  expect(await tree(out)).toEqual(FILES);
});

const root = process.getuid?.() === 0;

test.skipIf(!root)("a folder that may not be written to is named (needs root, to give it up)", async () => {
  process.seteuid?.(65_534);
  try {
    await expect(write(join(here, "out"))).rejects.toMatchObject({
      code: "OUTPUT_FAILED",
      message: `cannot write to ${join(here, "out")}: permission denied`,
    });
  } finally {
    process.seteuid?.(0);
  }
});

const mounts = (() => {
  if (!root || process.platform !== "linux") return false;
  try {
    execFileSync("unshare", ["--mount", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!mounts)("a full disk keeps the old folder (needs root, to mount a small disk)", async () => {
  const disk = join(here, "disk");
  await mkdir(disk);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=128k", "none", disk]);
  try {
    const out = join(disk, "out");
    await write(out);
    const big = findings({
      results: [{ ...listResult, total: 1_000_000 }],
      async *rows() {
        for (let n = 0; n < 1000; n++) yield Array.from({ length: 1000 }, () => listRows[0] ?? {});
      },
    });
    await expect(write(out, big)).rejects.toMatchObject({
      code: "OUTPUT_FAILED",
      message: `cannot write to ${out}: the disk is full`,
    });
    expect(await tree(out)).toEqual(FILES);
    expect(await readdir(disk)).toEqual(["out"]);
    await expect(write(disk)).rejects.toThrow("another disk is mounted there");
  } finally {
    execFileSync("umount", [disk]);
  }
});
