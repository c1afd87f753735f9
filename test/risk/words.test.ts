import { expect, test } from "vitest";
import { bandByRank } from "../../src/risk/bands.ts";
import { valueWord } from "../../src/risk/number-words.ts";
import { Random } from "../../src/risk/random.ts";

test("a value is written as the platform's formats write it", () => {
  const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
  const short = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 4 });
  const random = new Random(9, 9);
  const values = [
    0,
    -0,
    1,
    999.95,
    999.949,
    1000,
    999.5,
    1e15,
    1e21,
    2 ** 53,
    1.0005,
    0.00012345,
    0.001,
    0.5,
  ];
  for (let i = 0; i < 20_000; i++) {
    values.push(10 ** (random.uniform() * 12 - 5), random.between(0, 3_000_000) / 100);
    // halves of the last digit that is written
    values.push((random.between(1_000, 9_999) + 0.5) / 10 ** random.between(0, 7));
  }
  for (const value of values.flatMap((one) => [one, -one]))
    expect(valueWord(value)).toBe((Math.abs(value) >= 1000 ? whole : short).format(value));
});

test("a band by place holds whoever has fewer before them than its part", () => {
  const random = new Random(2, 3);
  const shares = [0, 0.1, 0.25, 1 / 3, 0.5, 0.7, 1];
  for (const rows of [1, 2, 7, 30, 49])
    for (const [i, share] of shares.entries()) {
      const all = Float64Array.from({ length: rows }, () => random.below(12));
      const bounds = { rank_very_high: share, rank_high: shares[i + 1] ?? 1, rank_moderate: 1 };
      const bandOf = bandByRank({ pd_moderate: 0, pd_high: 0, pd_very_high: 0, ...bounds }, all);
      for (let value = -1; value < 13; value += 0.5) {
        const part = all.filter((other) => other < value).length / rows;
        const expected =
          part < bounds.rank_very_high
            ? "very_high"
            : part < bounds.rank_high
              ? "high"
              : part < bounds.rank_moderate
                ? "moderate"
                : "low";
        expect(bandOf(value)).toBe(expected);
      }
    }
});
