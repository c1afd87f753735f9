import { expect, test } from "vitest";
import { Pace } from "../../src/risk/pace.ts";
import { Random } from "../../src/risk/random.ts";
import { sortedBy } from "../../src/risk/row-order.ts";

test("a tally counts what as many single draws would, and leaves the generator where they would", () => {
  const [one, all] = [new Random(3, 2), new Random(3, 2)];
  const expected = new Uint16Array(60);
  for (let i = 0; i < 5_000; i++) {
    const at = 10 + one.below(50);
    expected[at] = (expected[at] ?? 0) + 1;
  }
  const counts = new Uint16Array(60);
  all.tally(5_000, 50, counts, 10);
  expect(counts).toEqual(expected);
  expect(counts.subarray(0, 10).every((n) => n === 0)).toBe(true);
  expect(all.uniform()).toBe(one.uniform());
});

test("rows by hash: those that share one by what is asked, then as they stand", async () => {
  const random = new Random(1, 1);
  const hashes = Float64Array.from({ length: 3_000 }, () => random.below(400));
  const kind = hashes.map(() => random.below(3));
  const by = (values: Float64Array) => (a: number, b: number) => (values[a] ?? 0) - (values[b] ?? 0);
  const order = await sortedBy(hashes, by(kind), new Pace());
  const expected = Int32Array.from(hashes.keys()).sort((a, b) => by(hashes)(a, b) || by(kind)(a, b) || a - b);
  expect(order).toEqual(expected);
});
