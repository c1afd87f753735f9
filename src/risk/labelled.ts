import type { Borrowers, Grouping, InputColumn, Labelled, LeftOut } from "./borrowers.ts";

/** What can be learnt from: the rows whose outcome is known, and the columns that say something there. */
export interface Known {
  readonly labelled: Labelled;
  /** Rows that were left out, since their outcome is missing. */
  readonly unknown: number;
  readonly leftOut: readonly LeftOut[];
}

/** Keeps the rows whose outcome is 1 or 0 (whatever else stands there is missing), and the columns that vary there. */
export function labelledOf(borrowers: Borrowers, outcome: ArrayLike<number>, observedOn?: Int32Array): Known {
  const all = knownRows(borrowers, outcome, observedOn);
  const leftOut: LeftOut[] = [];
  const inputs = all.inputs.filter((column) => {
    const silent = silence(column);
    if (silent !== undefined) leftOut.push(silent);
    return silent === undefined;
  });
  return { labelled: { ...all, inputs }, unknown: borrowers.rows - all.rows, leftOut };
}

/** The same with all columns: a model is held against what it looks at, whatever it finds there. */
export function knownRows(
  borrowers: Borrowers,
  outcome: ArrayLike<number>,
  observedOn?: Int32Array,
): Labelled {
  const rows = new Int32Array(borrowers.rows).map((_, i) => i).filter((i) => isKnown(outcome[i]));
  const isWhole = rows.length === borrowers.rows;
  return {
    ...borrowers,
    ...(!isWhole && {
      rows: rows.length,
      keys: Array.from(rows, (i) => borrowers.keys[i] ?? ""),
      inputs: borrowers.inputs.map((column) => pick(column, rows)),
      groupings: borrowers.groupings.map(
        (grouping): Grouping => ({ ...grouping, values: rows.map((i) => grouping.values[i] ?? -1) }),
      ),
    }),
    outcome: Uint8Array.from(rows, (i) => outcome[i] ?? 0),
    ...(observedOn && { observedOn: rows.map((i) => observedOn[i] ?? 0) }),
  };
}

const isKnown = (value: number | undefined): boolean => value === 0 || value === 1;

function pick(column: InputColumn, rows: Int32Array): InputColumn {
  return column.kind === "number"
    ? { ...column, values: Float64Array.from(rows, (i) => column.values[i] ?? Number.NaN) }
    : { ...column, values: rows.map((i) => column.values[i] ?? -1) };
}

const becauses = { empty: "every value is missing", constant: "every row has the same value" } as const;

/** A column without a value, or with one and the same in every row, tells nothing. */
export const silent = (column: string, reason: keyof typeof becauses): LeftOut => ({
  column,
  reason,
  because: becauses[reason],
});

function silence(column: InputColumn): LeftOut | undefined {
  const isMissing = (value: number) => (column.kind === "number" ? Number.isNaN(value) : value < 0);
  const first = column.values.find((value) => !isMissing(value));
  if (first === undefined) return silent(column.name, "empty");
  return column.values.every((value) => value === first) ? silent(column.name, "constant") : undefined;
}
