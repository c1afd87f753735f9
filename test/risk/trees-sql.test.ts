import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import type { InputColumn } from "../../src/risk/borrowers.ts";
import { fitTrees, treeLogOdds } from "../../src/risk/trees.ts";
import { sqlNumber, sqlText, treesSql } from "../../src/risk/trees-sql.ts";
import { dice } from "./tree-data.ts";

const LEVELS = ["a", "it's", "back\\slash", "z -- not a comment"];

/** Numbers with a code, categories, and what is missing; `unseen` adds levels and values beyond the training's. */
function table(seed: number, rows: number, unseen: boolean) {
  const roll = dice(seed);
  const amount = Float64Array.from({ length: rows }, () => {
    const u = roll();
    return u < 0.1
      ? Number.NaN
      : u < 0.2
        ? -9
        : u < 0.25
          ? 98
          : Math.round(roll() * 1e6) / 1e4 - (unseen ? 20 : 0);
  });
  const ratio = Float64Array.from({ length: rows }, () => (roll() < 0.05 ? Number.NaN : roll() / 3));
  const levels = unseen ? [...LEVELS, "zz unseen"] : LEVELS;
  const grade = Int32Array.from({ length: rows }, () => Math.floor(roll() * (levels.length + 1)) - 1);
  const inputs: InputColumn[] = [
    { name: "amount", kind: "number", values: amount, codes: [-9, 98] },
    { name: "ratio", kind: "number", values: ratio, codes: [] },
    { name: "grade", kind: "category", values: grade, levels },
  ];
  const outcome = new Uint8Array(rows).map((_, i) => {
    const x = amount[i] ?? 0;
    const z =
      (Number.isNaN(x) || x < 0 ? 1 : x / 40) + (grade[i] ?? 0) * 0.4 * Math.sin(9 * (ratio[i] || 0)) - 2;
    return roll() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
  });
  return { amount, ratio, grade, levels, inputs, outcome };
}

test.each([
  ["constrained, so that codes are missing", 1],
  ["free", 0],
] as const)("the expression gives the trees' log odds, %s", async (_, direction) => {
  const known = table(11, 1500, false);
  const trees = await fitTrees(known.inputs, known.outcome, undefined, {
    settings: { rounds: 40, min_child_weight: 2 },
    monotone: [direction, 0, 0],
  });
  const asked = table(12, 2000, true);
  const expected = treeLogOdds(trees, asked.inputs);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run("create table t (id integer, amount double, ratio double, grade varchar)");
  const rows = Array.from(expected, (__, i) => {
    const number = (value = Number.NaN) => (Number.isNaN(value) ? "null" : `cast('${value}' as double)`);
    const level = asked.levels[asked.grade[i] ?? -1];
    const text = level === undefined ? "null" : `'${level.replaceAll("'", "''")}'`;
    return `(${i}, ${number(asked.amount[i])}, ${number(asked.ratio[i])}, ${text})`;
  });
  await connection.run(`insert into t values ${rows.join(", ")}`);
  const sql = treesSql(trees, (input) => `t.${input}`);
  const reader = await connection.runAndReadAll(`select ${sql} as log_odds from t order by id`);
  const scored = reader.getColumnsJS()[0] as number[];
  const furthest = scored.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN)));
  expect(scored.length).toBe(2000);
  expect(Math.max(...furthest)).toBeLessThan(1e-9);
  connection.closeSync();
  instance.closeSync();
});

test("numbers are doubles in every engine, and text hides no escape", () => {
  expect(sqlNumber(0)).toBe("0e0");
  expect(sqlNumber(-0.1)).toBe("-1e-1");
  expect(sqlNumber(12345.678)).toBe("1.2345678e4");
  expect(sqlText("it's")).toBe("'it''s'");
  expect(sqlText("a\\b")).toBe("('a' || chr(92) || 'b')");
});
