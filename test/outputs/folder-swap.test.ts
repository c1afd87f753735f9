import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { writeFolder } from "../../src/outputs/folder.ts";
import { findings } from "./findings.ts";

/** Renames, counted from 1, that fail: no disk fails between two of them on demand. */
const failing = vi.hoisted(() => ({ renames: new Set<number>(), done: 0 }));
vi.mock("node:fs/promises", async (original) => {
  const fs = await original<typeof import("node:fs/promises")>();
  return {
    ...fs,
    rename: (from: string, to: string) =>
      failing.renames.has(++failing.done)
        ? Promise.reject(Object.assign(new Error("no"), { code: "EBUSY", syscall: "rename" }))
        : fs.rename(from, to),
  };
});

let here: string;
let before: string;
const write = (asOf: string) =>
  writeFolder(findings({ asOf }), join(here, "out"), { renderReport: ({ as_of }) => as_of });
beforeEach(async () => {
  here = await mkdtemp(join(tmpdir(), "cardscope-swap-"));
  failing.renames.clear();
  await write("2020-02-29");
  before = await readFile(join(here, "out", "result.json"), "utf8");
  failing.done = 0;
});
afterEach(() => rm(here, { recursive: true }));

test.each([1, 2])("the earlier results are in their place when rename %i of the swap fails", async (nth) => {
  failing.renames.add(nth);
  await expect(write("2020-03-31")).rejects.toMatchObject({
    code: "OUTPUT_FAILED",
    message: `cannot write to ${join(here, "out")}: the folder is in use, or a disk is mounted there`,
  });
  expect(await readdir(here)).toEqual(["out"]);
  expect(await readFile(join(here, "out", "result.json"), "utf8")).toBe(before);
});

test("when they cannot be put back either, it says where they are", async () => {
  failing.renames.add(2).add(3);
  const error = await write("2020-03-31").catch((e) => e);
  const [aside = ""] = await readdir(here);
  expect(error).toMatchObject({
    code: "OUTPUT_FAILED",
    hint: `The earlier results are in ${join(here, aside)}.`,
  });
  expect(await readFile(join(here, aside, "result.json"), "utf8")).toBe(before);
});
