import type { NumberColumn } from "../../src/risk/borrowers.ts";

/** A linear congruential generator: not the project's, so that nothing is tested with itself. */
export function dice(seed: number): () => number {
  let state = seed % 2147483647 || 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

export const numbers = (name: string, values: Float64Array): NumberColumn => ({
  name,
  kind: "number",
  values,
  codes: [],
});

/** Three inputs with ties and missing values, and an outcome that bends with all of them. */
export function drawn(seed: number, rows: number): { columns: Float64Array[]; outcome: Uint8Array } {
  const roll = dice(seed);
  for (let i = 0; i < 20; i += 1) roll();
  const column = (digits: number, missing: number) =>
    Float64Array.from({ length: rows }, () => {
      const value = Number((roll() + roll() + roll() - 1.5).toFixed(digits));
      return roll() < missing ? Number.NaN : value;
    });
  const columns = [column(1, 0), column(2, 0.15), column(3, 0.05)];
  const outcome = new Uint8Array(rows).map((_, i) => {
    const [a = 0, b = 0, c = 0] = columns.map((values) => values[i] ?? 0);
    const z = 1.5 * a - (Number.isNaN(b) ? -1 : b) + 2 * (Number.isNaN(c) ? 0 : Math.abs(c) * a) - 0.3;
    return roll() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
  });
  return { columns, outcome };
}
