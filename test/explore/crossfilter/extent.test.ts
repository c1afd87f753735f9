import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  binAll,
  extentOf,
  monthNumber,
  monthText,
  type Spread,
} from "../../../src/explore/crossfilter/extent.ts";

const spread = (min: number, max: number, low = min, high = max): Spread => ({ min, low, high, max });

describe("bins", () => {
  test("edges are the numbers that their texts are read as", () => {
    const { edges } = extentOf(spread(0, 3.9), 0.01, 5);
    expect(edges.length).toBe(396);
    for (const [i, edge] of edges.entries())
      expect(edge).toBe(Number(`${Math.floor(i / 100)}.${String(i % 100).padStart(2, "0")}`));
  });

  test("bars begin at multiples of a bar", () => {
    expect([...extentOf(spread(482, 503), 1, 10).edges].filter((_, i) => i % 10 === 0)).toEqual([
      480, 490, 500, 510,
    ]);
  });

  test("what is far out lies in the first and last bins, which are open", () => {
    const extent = extentOf(spread(-1, 9000, 10, 90), 1, 10);
    expect([extent.edges[0], extent.edges.at(-1), extent.open]).toEqual([10, 100, { low: true, high: true }]);
    expect([...binAll(Float64Array.of(-1, 9, 10, 99, 100, 9000, Number.NaN), extent)]).toEqual([
      0, 0, 0, 89, 89, 89, 90,
    ]);
  });

  test("what fits is not cut", () => {
    expect(extentOf(spread(1, 399, 100, 200), 1, 10)).toMatchObject({
      step: 1,
      open: { low: false, high: false },
    });
  });

  test("where there would be too many bins, they are wider", () => {
    expect(extentOf(spread(0, 1_999_999), 500, 10)).toMatchObject({ step: 5_000, barSteps: 10 });
    expect(extentOf(spread(0, 9.99), 0.01, 5)).toMatchObject({ step: 0.05 });
    expect(extentOf(spread(0, 1e300), 0.01, 5).edges.length).toBeLessThanOrEqual(401);
  });

  test("of no values there is a bar", () => {
    const nothing = extentOf({ min: null, low: null, high: null, max: null }, 1, 3);
    expect(nothing).toMatchObject({ open: { low: false, high: false } });
    expect(nothing.edges.length).toBe(4);
  });

  test("each value lies between the edges of its bin", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.double({ min: -3, max: 3, noNaN: true }),
            fc.integer({ min: -300, max: 300 }).map((n) => n / 100),
          ),
          { minLength: 1 },
        ),
        (values) => {
          const extent = extentOf(spread(Math.min(...values), Math.max(...values)), 0.01, 5, 1000);
          const bins = binAll(Float64Array.from(values), extent);
          for (const [i, value] of values.entries()) {
            const bin = bins[i] ?? 0;
            expect(value).toBeGreaterThanOrEqual(extent.edges[bin] ?? Number.NaN);
            expect(value).toBeLessThan(extent.edges[bin + 1] ?? Number.NaN);
          }
        },
      ),
    );
  });
});

test("months are numbers", () => {
  expect(monthNumber("2020-02") - monthNumber("2019-12")).toBe(2);
  expect([monthText(monthNumber("1999-12")), monthText(monthNumber("0000-01"))]).toEqual([
    "1999-12",
    "0000-01",
  ]);
});
