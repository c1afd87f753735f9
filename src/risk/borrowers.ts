/** One input of a learning table. Row i of every column is the same borrower. */
export type InputColumn = NumberColumn | CategoryColumn;

export interface NumberColumn {
  readonly name: string;
  readonly kind: "number";
  /** NaN where missing. */
  readonly values: Float64Array;
  /** Values that are codes and no amounts, such as 96 and 98, or -9; ascending. */
  readonly codes: readonly number[];
}

export interface CategoryColumn {
  readonly name: string;
  readonly kind: "category";
  /** Sorted, so that their order does not depend on the rows'. */
  readonly levels: readonly string[];
  /** Places in `levels`; -1 where missing. */
  readonly values: Int32Array;
}

/** Why a column of the file is no input. */
export const leftOutReasons = [
  /** DESIGN 8: never decides risk. */
  "barred",
  /** Copies the outcome, or is known only after it. */
  "leakage",
  /** The caller said so. */
  "excluded",
  "key",
  "outcome",
  "date",
  /** Card numbers, names, addresses: never loaded. */
  "private",
  "empty",
  "constant",
  /** Words that are nearly all different. */
  "words",
] as const;
export type LeftOutReason = (typeof leftOutReasons)[number];

export interface LeftOut {
  readonly column: string;
  readonly reason: LeftOutReason;
  /** A sentence without a full stop: "separates the outcome by itself (AUC 1.000)". */
  readonly because: string;
}

/** How good and bad borrowers compare in groups of a column that may not decide: for the fairness screen alone. */
export interface Grouping {
  readonly dimension: string;
  readonly groups: readonly string[];
  /** Places in `groups`; -1 where missing. */
  readonly values: Int32Array;
}

/** A row per borrower, as it is learnt from or scored. */
export interface Borrowers {
  readonly rows: number;
  /** Unique, as text. Nothing may depend on the order of the rows: what needs an order takes that of the keys. */
  readonly keys: readonly string[];
  readonly inputs: readonly InputColumn[];
  readonly groupings: readonly Grouping[];
}

/** Borrowers whose outcome is known; those without one were left out before. */
export interface Labelled extends Borrowers {
  /** 1 for a default, else 0. */
  readonly outcome: Uint8Array;
  /** Days since 1970-01-01 on which the inputs were observed, where the file states them per row. */
  readonly observedOn?: Int32Array;
}
