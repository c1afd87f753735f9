import { describe, expect, test } from "vitest";
import { Random } from "../../../src/risk/random.ts";
import { adjustedRandIndex } from "../../../src/risk/segments/agreement.ts";
import type { Measure } from "../../../src/risk/segments/measure.ts";
import { findSegments, type SegmentOptions } from "../../../src/risk/segments/segment.ts";
import { normals, reordered } from "../rows.ts";

const keysOf = (rows: number) => Array.from({ length: rows }, (_, i) => `customer ${i}`);

/** Finds segments among customers, and puts the same customers into them. */
async function segment(measures: readonly Measure[], keys: readonly string[], options: SegmentOptions) {
  const found = await findSegments(measures, keys, options);
  const groups = found.groupsOf(measures);
  const sizes = new Int32Array(found.count);
  for (const group of groups) sizes[group] = (sizes[group] ?? 0) + 1;
  const segments = found.segments(sizes);
  const numbers = new Map(segments.map(({ group, segment: number }) => [group, number]));
  const { measures: used, leftOut, tried, silhouette } = found;
  const of = Int32Array.from(groups, (group) => numbers.get(group) ?? 0);
  return { of, segments, measures: used, leftOut, tried, silhouette, agreement: found.agreement };
}

/** Three kinds of customers, in no order: the first half, a third, a sixth of them. */
function threeKinds(rows: number, spread: number) {
  const kind = reordered(
    Int32Array.from({ length: rows }, (_, i) => (i < rows / 2 ? 0 : i < (5 * rows) / 6 ? 1 : 2)),
  );
  const around = (centres: [number, number, number], by: number, seed: number) =>
    normals(rows, seed).map((x, i) => (centres[kind[i] ?? 0] ?? 0) + by * spread * x);
  const logIncome = around([10, 11.5, 10], 0.15, 2);
  const measures = [
    { name: "utilisation", label: "Utilisation", values: around([0.2, 0.3, 0.9], 0.05, 1) },
    { name: "annual_income_usd", label: "Annual income", values: logIncome.map((x) => Math.exp(x)) },
    { name: "credit_score", label: "Credit score", values: around([700, 760, 560], 15, 3) },
  ];
  return { kind, measures, keys: keysOf(rows) };
}

describe("segments", () => {
  const { kind, measures, keys } = threeKinds(1200, 1);

  test("finds the kinds that are there, the largest first, each by what sets it apart", async () => {
    const found = await segment(measures, keys, { seed: 1 });
    expect(adjustedRandIndex(found.of, kind)).toBeGreaterThan(0.98);
    expect(found.segments.map(({ segment, customers }) => [segment, customers])).toEqual([
      [1, 600],
      [2, 400],
      [3, 200],
    ]);
    expect(found.segments.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^low annual income/),
      expect.stringMatching(/^(very )?high annual income/),
      expect.stringMatching(
        /^(very high utilisation, very low credit score|very low credit score, very high utilisation)$/,
      ),
    ]);
    expect(found.tried.map(({ segments }) => segments)).toEqual([2, 3, 4, 5, 6]);
    expect(found.silhouette).toBe(Math.max(...found.tried.map(({ silhouette }) => silhouette)));
  });

  test("tells how far each is from all, in standard deviations", async () => {
    const found = await segment(measures, keys, { seed: 1 });
    for (const { segment: number, customers, differences } of found.segments) {
      expect([...found.of].filter((of) => of === number)).toHaveLength(customers);
      expect(differences).toHaveLength(3);
    }
    // standardised over all of them, so that they are 0 together
    for (const j of [0, 1, 2]) {
      const all = found.segments.reduce((sum, one) => sum + one.customers * (one.differences[j] ?? 0), 0);
      expect(all / 1200).toBeCloseTo(0, 9);
    }
  });

  test("take in customers that they were not found among, each as if alone", async () => {
    const found = await findSegments(measures, keys, { seed: 1 });
    const others = threeKinds(5_000, 1);
    const groups = found.groupsOf(others.measures);
    expect(adjustedRandIndex(Int32Array.from(groups), others.kind)).toBeGreaterThan(0.98);
    for (const row of [0, 17, 4_999]) {
      const alone = others.measures.map(({ name, values }) => ({ name, values: values.slice(row, row + 1) }));
      expect(found.groupsOf(alone)[0]).toBe(groups[row]);
    }
    const [largest] = found.segments([5, 900, 7]);
    expect(largest).toMatchObject({ segment: 1, group: 1, customers: 900 });
  });

  test("are found again by other seeds", async () => {
    const wide = threeKinds(1200, 2);
    const found = await segment(wide.measures, wide.keys, { seed: 1 });
    expect(found.agreement).toBeGreaterThanOrEqual(0.9);
    for (const seed of [2, 3, 4]) {
      const again = await segment(wide.measures, wide.keys, { seed });
      expect(adjustedRandIndex(found.of, again.of)).toBeGreaterThanOrEqual(0.9);
    }
  });

  test("are the same from other seeds where nothing sets the customers apart clearly", async () => {
    const along = normals(6000, 20);
    const cloud = ["a", "b", "c"].map((name, j) => {
      const beside = normals(6000, 21 + j);
      return { name, label: name, values: along.map((x, i) => x + 0.7 * (beside[i] ?? 0)) };
    });
    const found = await segment(cloud, keysOf(6000), { seed: 1 });
    const again = await segment(cloud, keysOf(6000), { seed: 2 });
    expect(again.segments).toHaveLength(found.segments.length);
    expect(adjustedRandIndex(found.of, again.of)).toBeGreaterThan(0.9);
  });

  test("do not depend on the order of the rows, and are the same from the same seed", async () => {
    const there = await segment(measures, keys, { seed: 5 });
    const places = reordered(Int32Array.from(keys, (_, row) => row));
    const back = await segment(
      measures.map((measure) => ({
        ...measure,
        values: Float64Array.from(places, (row) => measure.values[row] ?? 0),
      })),
      Array.from(places, (row) => keys[row] ?? ""),
      { seed: 5 },
    );
    expect(back.of).toEqual(places.map((row) => there.of[row] ?? 0));
    expect({ ...back, of: undefined }).toEqual({ ...there, of: undefined });
  });

  test("stay as they are under absurd values, missing ones and other units", async () => {
    const [utilisation, income, score] = measures;
    if (!utilisation || !income || !score) throw new Error("three measures");
    const damaged = [
      { ...utilisation, values: utilisation.values.map((x, i) => (i % 400 === 7 ? 50_000 : x)) },
      { ...income, values: income.values.map((x, i) => (i % 12 === 5 ? Number.NaN : 100 * x)) },
      score,
    ];
    const found = await segment(damaged, keys, { seed: 1 });
    expect(found.measures.map(({ missing }) => missing)).toEqual([0, 100, 0]);
    expect(adjustedRandIndex(found.of, kind)).toBeGreaterThan(0.8);
  });

  test("leaves out what tells nobody apart, and says why", async () => {
    const extra = [
      { name: "one", label: "One", values: new Float64Array(1200).fill(1) },
      { name: "none", label: "None", values: new Float64Array(1200).fill(Number.NaN) },
      {
        name: "few",
        label: "Few",
        values: Float64Array.from(keys, (_, i) => (i % 3 === 0 ? i : Number.NaN)),
      },
      { name: "rare", label: "Rare", values: Float64Array.from(keys, (_, i) => (i % 25 === 0 ? i : 0)) },
    ];
    const found = await segment([...measures, ...extra], keys, { seed: 1 });
    expect(found.leftOut.map(({ name, because }) => [name, because])).toEqual([
      ["one", "the same for 1200 of 1200 customers"],
      ["none", "every value is missing"],
      ["few", "missing for 800 of 1200 customers"],
      ["rare", "the same for 1153 of 1200 customers"],
    ]);
    expect(found.of).toEqual((await segment(measures, keys, { seed: 1 })).of);
  });

  test("join the nearest centre where there are more than are learnt from", async () => {
    const many = threeKinds(30_000, 1);
    const found = await segment(many.measures, many.keys, { seed: 1 });
    expect(adjustedRandIndex(found.of, many.kind)).toBeGreaterThan(0.98);
  });

  test("have names of their own, even of one measure", async () => {
    const random = new Random(1, 0);
    const values = Float64Array.from({ length: 600 }, () => 100 * random.below(6) + random.uniform());
    const found = await segment([{ name: "score", label: "FICO score", values }], keysOf(600), { seed: 1 });
    const names = found.segments.map(({ name }) => name);
    expect(found.segments).toHaveLength(6);
    expect(new Set(names).size).toBe(6);
    expect(names.filter((name) => name.endsWith("FICO score"))).not.toHaveLength(0);
  });

  test("are no more than the customers that differ", async () => {
    const values = Float64Array.from({ length: 40 }, (_, i) => i % 2);
    const found = await segment([{ name: "a", label: "A", values }], keysOf(40), { seed: 1 });
    expect(found.segments.map(({ customers }) => customers)).toEqual([20, 20]);
    expect(found.silhouette).toBeCloseTo(1, 12);
  });

  test.each([
    ["too few customers", 29, (i: number) => i, "no segments of 29 customers"],
    ["customers who are all the same", 100, () => 7, "no measure tells the customers apart"],
    ["nothing known", 100, () => Number.NaN, "no measure tells the customers apart"],
  ])("of %s cannot be told", async (_, rows, value, message) => {
    const values = Float64Array.from({ length: rows }, (_, i) => value(i));
    await expect(
      segment([{ name: "a", label: "A", values }], keysOf(rows), { seed: 1 }),
    ).rejects.toMatchObject({
      code: "NOT_COMPUTABLE",
      message: expect.stringContaining(message),
    });
  });
});
