import { type Fragment, literal } from "./statement.ts";

/** Everything that differs between engines. If it is not here, portable SQL may not use it. */
export interface Dialect {
  readonly name: string;
  /** Exact, linear interpolation (type 7), `p` in 0..1. */
  quantile(x: string, p: number): string;
  /** Several of them at once, as a list whose first is [1]: the values are collected once. */
  quantiles(x: string, ps: readonly number[]): string;
  /** Last day of the month of a date. */
  lastDay(x: string): string;
  /** A date moved by whole months. */
  addMonths(x: string, months: string): string;
  date(iso: string): string;
  /** The text of a date as YYYY-MM. */
  yearMonth(x: string): string;
  /** Distinct values of `x` in `order`, joined by a separator. */
  joinText(x: string, separator: string, order: string): string;
  /**
   * One of a closed list of texts, kept as small as the engine can: a column of them is written, grouped and sorted
   * several times faster than one of free text, and sorts in the order of the list.
   */
  oneOf(text: string, texts: readonly string[]): string;
}

export const duckdb: Dialect = {
  name: "duckdb",
  quantile: (x, p) => `quantile_cont(${x}, ${p})`,
  quantiles: (x, ps) => `quantile_cont(${x}, [${ps.join(", ")}])`,
  lastDay: (x) => `last_day(${x})`,
  addMonths: (x, months) => `cast(${x} + to_months(cast(${months} as integer)) as date)`,
  date: (iso) => `date '${iso}'`,
  yearMonth: (x) => `strftime(${x}, '%Y-%m')`,
  joinText: (x, separator, order) => `string_agg(${x}, '${separator}' order by ${order})`,
  oneOf: (text, texts) => `cast(${literal(text)} as enum (${texts.map(literal).join(", ")}))`,
};

const fragment = (render: (dialect: Dialect) => string): Fragment => ({ render });

export const quantile = (x: string, p: number): Fragment => fragment((d) => d.quantile(x, p));
export const quantiles = (x: string, ps: readonly number[]): Fragment => fragment((d) => d.quantiles(x, ps));
export const median = (x: string): Fragment => quantile(x, 0.5);
export const yearMonth = (x: string): Fragment => fragment((d) => d.yearMonth(x));
export const joinText = (x: string, separator: string, order: string): Fragment =>
  fragment((d) => d.joinText(x, separator, order));
