import type { Input } from "./inputs.ts";

/** A column's meaning; decides its TypeScript type, its format on screen and in workbooks, and its alignment. */
export type Kind =
  | "id"
  | "label"
  | "count"
  | "number"
  | "share"
  | "ratio"
  | "statistic"
  | "usd"
  | "year"
  | "month"
  | "date"
  | "flag";

export interface Column<T = unknown> {
  readonly kind: Kind;
  readonly label: string;
  readonly doc: string;
  readonly nullable: boolean;
  /** Inputs without which the column is null: a count over a column that does not exist is not zero. */
  readonly needs: readonly Input[];
  /** Phantom: carries the value type, never assigned. */
  readonly _?: T;
}

export type Columns = Readonly<Record<string, Column>>;
export type Row<C extends Columns> = { readonly [K in keyof C]: C[K] extends Column<infer T> ? T : never };

interface Make<T> {
  (label: string, doc: string): Column<T>;
  (label: string, doc: string, options: { needs?: readonly Input[]; nullable?: true }): Column<T | null>;
}

const column =
  <T>(kind: Kind): Make<T> =>
  (label: string, doc: string, options: { needs?: readonly Input[]; nullable?: true } = {}) => ({
    kind,
    label,
    doc,
    nullable: options.nullable === true || options.needs !== undefined,
    needs: options.needs ?? [],
  });

export const id = column<number | string>("id");
export const label = column<string>("label");
/** A whole number of things. */
export const count = column<number>("count");
export const number = column<number>("number");
/** A part of a whole, 0 to 1. */
export const share = column<number>("share");
/** A quotient that may exceed 1. */
export const ratio = column<number>("ratio");
/** A figure of a model, such as its AUC, whose third decimal counts. */
export const statistic = column<number>("statistic");
export const usd = column<number>("usd");
/** A number that is never grouped by thousands. */
export const year = column<number>("year");
/** YYYY-MM */
export const month = column<string>("month");
/** YYYY-MM-DD */
export const date = column<string>("date");
export const flag = column<boolean>("flag");
