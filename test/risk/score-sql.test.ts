import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import type { InputColumn, Labelled } from "../../src/risk/borrowers.ts";
import type { Model } from "../../src/risk/model.ts";
import { score } from "../../src/risk/score.ts";
import { scoreSql } from "../../src/risk/scorecard-sql.ts";
import { inputOf, LEVELS, makeBorrowers, trained, withCounts, withoutDates } from "./borrowers.ts";

const table = withoutDates(makeBorrowers(41, 2500));
const challenged = await trained(table);

/** Other borrowers, of whom some have a colour that nobody had. */
function applicants(): Labelled {
  const others = withoutDates(makeBorrowers(42, 1500));
  const colour = inputOf(others, "colour");
  const values = Int32Array.from(colour.values, (level, row) => (row % 50 === 0 ? LEVELS.length : level));
  const strange: InputColumn = { name: "colour", kind: "category", levels: [...LEVELS, "a\\b'c"], values };
  const inputs = others.inputs.map((input): InputColumn => {
    if (input.name === "colour") return strange;
    // divided by nothing
    const divided = (value: number, row: number) => (row % 60 === 1 ? Number.POSITIVE_INFINITY : value);
    return input.kind === "number" ? { ...input, values: input.values.map(divided) } : input;
  });
  return { ...others, inputs };
}

const quoted = (name: string) => `"${name}"`;

async function runSql(model: Model, borrowers: Labelled): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const columns = borrowers.inputs.map(
    ({ name, kind }) => `${quoted(name)} ${kind === "number" ? "double" : "varchar"}`,
  );
  await connection.run(`create table people ("customer no" varchar, ${columns.join(", ")})`);
  const appender = await connection.createAppender("people");
  for (let row = 0; row < borrowers.rows; row++) {
    appender.appendVarchar(borrowers.keys[row] ?? "");
    for (const column of borrowers.inputs) {
      const value = column.values[row] ?? -1;
      if (column.kind === "number" ? Number.isNaN(value) : value < 0) appender.appendNull();
      else if (column.kind === "number") appender.appendDouble(value);
      else appender.appendVarchar(column.levels[value] ?? "");
    }
    appender.endRow();
  }
  appender.closeSync();
  const result = await connection.runAndReadAll(scoreSql(model, { from: "people", key: "customer no" }));
  const rows = result.getRowObjects();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

test.each<readonly [string, Model]>([
  ["scorecard", { ...challenged, champion: "scorecard" }],
  ["trees", { ...challenged, champion: "trees" }],
  ["ranking", await trained(withCounts(table, 80, 300))],
])("SQL scores as the library does: %s", async (champion, model) => {
  const borrowers = applicants();
  const rows = new Map((await runSql(model, borrowers)).map((row) => [row["key"], row]));
  expect(rows.size).toBe(borrowers.rows);
  const scores = await score(model, borrowers);
  borrowers.keys.forEach((key, row) => {
    const found = rows.get(key);
    expect(Math.abs(Number(found?.["log_odds"]) + (scores.logOdds[row] ?? Number.NaN))).toBeLessThan(1e-9);
    expect(Number(found?.["score"])).toBe(scores.score[row]);
    if (scores.pd)
      expect(Math.abs(Number(found?.["pd"]) - (scores.pd[row] ?? Number.NaN))).toBeLessThan(1e-9);
  });
  expect([...(rows.get("c0")?.["pd"] === undefined ? ["none"] : [])]).toEqual(
    champion === "ranking" ? ["none"] : [],
  );
});

/** What a csv file leaves in a database that guesses types: text, with words for missing. */
async function ofText(cells: readonly string[], model: Model): Promise<unknown[]> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const columns = model.inputs.map(({ name }) => `null as ${quoted(name)}`);
  const [first = ""] = usedNumbers(model);
  const texts = columns.map((column) =>
    column.endsWith(quoted(first)) ? `cell as ${quoted(first)}` : column,
  );
  await connection.run("create table cells (place integer, cell varchar)");
  for (const [i, cell] of cells.entries()) await connection.run(`insert into cells values (${i}, '${cell}')`);
  await connection.run(`create view people as select place, ${texts.join(", ")} from cells`);
  const result = await connection.runAndReadAll(scoreSql(model, { from: "people", key: "place" }));
  connection.closeSync();
  instance.closeSync();
  return result.getRowObjects().map((row) => row["log_odds"]);
}

const usedNumbers = ({ inputs, scorecard }: Model): string[] =>
  inputs
    .filter(
      ({ name, kind }) => kind === "number" && scorecard.characteristics.some(({ input }) => input === name),
    )
    .map(({ name }) => name);

test("text that reads as a number is one, and a word is missing, without a cast that few engines know", async () => {
  const model: Model = { ...challenged, champion: "scorecard" };
  const [missing, ...others] = await ofText(["", "NA", "?", "inf", "-inf", " null", "0.5", " 0.50 "], model);
  expect(others.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => missing));
  expect(others[5]).not.toBe(missing);
  expect(others[6]).toBe(others[5]);
  expect(scoreSql(model, { from: "people", key: "place" })).not.toMatch(/try_cast|safe_cast|tryto/i);
});

test("the SQL keeps to what every engine knows", () => {
  for (const champion of ["scorecard", "trees"] as const) {
    const text = scoreSql({ ...challenged, champion }, { from: "people", key: "user_id" });
    expect(text).not.toMatch(/::|\bqualify\b|\bexclude\b/i);
    // only the one name that is no plain identifier, where it is read
    expect(new Set(text.match(/"[^"]*"/g))).toEqual(new Set(['"Annual income"']));
    expect(text).toMatch(/order by key nulls last$/);
  }
});

test("a model without characteristics gives everyone the same by SQL", async () => {
  const model: Model = {
    ...challenged,
    champion: "scorecard",
    scorecard: { ...challenged.scorecard, characteristics: [] },
  };
  const rows = await runSql(model, applicants());
  expect(new Set(rows.map((row) => row["log_odds"]))).toEqual(new Set([-challenged.scorecard.intercept]));
});
