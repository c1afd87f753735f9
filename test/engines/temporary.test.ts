import { spawn, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { clearLeavings, temporaryFolder, temporaryPath } from "../../src/engines/temporary.ts";

const { TMPDIR } = process.env;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cardscope-leavings-"));
  process.env["TMPDIR"] = folder;
});
afterEach(async () => {
  if (TMPDIR === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = TMPDIR;
  await rm(folder, { recursive: true });
});

/** What this process would call it, with the number of another. */
const named = (pid: number, what: string) =>
  basename(temporaryPath(what)).replace(`-${process.pid}-`, `-${pid}-`);

test("what a process that is gone has left is removed", async () => {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  const left = join(folder, named(pid, "portfolio"));
  await mkdir(join(left, "spill"), { recursive: true });
  await writeFile(join(left, "spill", "rows"), "customers");
  await clearLeavings();
  expect(await readdir(folder)).toEqual([]);
});

test("what a process has that runs stays, be it another or this", async () => {
  const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  try {
    const theirs = join(folder, named(other.pid ?? 0, "portfolio"));
    await mkdir(theirs);
    const ours = [await temporaryFolder("portfolio"), temporaryPath("spill")] as const;
    await mkdir(ours[1]);
    await clearLeavings();
    expect((await readdir(folder)).sort()).toEqual([theirs, ...ours].map((path) => basename(path)).sort());
  } finally {
    other.kill("SIGKILL");
  }
});

test("what is another machine's, or another program's, stays", async () => {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  const names = [
    `cardscope-elsewhere.example-${pid}-portfolio-a`,
    `other-${pid}-a`,
    named(pid, "a").replace(`${pid}`, ""),
  ];
  for (const name of names) await mkdir(join(folder, name));
  await clearLeavings();
  expect((await readdir(folder)).sort()).toEqual(names.sort());
});

test("a link that has such a name is removed, and what it leads to stays", async () => {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  await mkdir(join(folder, "kept"));
  await writeFile(join(folder, "kept", "file"), "");
  await symlink(join(folder, "kept"), join(folder, named(pid, "portfolio")));
  await clearLeavings();
  expect(await readdir(folder, { recursive: true })).toEqual(["kept", "kept/file"]);
});
