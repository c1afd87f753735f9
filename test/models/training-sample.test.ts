import { expect, test } from "vitest";
import { trainingSample } from "../../src/models/training-sample.ts";
import type { Labelled } from "../../src/risk/borrowers.ts";

const labelledOf = (keys: readonly string[], isDefault: (key: number) => boolean): Labelled => ({
  rows: keys.length,
  keys,
  inputs: [
    { name: "value", kind: "number", values: Float64Array.from(keys, (key) => Number(key) * 2), codes: [] },
  ],
  groupings: [
    { dimension: "half", groups: ["a", "b"], values: Int32Array.from(keys, (key) => Number(key) % 2) },
  ],
  outcome: Uint8Array.from(keys, (key) => (isDefault(Number(key)) ? 1 : 0)),
});
const keys = Array.from({ length: 4_000 }, (_, i) => String(i));
const aTenth = (key: number) => key % 10 === 0;

test("few customers are all learnt from", () => {
  const all = labelledOf(keys, aTenth);
  expect(trainingSample(all, 1)).toBe(all);
});

test("of many so many are drawn, with their own values, whatever the order of the rows", () => {
  const options = { most: 1_000, wanted: 10 };
  const drawn = trainingSample(labelledOf(keys, aTenth), 1, options);
  expect(drawn.rows).toBe(1_000);
  for (const [i, key] of drawn.keys.entries()) {
    expect(drawn.inputs[0]?.values[i]).toBe(Number(key) * 2);
    expect(drawn.outcome[i]).toBe(aTenth(Number(key)) ? 1 : 0);
    expect(drawn.groupings[0]?.values[i]).toBe(Number(key) % 2);
  }
  const reversed = trainingSample(labelledOf(keys.toReversed(), aTenth), 1, options);
  expect(reversed.keys.toReversed()).toEqual(drawn.keys);
  expect(trainingSample(labelledOf(keys, aTenth), 2, options).keys).not.toEqual(drawn.keys);
  // a tenth of them defaulted, but for chance
  expect(Math.abs(drawn.outcome.reduce((sum, y) => sum + y, 0) - 100)).toBeLessThan(40);
});

test("more are drawn where defaults are rare", () => {
  const rare = labelledOf(keys, (key) => key % 100 === 0);
  // 40 defaults: half of the customers for 20 of them
  expect(trainingSample(rare, 1, { most: 100, wanted: 20 }).rows).toBe(2_000);
  expect(trainingSample(rare, 1, { most: 100, wanted: 60 })).toBe(rare);
});
