import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fairnessOf } from "../../src/risk/fairness.ts";
import { stabilityOf } from "../../src/risk/stability.ts";
import { sum } from "./rows.ts";

/** Rows of groups with so many customers, so many of them selected. */
function groupsOf(counts: readonly (readonly [group: string, customers: number, selected: number])[]) {
  const values = Int32Array.from(
    counts.flatMap(([, customers], group) => new Array<number>(customers).fill(group)),
  );
  const selected = Uint8Array.from(
    counts.flatMap(([, customers, chosen]) =>
      Array.from({ length: customers }, (_, i) => (i < chosen ? 1 : 0)),
    ),
  );
  return { grouping: { dimension: "age", groups: counts.map(([group]) => group), values }, selected };
}

const screen = (...counts: [string, number, number][]) => {
  const { grouping, selected } = groupsOf(counts);
  return fairnessOf([grouping], selected);
};

describe("fairness screen", () => {
  // the example of the four-fifths rule, 29 CFR 1607.4: 48 of 80 and 12 of 40
  test("holds each rate against the highest", () => {
    expect(screen(["younger", 80, 48], ["older", 40, 12])).toMatchObject([
      {
        dimension: "age",
        group: "younger",
        customers: 80,
        selected: 48,
        rate: 0.6,
        ratio: 1,
        ratio_low: null,
      },
      { group: "older", customers: 40, selected: 12, rate: 0.3, ratio: 0.5 },
    ]);
  });

  // Physicians' Health Study, 104 of 11,037 and 189 of 11,034: relative risk 1.82, 95 % interval 1.43 to 2.31
  // (Agresti, An Introduction to Categorical Data Analysis, 2.2.2)
  test("has the interval of a relative risk", () => {
    const [aspirin] = screen(["aspirin", 11037, 104], ["placebo", 11034, 189]);
    expect(1 / (aspirin?.ratio ?? 0)).toBeCloseTo(1.82, 2);
    expect(1 / (aspirin?.ratio_high ?? 0)).toBeCloseTo(1.43, 2);
    expect(1 / (aspirin?.ratio_low ?? 0)).toBeCloseTo(2.31, 2);
  });

  test("a group of fewer than 30 is no reference, but is held against one", () => {
    expect(screen(["few", 29, 29], ["many", 30, 15]).map(({ ratio }) => ratio)).toEqual([2, 1]);
    expect(screen(["few", 29, 29], ["fewer", 10, 5]).map(({ ratio }) => ratio)).toEqual([null, null]);
  });

  test("nobody selected: a ratio of 0 without an interval, or none", () => {
    const [none] = screen(["none", 40, 0], ["some", 40, 10]);
    expect(none).toMatchObject({ rate: 0, ratio: 0, ratio_low: null, ratio_high: null });
    expect(screen(["none", 40, 0], ["neither", 40, 0]).map(({ ratio }) => ratio)).toEqual([null, null]);
  });

  test("leaves out groups without customers, and customers without a group", () => {
    const grouping = { dimension: "gender", groups: ["a", "b", "c"], values: Int32Array.of(0, -1, 2, 2) };
    expect(fairnessOf([grouping], Uint8Array.of(1, 1, 0, 1))).toMatchObject([
      { group: "a", customers: 1, selected: 1 },
      { group: "c", customers: 2, selected: 1 },
    ]);
  });
});

describe("stability index", () => {
  const bins = fc
    .array(fc.tuple(fc.nat(500), fc.nat(500)), { minLength: 1, maxLength: 12 })
    .filter(
      (counts) =>
        sum(counts.map(([expected]) => expected)) > 0 && sum(counts.map(([, actual]) => actual)) > 0,
    );
  const held = (counts: [number, number][]) =>
    counts.map(([expected, actual], i) => ({ label: `bin ${i}`, expected, actual }));

  test("is the sum over bins of difference times logarithm of the quotient", () => {
    fc.assert(
      fc.property(bins, (counts) => {
        const { index, bins: told } = stabilityOf(null, held(counts));
        const expected = sum(counts.map(([count]) => count));
        const actual = sum(counts.map(([, count]) => count));
        const terms = counts
          .filter(([before, after]) => before + after > 0)
          .map(([before, after]) => {
            const e = Math.max(before, 0.5) / expected;
            const a = Math.max(after, 0.5) / actual;
            return (a - e) * (Math.log(a) - Math.log(e));
          });
        expect(index).toBeCloseTo(sum(terms), 9);
        expect(index).toBeGreaterThanOrEqual(0);
        expect(sum(told.map(({ contribution }) => contribution))).toBeCloseTo(index, 12);
        expect(sum(told.map(({ share_actual }) => share_actual))).toBeCloseTo(1, 12);
      }),
    );
  });

  test("is the same the other way round, and 0 for the same shares", () => {
    fc.assert(
      fc.property(bins, (counts) => {
        const back = counts.map(([expected, actual]): [number, number] => [actual, expected]);
        expect(stabilityOf("a", held(back)).index).toBeCloseTo(stabilityOf("a", held(counts)).index, 9);
        const twice = counts
          .filter(([count]) => count > 0)
          .map(([count]): [number, number] => [count, 2 * count]);
        expect(stabilityOf("a", held(twice)).index).toBeCloseTo(0, 12);
      }),
    );
  });

  test.each([
    [[50, 50], [55, 45], "stable"],
    [[50, 50], [68, 32], "shifting"],
    [[50, 50], [80, 20], "shifted"],
  ] as const)("of %j against %j: %s", (expected, actual, verdict) => {
    const pairs = expected.map((count, i): [number, number] => [count, actual[i] ?? 0]);
    expect(stabilityOf(null, held(pairs)).verdict).toBe(verdict);
  });

  test("is refused without customers on a side", () => {
    expect(() => stabilityOf("utilisation", held([[3, 0]]))).toThrow(
      "stability of utilisation cannot be told",
    );
  });
});
