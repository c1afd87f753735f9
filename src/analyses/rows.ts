/** Sums, extremes and checks over the rows of a result. */

import { whole } from "../schema/format.ts";

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

/** The row whose key is `value`. */
export const find = <R, K extends keyof R>(rows: readonly R[], key: K, value: R[K]): R | undefined =>
  rows.find((row) => row[key] === value);

/** What a sentence adds about the customers in the row without a name: " 12 have no age." */
export function lacking<R extends { readonly customers: number }, K extends keyof R>(
  rows: readonly R[],
  key: K,
  what: string,
): string {
  const n = rows.find((row) => row[key] === null)?.customers ?? 0;
  return n === 0 ? "" : ` ${whole(n)} ${n === 1 ? "has" : "have"} no ${what}.`;
}

/** The groups that a sentence may rank: named, and not small. */
export const rankable = <R extends { readonly customers: number }, K extends keyof R>(
  rows: readonly R[],
  key: K,
  small: { readonly customers: number },
): readonly R[] => rows.filter((row) => row[key] !== null && row.customers >= Math.max(small.customers, 1));

/** Parts sum to the whole, but for rounding; an empty portfolio has no shares. */
export function sharesSumToOne(rows: readonly { readonly share: number | null }[]): boolean {
  const shares = rows.flatMap((row) => (row.share === null ? [] : [row.share]));
  return shares.length === 0 || Math.abs(shares.reduce((a, b) => a + b, 0) - 1) < 1e-9;
}

/** Whether the values do not fall; missing ones are passed over, rounding is forgiven. */
export function ascending(...values: readonly (number | null)[]): boolean {
  const known = values.filter((value) => value !== null);
  return known.every((value, i) => i === 0 || (known[i - 1] ?? value) <= value + 1e-9 * Math.abs(value));
}

/** Whether no two rows have the same values in these columns. */
export const unique = <R>(rows: readonly R[], ...keys: readonly (keyof R)[]): boolean =>
  new Set(rows.map((row) => JSON.stringify(keys.map((key) => row[key])))).size === rows.length;
