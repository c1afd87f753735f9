import { type Fragment, literal, type Value } from "./statement.ts";

/** Rows of constants for a `values` list: positions(["a", "b"]) is ('a', 1), ('b', 2). */
export const positions = (names: readonly string[]): Fragment =>
  tuples(names.map((name, i) => [name, i + 1]));

/** Rows of constants for a `values` list. */
export const tuples = (rows: readonly (readonly Value[])[]): Fragment => ({
  render: () => rows.map((row) => `(${row.map(literal).join(", ")})`).join(", "),
});

/** A piece of SQL once per item: our own constants only, never a value from a file. */
export const each = <T>(items: readonly T[], text: (item: T) => string, separator = ", "): Fragment => ({
  render: () => items.map(text).join(separator),
});

/** A query once per item, as one. */
export const unionAll = <T>(items: readonly T[], text: (item: T) => string): Fragment =>
  each(items, text, "\n      union all\n      ");
