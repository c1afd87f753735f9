import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeSample } from "../../src/sample/sample.ts";
import { pageOf } from "../docs/markdown.ts";
import { csvOf, german, giveMeSomeCredit } from "../ingest/borrower-files.ts";
import { cardscope } from "./run.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "cardscope-train-"));
  await writeFile(join(cwd, "loans.csv"), csvOf(giveMeSomeCredit(1500)));
  await writeFile(join(cwd, "german.csv"), csvOf(german(300)));
  await writeSample(join(cwd, "data"), { customers: 1200, seed: 7, format: "csv", brief: false });
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const run = (...args: string[]) => cardscope(args, { cwd });
const loans = ["loans.csv", "--outcome", "SeriousDlqin2yrs"];

test("train writes a model, prints one document, and score and validate take it up", {
  timeout: 120_000,
}, async () => {
  const trained = await run(
    "train",
    ...loans,
    "--exclude",
    "DebtRatio",
    "NumberOfDependents",
    "--out",
    "model",
    "--json",
  );
  expect(trained.stderr).toBe("");
  expect(trained.code).toBe(0);
  const document = JSON.parse(trained.stdout);
  const rows = giveMeSomeCredit(1500).slice(1);
  expect(document).toMatchObject({
    champion: "scorecard",
    customers: 1500,
    defaults: rows.filter((row) => row[1] === 1).length,
    benchmark_only: false,
    outcome: { column: "SeriousDlqin2yrs", event: ["1"], other: ["0"], kind: "association, not forecast" },
  });
  for (const figure of ["auc", "auc_low", "auc_high", "ks", "brier", "gini"])
    expect([figure, typeof document[figure]]).toEqual([figure, "number"]);
  const { text } = pageOf("docs/json.md");
  const table = text.slice(text.indexOf("## train --json"), text.indexOf("## Values"));
  const documented = [...table.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, keys = ""]) =>
    keys.replaceAll("`", "").split(", "),
  );
  expect(Object.keys(document).toSorted()).toEqual(documented.toSorted());
  expect(document.gini).toBeCloseTo(2 * document.auc - 1, 9);
  expect(document.left_out).toContainEqual({
    column: "age",
    reason: "barred",
    because: "age never decides risk",
  });
  expect(document.left_out.filter((left: { reason: string }) => left.reason === "excluded")).toHaveLength(2);
  expect((await readdir(join(cwd, "model"))).toSorted()).toEqual([
    "card.html",
    "card.md",
    "card.xlsx",
    "model.json",
    "score.sql",
  ]);

  const scored = await run("score", "model", "loans.csv");
  expect([scored.code, scored.stderr]).toEqual([0, ""]);
  const lines = scored.stdout.trim().split("\r\n");
  expect(lines[0]).toBe("key,pd,score,band,rank,reasons");
  expect(lines).toHaveLength(1501);
  expect(
    lines
      .slice(1)
      .map((line) => Number(line.split(",")[4]))
      .toSorted((a, b) => a - b)[0],
  ).toBe(1);

  await writeFile(join(cwd, "odd.csv"), "id,NumberOfTime30-59DaysPastDueNotWorse\n1,2\n");
  const lacking = await run("score", "model/model.json", "odd.csv");
  expect([lacking.code, lacking.stdout]).toEqual([3, ""]);
  expect(lacking.stderr).toContain("RevolvingUtilizationOfUnsecuredLines");

  const written = await run("score", "model", "loans.csv", "--out", "scores.json", "--json");
  expect(JSON.parse(written.stdout)).toMatchObject({ model: "scorecard", customers: 1500, unseen: [] });
  expect(JSON.parse(await readFile(join(cwd, "scores.json"), "utf8")).scores).toHaveLength(1500);

  const validated = await run("validate", "model", "loans.csv", "--json", "--out", "validation");
  expect(validated.code).toBe(0);
  expect(JSON.parse(validated.stdout)).toMatchObject({ customers: 1500, defaults: document.defaults });
  expect(await readdir(join(cwd, "validation"))).toContain("validation.html");
  const shown = await run("validate", "model", "loans.csv");
  expect(shown.stdout).toContain("the score");

  // the same seed and rows: the same bytes
  const again = await run(
    "train",
    ...loans,
    "--exclude",
    "DebtRatio,NumberOfDependents",
    "--out",
    "again.json",
  );
  expect(again.code).toBe(0);
  expect(again.stdout).toContain("written to again.json");
  expect(await readFile(join(cwd, "again.json"), "utf8")).toBe(
    await readFile(join(cwd, "model", "model.json"), "utf8"),
  );
});

test("a portfolio: two files in either order", { timeout: 120_000 }, async () => {
  const { code, stdout, stderr } = await run("train", "data/cards.csv", "data/users.csv", "--json");
  expect([code, stderr]).toEqual([0, ""]);
  const document = JSON.parse(stdout);
  expect(document).toMatchObject({ source: "portfolio", customers: 1200, champion: "ranking", brier: null });
  expect(document.champion_because).toContain(String(document.defaults));
});

test("columns that never decide: for a benchmark only, and never written", { timeout: 60_000 }, async () => {
  const german = ["german.csv", "--outcome", "class", "--event", "2", "--benchmark-all-inputs"];
  const refused = await run("train", ...german, "--out", "bench");
  expect([refused.code, refused.stdout]).toEqual([2, ""]);
  expect(refused.stderr).toContain("cannot be exported");
  const { code, stdout } = await run("train", ...german, "--json");
  expect(code).toBe(0);
  const document = JSON.parse(stdout);
  expect(document.benchmark_only).toBe(true);
  expect(document.inputs.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(["age", "personal_status", "foreign_worker"]),
  );
});

test.each<[string, string[], 2 | 3, RegExp]>([
  ["no file", ["train", "--outcome", "y"], 2, /no file given/],
  [
    "an unknown outcome",
    ["train", "loans.csv", "--outcome", "Serious"],
    2,
    /did you mean "SeriousDlqin2yrs"/,
  ],
  ["no outcome", ["train", "loans.csv"], 2, /--outcome/],
  ["an outcome that would be guessed", ["train", "german.csv", "--outcome", "class"], 3, /--event/],
  ["a cut-off that is none", ["train", ...["loans.csv"], "--cutoff", "3"], 2, /between 0 and 1/],
  ["an unknown option", ["train", "loans.csv", "--outcom", "x"], 2, /--outcome/],
  ["a file that is not there", ["train", "nowhere.csv", "--outcome", "x"], 3, /no such file/],
  ["three files", ["train", "a", "b", "c"], 2, /3 files/],
  ["no model", ["score", "nowhere", "loans.csv"], 3, /no model there/],
  ["another file as a model", ["validate", "loans.csv", "loans.csv"], 3, /not a model/],
  ["a format of scores that is none", ["score", "nowhere", "loans.csv", "--out", "x.txt"], 2, /\.csv/],
])("%s: said, with what to do", { timeout: 60_000 }, async (_, args, code, message) => {
  const ended = await run(...args);
  expect([ended.code, ended.stdout]).toEqual([code, ""]);
  expect(ended.stderr).toMatch(message);
  expect(ended.left).toEqual([]);
});

test("columns after --exclude end where the files begin", { timeout: 60_000 }, async () => {
  const { code, stdout } = await run(
    "train",
    "--exclude",
    "job",
    "credit_history",
    "german.csv",
    "--outcome",
    "class",
    "--event",
    "2",
    "--json",
  );
  expect(code).toBe(0);
  const excluded = JSON.parse(stdout).left_out.filter(
    (left: { reason: string }) => left.reason === "excluded",
  );
  expect(excluded.map(({ column }: { column: string }) => column)).toEqual(["credit_history", "job"]);
});

test("Ctrl-C while training leaves nothing", { timeout: 60_000 }, async () => {
  await writeFile(join(cwd, "many.csv"), csvOf(giveMeSomeCredit(150_000)));
  const before = await readdir(cwd);
  const { code, stderr, left } = await cardscope(
    ["train", "many.csv", "--outcome", "SeriousDlqin2yrs", "--out", "never"],
    {
      cwd,
      during: (child) => setTimeout(() => child.kill("SIGINT"), 5000),
    },
  );
  expect([code, left]).toEqual([130, []]);
  expect(stderr).toContain("stopped; nothing was written");
  expect(await readdir(cwd)).toEqual(before);
});

test("the statement of an analysis of predictions runs again over the same files", {
  timeout: 120_000,
}, async () => {
  const files = ["data/users.csv", "data/cards.csv"];
  const found = await run("analyze", ...files, "--only", "default-bands,segments", "--json");
  const { analyses } = JSON.parse(found.stdout);
  for (const id of ["default-bands", "segments"]) {
    const again = await run("sql", analyses[id].sql, ...files, "--json");
    expect([again.code, again.stderr]).toEqual([0, ""]);
    const rows: { customers: number }[] = JSON.parse(again.stdout);
    expect(rows.map(({ customers }) => customers)).toEqual(
      analyses[id].rows.map((row: { customers: number }) => row.customers),
    );
  }
});
