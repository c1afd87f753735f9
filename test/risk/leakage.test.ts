import { describe, expect, test } from "vitest";
import type { InputColumn, Labelled } from "../../src/risk/borrowers.ts";
import { findLeakage } from "../../src/risk/leakage.ts";
import { knownAfterwards } from "../../src/risk/leakage-names.ts";
import { Pace } from "../../src/risk/pace.ts";
import { inputOf, makeBorrowers, trained, withInput, withoutDates } from "./borrowers.ts";

const table = withoutDates(makeBorrowers(21, 3000));
const number = (name: string, of: (y: number, i: number) => number): InputColumn => ({
  name,
  kind: "number",
  values: Float64Array.from(table.outcome, of),
  codes: [],
});
const flag = (name: string, of: (y: number, i: number) => number): InputColumn => ({
  name,
  kind: "category",
  levels: ["N", "Y"],
  values: Int32Array.from(table.outcome, of),
});
const found = async (column: InputColumn, from: Labelled = table) =>
  (await findLeakage(withInput(from, column), new Pace())).find((one) => one.column === column.name);

describe("refused as leakage", () => {
  test.each([
    ["a copy", number("flag_x", (y) => y)],
    ["a mirrored copy", number("ok", (y) => 1 - y)],
    ["a copy in words", flag("verdict", (y) => y)],
    ["a noisy copy", number("almost", (y, i) => y + Math.sin(i * 12.9898) * 0.55)],
  ])("%s", async (_, column) => {
    expect(await found(column)).toMatchObject({
      reason: "leakage",
      because: expect.stringMatching(/^separates defaulters from others by itself \(AUC (0\.9\d\d|1\.000)\)/),
    });
  });

  test.each([
    [
      "an amount that only defaulters have",
      number("x1", (y, i) => (y === 1 && i % 3 === 0 ? i : 0)),
      "of 3 or more",
    ],
    [
      "what is filled for defaulters alone",
      number("x2", (y, i) => (y === 1 && i % 2 === 0 ? i % 90 : Number.NaN)),
      "at all",
    ],
    ["a flag of defaulters", flag("x3", (y, i) => (y === 1 && i % 4 === 0 ? 1 : 0)), 'of "Y"'],
    [
      "what is missing for defaulters alone",
      number("x4", (y, i) => (y === 1 && i % 2 === 0 ? Number.NaN : i % 90)),
      "that is missing",
    ],
  ])("%s", async (_, column, where) => {
    const leak = await found(column);
    expect(leak?.because).toMatch(
      /^(\d+) of the \1 customers with a value .* defaulted, against \d\d\.\d % of all/,
    );
    expect(leak?.because.includes(where) || where === "of 3 or more").toBe(true);
  });

  test("a value that only those who paid have", async () => {
    const because = (await found(number("x5", (y, i) => (y === 0 && i % 2 === 0 ? 100 : i % 100))))?.because;
    expect(because).toMatch(/^only \d+ of the [\d,]+ customers with a value .* defaulted/);
  });

  test("a value that only defaulters have, where most default", async () => {
    const outcome = table.outcome.map((y) => 1 - y);
    const column = number("x6", (y, i) => (y === 0 && i % 2 === 0 ? 100 : i % 100));
    const leak = await found(column, { ...table, outcome });
    expect(leak?.because).toMatch(/^all but \d+ of the [\d,]+ customers with a value .* defaulted/);
  });

  test.each([
    "recoveries",
    "collection_recovery_fee",
    "debt_settlement_flag",
    "last_pymnt_amnt",
    "total_pymnt_inv",
    "total_rec_prncp",
    "out_prncp",
    "last_fico_range_high",
    "hardship_status",
    "Date of default",
    "DefaultDate",
    "ChargeOff Amount",
    "charged_off_on",
    "WriteOffAmount",
    "loan_status",
  ])("the name %s", (name) => {
    expect(knownAfterwards(name)).toBeDefined();
  });
});

describe("not refused", () => {
  test.each([
    "days_past_due",
    "PAY_0",
    "months_since_last_delinquency",
    "chargeoff_within_12_mths",
    "collections_12_mths_ex_med",
    "num_tl_90g_dpd_24m",
    "utilisation",
    "total_debt",
    "credit_score",
    "total_bal_ex_mort",
    "discovery_card",
  ])("the name %s", (name) => {
    expect(knownAfterwards(name)).toBeUndefined();
  });

  test("a strong column, of whose worst customers nine in ten default", async () => {
    const late = number("days_past_due", (y, i) =>
      y === 1 ? (i % 10 < 6 ? 90 : 0) : i % 100 < 2 ? 90 : i % 30 === 0 ? 15 : 0,
    );
    expect(await found(late)).toBeUndefined();
  });

  test("a rare value that happens to have defaulters alone", async () => {
    let count = 0;
    expect(await found(number("rare", (y) => (y === 1 && count++ < 9 ? 8 : 0)))).toBeUndefined();
  });

  test("the honest columns themselves", async () => {
    expect(await findLeakage(table, new Pace())).toEqual([]);
  });
});

test("a leak is left out and named, and the rest is trained", async () => {
  const model = await trained(
    withInput(
      table,
      flag("settled", (y) => y),
    ),
  );
  expect(model.left_out).toMatchObject([{ column: "settled", reason: "leakage" }]);
  expect(model.inputs.map(({ name }) => name)).not.toContain("settled");
  expect(model.performance[0]?.auc.value).toBeLessThan(0.95);
});

test("where leaks are all there is, training is refused with each of them", async () => {
  const utilisation = inputOf(table, "utilisation");
  if (utilisation.kind !== "number") throw new Error("utilisation is a number");
  const outcome = Uint8Array.from(utilisation.values, (value) => (value > 0.5 ? 1 : 0));
  await expect(trained({ ...table, inputs: [utilisation], outcome })).rejects.toMatchObject({
    code: "DATA_REFUSED",
    message: expect.stringContaining(
      'no input is left to learn from: "utilisation" separates defaulters from others',
    ),
  });
});
