import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Folder, openFolder } from "../ingest/folder.ts";
import { cardscope } from "./run.ts";

let folder: Folder;
beforeAll(async () => {
  folder = await openFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const run = (line: string) => cardscope(line.split(" "), { cwd: folder.path });

/** Whether running these words loads the engine's code. */
function loadsEngine(...words: string[]): boolean {
  const script = `
    const { main } = await import(${JSON.stringify(new URL("../../src/cli/main.ts", import.meta.url))});
    await main(["node", "cardscope", ...${JSON.stringify(words)}]);
    console.error(process.report.getReport().sharedObjects.some((path) => path.includes("duckdb")));`;
  const args = ["--import", import.meta.resolve("tsx"), "--input-type=module", "-e", script];
  const { stderr } = spawnSync(process.execPath, args, { encoding: "utf8", cwd: folder.path });
  return JSON.parse(stderr.trim().split("\n").at(-1) ?? "");
}

test("what only prints loads no engine", () => {
  expect(loadsEngine("--version")).toBe(false);
  expect(loadsEngine("--help")).toBe(false);
  expect(loadsEngine("analyze", "--help")).toBe(false);
  expect(loadsEngine("sql", "select 1 as one")).toBe(true);
});

test("the least memory gives the same figures, and leaves nothing behind", async () => {
  await run("sample data --customers 20000 --format parquet");
  const only = "--only customers-with-several-cards,correlations,numeric-summary,debt-tiers,offers --json";
  const free = await run(`analyze data/users.parquet data/cards.parquet ${only}`);
  const bound = await run(`analyze data/users.parquet data/cards.parquet ${only} --memory 500MB`);
  expect(bound.code).toBe(0);
  expect(bound.left).toEqual([]);
  const figures = ({ stdout }: { stdout: string }) =>
    JSON.stringify(JSON.parse(stdout).analyses, (_, value) =>
      typeof value === "number" ? Number(value.toPrecision(9)) : value,
    );
  expect(figures(bound)).toBe(figures(free));
});

test("an amount that is none is a usage error", async () => {
  const { code, stderr } = await run("check data/users.parquet data/cards.parquet --memory lots");
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: "cardscope: not an amount of memory: lots\n  write it with its unit, such as 4GB or 800MB\n",
  });
});
