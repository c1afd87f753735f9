import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Pace } from "../../../src/risk/pace.ts";
import { adjustedRandIndex } from "../../../src/risk/segments/agreement.ts";
import { kMeans } from "../../../src/risk/segments/k-means.ts";
import { namesOf } from "../../../src/risk/segments/names.ts";
import { silhouettes } from "../../../src/risk/segments/silhouette.ts";
import { mean, sum } from "../rows.ts";

const parts = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 2, maxLength: 30 });

describe("adjusted Rand index", () => {
  // the examples in scikit-learn's documentation of adjusted_rand_score
  test.each([
    [[0, 0, 1, 1], [0, 0, 1, 1], 1],
    [[0, 0, 1, 1], [1, 1, 0, 0], 1],
    [[0, 0, 1, 2], [0, 0, 1, 1], 0.5714285714285714],
    [[0, 0, 0, 0], [0, 1, 2, 3], 0],
    [[0, 0, 1, 1], [0, 1, 0, 1], -0.5],
  ])("of %j and %j is %d", (a, b, expected) => {
    expect(adjustedRandIndex(Int32Array.from(a), Int32Array.from(b))).toBeCloseTo(expected, 12);
  });

  test("counts pairs", () => {
    fc.assert(
      fc.property(parts, (rows) => {
        const pairs = rows.flatMap((one, i) => rows.slice(i + 1).map((other) => [one, other] as const));
        const inA = pairs.filter(([one, other]) => one[0] === other[0]);
        const inB = pairs.filter(([one, other]) => one[1] === other[1]);
        const inBoth = inA.filter(([one, other]) => one[1] === other[1]);
        const chance = (inA.length * inB.length) / pairs.length;
        const most = (inA.length + inB.length) / 2;
        const index = adjustedRandIndex(
          Int32Array.from(rows, ([a]) => a),
          Int32Array.from(rows, ([, b]) => b),
        );
        expect(index).toBeCloseTo(most === chance ? 1 : (inBoth.length - chance) / (most - chance), 9);
      }),
    );
  });
});

const cloud = fc
  .array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }), fc.nat(2)), {
    minLength: 4,
    maxLength: 30,
  })
  .map((rows) => ({
    points: {
      rows: rows.length,
      width: 2,
      values: Float64Array.from({ length: 2 * rows.length }, (_, k) => rows[k >> 1]?.[k % 2] ?? 0),
    },
    of: Int32Array.from(rows, ([, , part]) => part),
  }));

test("silhouette is Rousseeuw's, by its definition", async () => {
  await fc.assert(
    fc.asyncProperty(cloud, async ({ points, of }) => {
      const rows = [...of.keys()];
      const between = (i: number, j: number) =>
        Math.hypot(...[0, 1].map((k) => (points.values[2 * i + k] ?? 0) - (points.values[2 * j + k] ?? 0)));
      const widths = rows.map((i) => {
        const to = (part: number) => rows.filter((j) => j !== i && of[j] === part).map((j) => between(i, j));
        const own = to(of[i] ?? 0);
        const others = [0, 1, 2].filter((part) => part !== of[i] && to(part).length > 0);
        if (own.length === 0 || others.length === 0) return 0;
        const within = mean(own);
        const next = Math.min(...others.map((part) => mean(to(part))));
        return Math.max(within, next) === 0 ? 0 : (next - within) / Math.max(within, next);
      });
      const [told] = await silhouettes(points, [{ of, count: 3 }], new Pace());
      expect(told).toBeCloseTo(mean(widths), 9);
    }),
  );
});

describe("k-means", () => {
  test("every point is with its nearest centre, every centre the mean of its points", async () => {
    await fc.assert(
      fc.asyncProperty(cloud, fc.nat(), async ({ points }, seed) => {
        const at = (i: number) => [points.values[2 * i] ?? 0, points.values[2 * i + 1] ?? 0] as const;
        const rows = Array.from({ length: points.rows }, (_, i) => i);
        const different = new Set(rows.map((i) => at(i).join())).size;
        const count = Math.min(3, different);
        const { centres, of, spread } = await kMeans(points, count, seed, new Pace());
        const away = (i: number, centre: number) =>
          (at(i)[0] - (centres[2 * centre] ?? 0)) ** 2 + (at(i)[1] - (centres[2 * centre + 1] ?? 0)) ** 2;
        for (const i of rows) {
          const nearest = Math.min(...Array.from({ length: count }, (_, centre) => away(i, centre)));
          expect(away(i, of[i] ?? 0)).toBeCloseTo(nearest, 9);
        }
        for (let centre = 0; centre < count; centre++) {
          const own = rows.filter((i) => of[i] === centre);
          expect(own.length).toBeGreaterThan(0);
          expect(centres[2 * centre]).toBeCloseTo(mean(own.map((i) => at(i)[0])), 9);
        }
        expect(spread).toBeCloseTo(sum(rows.map((i) => away(i, of[i] ?? 0))), 6);
      }),
      { numRuns: 50 },
    );
  });

  test("finds the best of all ways to part a few points in two, nearly always", async () => {
    let found = 0;
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(cloud, async ({ points: all }) => {
        const rows = Math.min(all.rows, 9);
        const points = { rows, width: 2, values: all.values.subarray(0, 2 * rows) };
        const at = Array.from({ length: rows }, (_, i) => [
          points.values[2 * i] ?? 0,
          points.values[2 * i + 1] ?? 0,
        ]);
        if (new Set(at.map((point) => point.join())).size < 2) return;
        const within = (part: number[][]) =>
          sum([0, 1].map((k) => sum(part.map((p) => ((p[k] ?? 0) - mean(part.map((q) => q[k] ?? 0))) ** 2))));
        let best = Number.POSITIVE_INFINITY;
        for (let split = 1; split < 2 ** (rows - 1); split++) {
          const parts = [0, 1].map((side) => at.filter((_, i) => ((split >> i) & 1) === side));
          best = Math.min(best, sum(parts.map(within)));
        }
        const { spread } = await kMeans(points, 2, 1, new Pace());
        expect(spread).toBeGreaterThanOrEqual(best - 1e-6);
        asked++;
        if (spread < best + 1e-6) found++;
      }),
      { seed: 1, numRuns: 100 },
    );
    expect(found / asked).toBeGreaterThan(0.9);
  });
});

describe("names", () => {
  const apart = (utilisation: number, income: number) => [
    { label: "Utilisation", difference: utilisation },
    { label: "Income", difference: income },
  ];

  test("say what sets a segment apart most, and a second measure where it does about as much", () => {
    expect(namesOf([apart(1.2, -0.9), apart(-1, 0.3), apart(0.1, 0.2)])).toEqual([
      "high utilisation, low income",
      "low utilisation",
      "near the average",
    ]);
  });

  test("go on until they differ", () => {
    expect(namesOf([apart(2, -0.5), apart(2, 0.5), apart(-2, 0)])).toEqual([
      "very high utilisation, low income",
      "very high utilisation, high income",
      "very low utilisation",
    ]);
    expect(namesOf([apart(1.4, 0), apart(1, 0)])).toEqual(["high utilisation", "high utilisation (2)"]);
  });
});
