import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { binColumn } from "../../src/risk/binning.ts";
import {
  chanceInformation,
  information,
  placesOf,
  shrunkenRate,
  weightOfEvidence,
} from "../../src/risk/evidence.ts";
import { optimalCuts } from "../../src/risk/optimal-cuts.ts";
import { roundBetween } from "../../src/risk/round-number.ts";
import { inputOf, makeBorrowers } from "./borrowers.ts";

const counts = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0, max: 1, noNaN: true })), {
    minLength: 1,
    maxLength: 9,
  })
  .map((parts) => parts.map(([n, share]) => ({ customers: n, defaults: Math.round(n * share) })))
  .filter((parts) => {
    const whole = sum(parts);
    return whole.defaults > 0 && whole.defaults < whole.customers;
  });

interface Part {
  readonly customers: number;
  readonly defaults: number;
}

const sum = (parts: readonly Part[]): Part => ({
  customers: parts.reduce((total, part) => total + part.customers, 0),
  defaults: parts.reduce((total, part) => total + part.defaults, 0),
});

const bins = (parts: readonly Part[], starts: readonly number[]): Part[] => {
  const bounds = [0, ...starts, parts.length];
  return bounds.slice(1).map((end, i) => sum(parts.slice(bounds[i], end)));
};

const gainOf = (parts: readonly Part[], whole: Part): number =>
  parts.reduce((total, part) => total + information(part, whole) - 3.84 * chanceInformation(whole), 0);

describe("the cuts", () => {
  test("gain as much as the best of all monotone ones", () => {
    fc.assert(
      fc.property(
        counts,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        (parts, rows, tailRows) => {
          const whole = sum(parts);
          let best = Number.NEGATIVE_INFINITY;
          for (let chosen = 0; chosen < 2 ** (parts.length - 1); chosen++) {
            const starts = parts.map((_, i) => i).filter((i) => i > 0 && (chosen >> (i - 1)) & 1);
            const tried = bins(parts, starts);
            const rates = tried.map((part) => shrunkenRate(part, whole));
            const isUp = rates.every((rate, i) => i === 0 || rate > (rates[i - 1] ?? 0));
            const isDown = rates.every((rate, i) => i === 0 || rate < (rates[i - 1] ?? 0));
            const isLarge = tried.every(
              (part, i) => part.customers >= (i === 0 || i === tried.length - 1 ? tailRows : rows),
            );
            if ((isUp || isDown) && (isLarge || tried.length === 1))
              best = Math.max(best, gainOf(tried, whole));
          }
          const found = optimalCuts(parts, whole, { rows, tailRows }, false);
          expect(gainOf(bins(parts, found.starts), whole)).toBeCloseTo(best, 10);
        },
      ),
    );
  });

  test("turn once where that tells much more", () => {
    const valley = [0.6, 0.5, 0.1, 0.05, 0.1, 0.5, 0.6].map((rate) => ({
      customers: 500,
      defaults: 500 * rate,
    }));
    const limits = { rows: 100, tailRows: 100 };
    expect(optimalCuts(valley, sum(valley), limits, true)).toMatchObject({
      trend: "valley",
      starts: [1, 2, 3, 4, 5, 6],
    });
    const nearlyStraight = [0.06, 0.05, 0.1, 0.2, 0.4].map((rate) => ({
      customers: 500,
      defaults: 500 * rate,
    }));
    expect(optimalCuts(nearlyStraight, sum(nearlyStraight), limits, true).trend).toBe("ascending");
  });
});

describe("a round number", () => {
  test("lies between, and no shorter one does", () => {
    expect(roundBetween(0.5931, 0.6127)).toBe(0.6);
    expect(roundBetween(2, 3)).toBe(3);
    expect(roundBetween(-0.2, 0.3)).toBe(0);
    expect(roundBetween(19_750, 20_400)).toBe(20_000);
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 });
    fc.assert(
      fc.property(finite, finite, (a, b) => {
        fc.pre(a < b);
        const found = roundBetween(a, b);
        expect(found).toBeGreaterThan(a);
        expect(found).toBeLessThanOrEqual(b);
        expect(Number(String(found))).toBe(found);
      }),
    );
  });
});

describe("a column in bins", () => {
  const table = makeBorrowers(1, 3000);
  const column = (name: string) => inputOf(table, name);

  test.each(table.inputs.map(({ name }) => name))("has every row of %s in one bin, counted there", (name) => {
    const { bins: found, informationValue } = binColumn(column(name), table.outcome);
    const places = placesOf(found, column(name));
    found.forEach((bin, place) => {
      const rows = [...places.keys()].filter((row) => places[row] === place);
      expect(bin.customers).toBe(rows.length);
      expect(bin.defaults).toBe(rows.reduce((total, row) => total + (table.outcome[row] ?? 0), 0));
    });
    const whole = { customers: 3000, defaults: table.outcome.reduce((total, y) => total + y, 0) };
    expect(informationValue).toBeCloseTo(
      found.reduce((total, bin) => total + information(bin, whole), 0),
      12,
    );
  });

  test("rises with utilisation, whose absurd values do no harm", () => {
    const { trend, bins: found } = binColumn(column("utilisation"), table.outcome);
    expect(trend).toBe("ascending");
    const rates = found.filter(({ kind }) => kind === "range").map(({ woe }) => woe);
    expect(rates).toEqual([...rates].sort((a, b) => b - a));
    expect(rates.length).toBeGreaterThan(2);
  });

  test.each([
    [1, false],
    [4, true],
  ])("turns only where there are outcomes enough to tell a turn from chance: %i", (times, turns) => {
    // lowest in the middle: 118 defaults of 420, or four times as many
    const rows = [30, 18, 7, 4, 7, 22, 30].flatMap((defaults, at) =>
      Array.from({ length: 60 * times }, (_, i) => [at, i < defaults * times ? 1 : 0] as const),
    );
    const column = {
      name: "x",
      kind: "number",
      values: Float64Array.from(rows, ([x]) => x),
      codes: [],
    } as const;
    const { trend } = binColumn(
      column,
      Uint8Array.from(rows, ([, y]) => y),
    );
    expect(trend === "peak" || trend === "valley").toBe(turns);
  });

  test("keeps codes and missing values apart", () => {
    expect(
      binColumn(column("late"), table.outcome).bins.filter(({ kind }) => kind === "codes"),
    ).toMatchObject([
      { codes: [98], label: "code 98" },
      { codes: [96], customers: 0, woe: 0 },
    ]);
    const missing = binColumn(column("Annual income"), table.outcome).bins.find(
      ({ kind }) => kind === "missing",
    );
    expect(missing?.customers).toBeGreaterThan(200);
  });

  test("says nothing of a level that it has not met", () => {
    const { bins: found } = binColumn(column("colour"), table.outcome);
    const [place] = placesOf(found, {
      name: "colour",
      kind: "category",
      levels: ["green"],
      values: Int32Array.of(0),
    });
    expect(found[place ?? -1]).toMatchObject({ kind: "other", label: "any other", woe: 0 });
  });

  test("is one bin where nothing varies, or all is missing", () => {
    const outcome = Uint8Array.from({ length: 100 }, (_, i) => i % 2);
    for (const value of [Number.NaN, 3]) {
      const values = new Float64Array(100).fill(value);
      const { bins: found, informationValue } = binColumn(
        { name: "x", kind: "number", values, codes: [] },
        outcome,
      );
      expect(found.map(({ label }) => label)).toEqual(["any value", "missing"]);
      expect(informationValue).toBe(0);
    }
  });
});

test("the weight of evidence is the logarithm of the shares' quotient, drawn towards none", () => {
  const whole = { customers: 10_000_000, defaults: 2_000_000 };
  // a tenth of the others and a fifth of the defaulted: ln(0.1 / 0.2)
  expect(weightOfEvidence({ customers: 1_200_000, defaults: 400_000 }, whole)).toBeCloseTo(Math.log(0.5), 4);
  expect(weightOfEvidence({ customers: 1, defaults: 1 }, whole)).toBeGreaterThan(-0.5);
  expect(weightOfEvidence({ customers: 0, defaults: 0 }, whole)).toBe(0);
});
