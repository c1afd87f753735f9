import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { pageOf, root } from "./markdown.ts";
import { Desk } from "./run-blocks.ts";

const COMMANDS = ["", "analyze", "check", "train", "score", "validate", "sample", "feed", "sql"];
const page = pageOf("docs/cli.md");

test("docs/cli.md lists every flag of --help, and no other", async () => {
  await using desk = await Desk.set();
  const flags = new Set<string>();
  for (const command of COMMANDS) {
    const { stdout } = await desk.shell(`npx cardscope ${command} --help`);
    for (const [, flag = ""] of stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)) flags.add(flag);
  }
  expect(flags.size).toBeGreaterThan(15);
  const documented = new Set([...page.text.matchAll(/^\| `(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag]) => flag));
  expect([...documented].toSorted()).toEqual([...flags].toSorted());
});

test("docs/cli.md has the commands and their arguments as --help writes them", async () => {
  await using desk = await Desk.set();
  for (const command of COMMANDS) {
    const { stdout } = await desk.shell(`npx cardscope ${command} --help`);
    const usage = /^Usage: (.*)$/m.exec(stdout)?.[1] ?? "?";
    expect(page.text).toContain(usage);
  }
});

test("npx cardscope works in the checkout, where it is built", async () => {
  const { stdout } = await promisify(execFile)("npx", ["--no-install", "cardscope", "--version"], {
    cwd: root,
  });
  expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
});
