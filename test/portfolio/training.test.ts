import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDuckDB } from "../../src/engines/duckdb.ts";
import { CardscopeError } from "../../src/errors.ts";
import { modelText, writeModelFile } from "../../src/outputs/model-folder.ts";
import { openModel, parseModel } from "../../src/portfolio/model-file.ts";
import { openPortfolio } from "../../src/portfolio/portfolio.ts";
import { scoreFiles, validateFiles } from "../../src/portfolio/scoring.ts";
import { type TrainOptions, trainModel } from "../../src/portfolio/training.ts";
import { scoreSql } from "../../src/risk/scorecard-sql.ts";
import { writeSample } from "../../src/sample/sample.ts";
import { literal, raw } from "../../src/sql/statement.ts";
import { type Cells, csvOf, draws, giveMeSomeCredit, lendingClub } from "../ingest/borrower-files.ts";
import { type Folder, openFolder } from "../ingest/folder.ts";

let folder: Folder;
beforeAll(async () => {
  folder = await openFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const file = (rows: readonly Cells[]) => folder.file("borrowers.csv", csvOf(rows));

async function refusal(run: Promise<unknown>): Promise<CardscopeError> {
  const error = await run.then(
    () => new TypeError("not refused"),
    (cause: unknown) => cause,
  );
  if (error instanceof CardscopeError) return error;
  throw error;
}

/** Borrowers whose default follows from one input, with others beside it. */
function borrowers(
  rows: number,
  further: (row: { bad: number; draw: () => number; i: number }) => Cells = () => [],
): Cells[] {
  const next = draws(11);
  return Array.from({ length: rows }, (_, i): Cells => {
    const used = next();
    const bad = next() < 1 / (1 + Math.exp(2.6 - 2.4 * used)) ? 1 : 0;
    return [`c${i}`, used.toFixed(4), Math.floor(next() * 30), bad, ...further({ bad, draw: next, i })];
  });
}
const HEADER = ["id", "utilisation", "months_on_book", "defaulted"];
const shuffled = (rows: readonly Cells[]): Cells[] => {
  const next = draws(3);
  return rows
    .map((row) => ({ row, place: next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ row }) => row);
};

test("the same rows in another order give the same model byte for byte, with a key and without", async () => {
  const rows = borrowers(600);
  const text = async (header: Cells, body: readonly Cells[], options: TrainOptions = {}) =>
    modelText((await trainModel(await file([header, ...body]), options)).model);
  expect(await text(HEADER, shuffled(rows))).toBe(await text(HEADER, rows));
  const keyless = rows.map((row) => row.slice(1));
  const header = HEADER.slice(1);
  expect(await text(header, shuffled(keyless))).toBe(await text(header, keyless));
  expect(await text(HEADER, rows, { seed: 2 })).not.toBe(await text(HEADER, rows));
});

test("a label made from an input, and what is known only afterwards, are left out with figures", async () => {
  const rows = borrowers(600, ({ bad, draw }) => [
    bad === 1 ? "closed" : "open",
    bad === 1 ? 100 + Math.round(draw() * 900) : 0,
  ]);
  const { model } = await trainModel(await file([[...HEADER, "account", "money_back"], ...rows]));
  const leaks = model.left_out.filter(({ reason }) => reason === "leakage").map(({ column }) => column);
  expect(leaks.toSorted()).toEqual(["account", "money_back"]);
  expect(model.inputs.map(({ name }) => name)).toEqual(["utilisation", "months_on_book"]);
});

test.each<[string, readonly Cells[], RegExp]>([
  ["one row", [HEADER, ["a", 0.5, 3, 1]], /one row/],
  ["too few defaults", [HEADER, ...borrowers(40)], /too few/],
  [
    "only what copies the outcome",
    [["id", "copy", "defaulted"], ...borrowers(400).map(([id, , , bad]) => [id ?? "", bad ?? 0, bad ?? 0])],
    /no input is left/,
  ],
  [
    "only missing values",
    [["id", "a", "b", "defaulted"], ...borrowers(400).map(([id, , , bad]) => [id ?? "", "", "NA", bad ?? 0])],
    /no input is left/,
  ],
])("%s: refused with the reason", async (_, rows, message) => {
  const error = await refusal(trainModel(await file(rows)));
  expect(error.exitCode).toBe(3);
  expect(error.message).toMatch(message);
  expect(error.hint).toBeTruthy();
});

test("what never decides is learnt from for a benchmark alone", async () => {
  const rows = borrowers(600, ({ draw }) => [20 + Math.floor(draw() * 60), draw() < 0.5 ? "F" : "M"]);
  const path = await file([[...HEADER, "age", "gender"], ...rows]);
  const usual = await trainModel(path);
  expect(usual.isBenchmark).toBe(false);
  expect(usual.model.inputs.map(({ name }) => name)).toEqual(["utilisation", "months_on_book"]);
  expect(new Set(usual.model.fairness.map(({ dimension }) => dimension))).toEqual(new Set(["age", "gender"]));
  const all = await trainModel(path, { allInputs: true });
  expect(all.isBenchmark).toBe(true);
  expect(all.model.inputs.map(({ name }) => name)).toEqual([
    "utilisation",
    "months_on_book",
    "age",
    "gender",
  ]);
});

test("days per row make an out-of-time validation, and with a window a stated forecast", async () => {
  const path = await file(lendingClub(1500));
  const { model } = await trainModel(path, {
    outcome: "loan_status",
    event: ["Charged Off"],
    nonEvent: ["Fully Paid"],
    observedOn: "issue_d",
    window: "36 months",
    exclude: ["grade,purpose"],
  });
  expect(model.out_of_time?.from).toMatch(/^201[56]-\d\d-01$/);
  expect(model.outcome).toMatchObject({
    column: "loan_status",
    observed_on: "issue_d, 2013-01-01 to 2016-12-01",
    window: "36 months",
    kind: "forecast, as stated",
  });
  expect(model.outcome.unknown).toBeGreaterThan(20);
  expect(model.left_out.filter(({ reason }) => reason === "excluded").map(({ column }) => column)).toEqual([
    "grade",
    "purpose",
  ]);
  expect(
    model.left_out
      .filter(({ reason }) => reason === "leakage")
      .map(({ column }) => column)
      .toSorted(),
  ).toEqual(["hardship_flag", "recoveries", "total_pymnt"]);
});

test("a model's file scores what the model scores, in any order of rows, and its SQL agrees", async () => {
  const rows = giveMeSomeCredit(1500);
  const [header = [], ...body] = rows;
  const path = await file(rows);
  const { model, sql } = await trainModel(path, { outcome: "SeriousDlqin2yrs" });
  const saved = join(folder.path, "model.json");
  await writeModelFile(model, saved);
  const opened = await openModel(saved);
  const one = await scoreFiles(opened, path);
  const other = await scoreFiles(opened, await file([header, ...shuffled(body)]));
  const byKey = (all: typeof one) => [...all.rows].toSorted((a, b) => Number(a.key) - Number(b.key));
  expect(byKey(other)).toEqual(byKey(one));

  await using engine = await openDuckDB();
  const named = csvOf([["id", ...header.slice(1)], ...body]);
  const table = await folder.file("named.csv", named);
  await engine.execute(
    raw(`create table borrowers as select * from read_csv(${literal(table)}, nullstr = 'NA')`),
  );
  expect(sql).toEqual({ from: "borrowers", key: "id" });
  const { rows: found } = await engine.query(
    raw(`select * from (${scoreSql(opened, sql)}) scored order by key`),
  );
  const scores = byKey(one);
  expect(found).toHaveLength(scores.length);
  for (const [i, row] of found.entries()) {
    expect(Number(row["pd"])).toBeCloseTo(scores[i]?.pd ?? Number.NaN, 9);
    expect(row["score"]).toBe(scores[i]?.score);
  }
});

test("a new category at scoring is told, and counts as neutral; a lacking input is named", async () => {
  const rows = borrowers(600, ({ bad, draw }) => [draw() < (bad === 1 ? 0.7 : 0.3) ? "rented" : "owned"]);
  const { model } = await trainModel(await file([[...HEADER, "home"], ...rows]));
  const scored = await scoreFiles(
    model,
    await file([
      ["id", "utilisation", "months_on_book", "home"],
      ["a", 0.9, 3, "boat"],
      ["b", 0.1, 3, "owned"],
    ]),
  );
  expect(scored.head.unseen).toEqual([{ column: "home", level: "boat", rows: 1 }]);
  expect([...scored.rows].map(({ key, rank }) => [key, rank])).toEqual([
    ["a", 1],
    ["b", 2],
  ]);
  const error = await refusal(
    scoreFiles(
      model,
      await file([
        ["id", "months_on_book"],
        ["a", 3],
      ]),
    ),
  );
  expect(error.exitCode).toBe(3);
  expect(error.message).toMatch(/"utilisation".*"home"|"home".*"utilisation"/);
});

test("a model is held against other borrowers, with outcomes and without", async () => {
  const rows = borrowers(900);
  const { model } = await trainModel(await file([HEADER, ...rows.slice(0, 600)]));
  const known = await validateFiles(model, await file([HEADER, ...rows.slice(600)]));
  expect(known.validation.defaults).toBe(rows.slice(600).filter((row) => row[3] === 1).length);
  expect(known.validation.performance?.auc.value).toBeGreaterThan(0.5);
  expect(known.validation.stability[0]?.input).toBeNull();
  const none = await validateFiles(
    model,
    await file([HEADER.slice(0, 3), ...rows.slice(600).map((row) => row.slice(0, 3))]),
  );
  expect(none.validation).toMatchObject({ customers: 300, defaults: null, performance: null });
  const shifted = rows
    .slice(600)
    .map(([id = "", used, ...rest]): Cells => [id, Math.min(1, Number(used) + 0.5), ...rest]);
  const moved = await validateFiles(model, await file([HEADER, ...shifted]));
  expect(moved.validation.stability.find(({ input }) => input === "utilisation")?.verdict).toBe("shifted");
  // nobody has defaulted yet: no mistake
  const early = await validateFiles(
    model,
    await file([HEADER, ...rows.slice(600, 750).map((row): Cells => [...row.slice(0, 3), 0])]),
  );
  expect(early.validation).toMatchObject({ customers: 150, defaults: 0, performance: null });
});

test("a portfolio: inputs of customer_profile, nothing that never decides, its SQL over customer_profile", async () => {
  const directory = join(folder.path, "sample");
  await mkdir(directory);
  const { users, cards } = await writeSample(directory, {
    customers: 3000,
    seed: 4,
    format: "csv",
    brief: false,
  });
  const { model, sql } = await trainModel([cards, users], { exclude: ["total_debt_usd", "Credit Score"] });
  expect(model.source).toBe("portfolio");
  const names = model.inputs.map(({ name }) => name);
  expect(names).toContain("utilisation");
  expect(names).not.toContain("credit_score");
  expect(names).not.toContain("total_debt_usd");
  expect(names.filter((name) => /age|gender|latitude|state|retire/.test(name))).toEqual([]);
  expect(model.left_out.find(({ column }) => column === "gender")?.reason).toBe("barred");

  await using portfolio = await openPortfolio([users, cards]);
  const own = await portfolio.train({ exclude: ["total_debt_usd", "credit_score"] });
  expect(modelText(own.model)).toBe(modelText(model));
  const { rows } = await portfolio.query(`select * from (${scoreSql(model, sql)}) scored order by key`);
  const scored = await scoreFiles(model, [users, cards]);
  const byKey = [...scored.rows].toSorted((a, b) => Number(a.key) - Number(b.key));
  expect(rows.map((row) => row["score"])).toEqual(byKey.map((row) => row.score));

  // the outcome by name and by values: the flag in other words
  const text = await readFile(users, "utf8");
  const at = text.slice(0, text.indexOf("\n")).trim().split(",").indexOf("Defaulted");
  expect(at).toBeGreaterThan(0);
  const renamed = text
    .trim()
    .split(/\r?\n/)
    .map((line, i) => {
      const cells = line.split(",");
      cells[at] = i === 0 ? "Standing" : /^(?:1|yes|true)$/i.test(cells[at] ?? "") ? "gone wrong" : "fine";
      return cells.join(",");
    })
    .join("\n");
  const named = join(directory, "renamed.csv");
  await writeFile(named, `${renamed}\n`);
  const again = await trainModel([named, cards], {
    outcome: "standing",
    event: ["Gone wrong"],
    exclude: ["total_debt_usd", "credit_score"],
  });
  expect(again.model.outcome).toMatchObject({ column: "Standing", event: ["gone wrong"], other: ["fine"] });
  expect(again.model.defaults).toBe(model.defaults);
  expect(again.model.scorecard).toEqual(model.scorecard);
}, 120_000);

test("what is no model is refused, and so is one that could not be scored with", async () => {
  const { model } = await trainModel(await file([HEADER, ...borrowers(600)]));
  const text = modelText(model);
  expect(parseModel(text, "m.json")).toEqual(model);
  const [first] = model.scorecard.characteristics;
  const damaged = [
    "",
    "{",
    "[]",
    "null",
    JSON.stringify({ format: "cardscope-model", version: 9 }),
    JSON.stringify({ ...model, customers: "many" }),
    JSON.stringify({ ...model, champion: "trees", trees: null }),
    JSON.stringify({ ...model, inputs: [] }),
    JSON.stringify({
      ...model,
      trees: {
        settings: { rounds: 1, depth: 1, rate: 1, lambda: 1, min_child_weight: 1, bins: 2 },
        base: 0,
        inputs: [{ input: first?.input ?? "", monotone: 0, order: [], codes: [] }],
        // node 0 leads to itself
        trees: [
          { input: [0], threshold: [0], left: [0], right: [0], missing_left: [0], value: [0], cover: [1] },
        ],
      },
    }),
  ];
  for (const content of damaged)
    expect((await refusal(Promise.resolve().then(() => parseModel(content, "m.json")))).exitCode).toBe(3);
  expect((await refusal(openModel(join(folder.path, "nowhere")))).exitCode).toBe(3);
});
