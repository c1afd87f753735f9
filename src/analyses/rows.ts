/** Sums, extremes and checks over the rows of a result. */

type Numeric<R, K extends keyof R> = R[K] extends number | null ? K : never;

/** The sum of a column; missing values count 0. */
export const sum = <R, K extends keyof R>(rows: readonly R[], name: Numeric<R, K>): number =>
  rows.reduce((total, row) => total + ((row[name] as number | null) ?? 0), 0);

/** The row with the largest value; the first of equals. */
export const largest = <R, K extends keyof R>(rows: readonly R[], name: Numeric<R, K>): R | undefined =>
  rows.reduce<R | undefined>(
    (best, row) => (best === undefined || Number(row[name]) > Number(best?.[name]) ? row : best),
    undefined,
  );

/** Parts sum to the whole, but for rounding; an empty portfolio has no shares. */
export function sharesSumToOne(rows: readonly { readonly share: number | null }[]): boolean {
  const shares = rows.flatMap((row) => (row.share === null ? [] : [row.share]));
  return shares.length === 0 || Math.abs(shares.reduce((a, b) => a + b, 0) - 1) < 1e-9;
}
