import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CARDS, type Folder, openFolder, USERS } from "../ingest/folder.ts";
import { cardscope, type RunOptions } from "./run.ts";

let folder: Folder;
beforeAll(async () => {
  folder = await openFolder();
  await writeFile(join(folder.path, "u.csv"), USERS);
  await writeFile(join(folder.path, "c.csv"), CARDS);
});
afterAll(() => folder[Symbol.asyncDispose]());

const run = (args: string, options: Partial<RunOptions> = {}) =>
  cardscope(args.split(" "), { cwd: folder.path, ...options });

test.each([
  ["--version", /^\d+\.\d+\.\d+\n$/],
  ["--help", /Usage: cardscope/],
  ["analyze --help", /--as-of/],
  ["sql --help", /--max-rows/],
])("%s answers without loading the engine", async (args, says) => {
  const { code, stdout, stderr } = await run(args, { env: { SHOW_LIBRARIES: "1" } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "no engine\n" });
  expect(stdout).toMatch(says);
});

test("an analysis loads it", async () => {
  const { stderr } = await run("check u.csv c.csv", { env: { SHOW_LIBRARIES: "1" } });
  expect(stderr).toBe("engine\n");
});

test.each([
  ["--nope", /unknown option '--nope'/],
  ["analyze", /missing required argument/],
  ["analyse u.csv c.csv", /did you mean analyze\?/],
  ["analyze u.csv c.csv --jsn", /Did you mean --json\?/],
  ["analyze u.csv c.csv u.csv", /3 files given/],
  ["analyze u.csv c.csv --only portfolio-sumary", /did you mean portfolio-summary\?/],
  ["analyze u.csv c.csv --set premium.score_mn=1", /did you mean premium\.score_min\?/],
  ["analyze u.csv c.csv --set premium.score_min=x", /not a number: x/],
  ["analyze u.csv c.csv --set premium", /name=value/],
  ["analyze u.csv c.csv --as-of 2020-13-01", /not a date: 2020-13-01/],
  ["analyze u.csv c.csv --map agee=id", /did you mean age\?/],
  ["analyze u.csv c.csv --map age=curent_age", /did you mean "current_age"\?/],
  ["analyze u.csv c.csv --sheet users=x", /no sheet "x"/],
  ["analyze u.csv c.csv --sheet user=x", /no table user/],
  ["sample x --format xls", /csv, xlsx, parquet/],
  ["sample x --customers -1", /whole number/],
  ["sql", /missing required argument/],
  ["sql vacuum u.csv c.csv", /only SELECT is allowed/],
])("usage error: %s", async (args, says) => {
  const { code, stdout, stderr, left } = await run(args);
  expect({ code, stdout, left }).toEqual({ code: 2, stdout: "", left: [] });
  expect(stderr).toMatch(says);
  expect(stderr).toMatch(/^cardscope: /);
  expect(stderr).not.toMatch(/\n\s+at /);
});

test.each([
  "analyze u.csv nope.csv --out out",
  "analyze u.csv --json --out out",
  "check u.csv u.csv",
  "sql select u.csv nope.csv",
  "nope.csv c.csv --no-open",
])("refused, with nothing written: %s", async (args) => {
  const { code, stdout, stderr, left } = await run(args);
  expect({ code, stdout, left }).toEqual({ code: 3, stdout: "", left: [] });
  expect(stderr).toMatch(/^cardscope: \S.*\n {2}\S.*\n$/);
  expect((await readdir(folder.path)).sort()).toEqual(["c.csv", "tmp", "u.csv"]);
});

test("--json prints one document and nothing else, issues or not", async () => {
  await writeFile(join(folder.path, "bad.csv"), `${USERS}4,abc,1966,11,1,2,9999\n5\n`);
  const { code, stdout, stderr, left } = await run("analyze bad.csv c.csv --json --quiet");
  expect({ code, stderr, left }).toEqual({ code: 0, stderr: "", left: [] });
  const document = JSON.parse(stdout);
  expect(document.issues.length).toBeGreaterThan(1);
  expect(Object.keys(document.analyses).length).toBeGreaterThan(15);
  expect(stdout).not.toMatch(/\bNaN\b|Infinity/);
});

test("a terminal's colours are off where they are not wanted", async () => {
  for (const env of [{ NO_COLOR: "1", FORCE_COLOR: "1" }, {}]) {
    const { stdout } = await run("check u.csv c.csv --no-color", { env });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    expect(stdout).not.toMatch(/\u001b/);
  }
});

test("control characters of a file do not reach the terminal", async () => {
  await writeFile(
    join(folder.path, "esc.csv"),
    USERS.replace("\n", ",\u001b[31mred\n").replaceAll("78", "78"),
  );
  const { code, stdout } = await run("check esc.csv c.csv");
  expect(code).toBe(0);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  expect(stdout).not.toMatch(/\u001b/);
  expect(stdout).toContain("\\x1b[31mred");
});

test("a reader that has seen enough is no failure", async () => {
  const args = [
    "sql",
    "select * from users, range(100000)",
    "u.csv",
    "c.csv",
    "--csv",
    "--max-rows",
    "300000",
  ];
  const { code, stderr, left } = await cardscope(args, {
    cwd: folder.path,
    during: (child) => child.stdout?.once("data", () => child.stdout?.destroy()),
  });
  expect({ code, stderr, left }).toEqual({ code: 0, stderr: "", left: [] });
});

/** Waits for an entry of a folder, so that a signal meets the work and not the start. */
async function appears(path: string, name: RegExp): Promise<void> {
  while (!(await readdir(path)).some((entry) => name.test(entry))) await setTimeout(20);
}

test.each(["INT", "TERM"] as const)("SIG%s stops a query and leaves nothing behind", async (signal) => {
  const endless = "select count(*) from range(10000000) a, range(10000000) b";
  const { code, stdout, stderr, left } = await cardscope(["sql", endless, "u.csv", "c.csv"], {
    cwd: folder.path,
    during: async (child) => {
      await appears(join(folder.path, "tmp"), /^cardscope-/);
      child.kill(`SIG${signal}`);
    },
  });
  expect({ code, stdout, left }).toEqual({ code: signal === "INT" ? 130 : 143, stdout: "", left: [] });
  expect(stderr).toBe("cardscope: stopped; nothing was written\n");
});

test("SIGINT during analyze leaves no folder", async () => {
  await run("sample big --customers 60000");
  // lists, whose writing takes a while, and nothing to learn before
  const only = "--only offer-candidates,customers-with-several-cards";
  const { code, left } = await run(`analyze big/users.csv big/cards.csv --out out ${only}`, {
    during: async (child) => {
      await appears(folder.path, /^\.out\./);
      child.kill("SIGINT");
    },
  });
  expect({ code, left }).toEqual({ code: 130, left: [] });
  expect((await readdir(folder.path)).filter((name) => /out/.test(name))).toEqual([]);
});
