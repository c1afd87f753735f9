import { expect, test } from "vitest";
import type { Borrowers } from "../../src/risk/borrowers.ts";
import { knownRows, labelledOf } from "../../src/risk/labelled.ts";

const borrowers: Borrowers = {
  rows: 4,
  keys: ["a", "b", "c", "d"],
  inputs: [
    { name: "x", kind: "number", values: Float64Array.of(1, 2, Number.NaN, 4), codes: [4] },
    // it varies in the row without an outcome alone
    { name: "same", kind: "number", values: Float64Array.of(7, 8, 7, 7), codes: [] },
    { name: "none", kind: "category", levels: ["p"], values: Int32Array.of(-1, 0, -1, -1) },
    { name: "word", kind: "category", levels: ["p", "q"], values: Int32Array.of(0, 1, 1, -1) },
  ],
  groupings: [{ dimension: "g", groups: ["m", "f"], values: Int32Array.of(0, 1, -1, 1) }],
};
const outcome = Int8Array.of(1, -1, 0, 0);

test("rows without an outcome are left out and counted, and so are columns that are silent in the others", () => {
  const { labelled, unknown, leftOut } = labelledOf(borrowers, outcome, Int32Array.of(10, 11, 12, 13));
  expect(unknown).toBe(1);
  expect(labelled.keys).toEqual(["a", "c", "d"]);
  expect([...labelled.outcome]).toEqual([1, 0, 0]);
  expect([...(labelled.observedOn ?? [])]).toEqual([10, 12, 13]);
  expect(labelled.inputs.map(({ name, values }) => [name, [...values]])).toEqual([
    ["x", [1, Number.NaN, 4]],
    ["word", [0, 1, -1]],
  ]);
  expect([...(labelled.groupings[0]?.values ?? [])]).toEqual([0, -1, 1]);
  expect(leftOut.map(({ column, reason }) => [column, reason])).toEqual([
    ["same", "constant"],
    ["none", "empty"],
  ]);
});

test("to hold a model against them, all columns stay", () => {
  expect(knownRows(borrowers, outcome).inputs.map(({ name }) => name)).toEqual(["x", "same", "none", "word"]);
});
