import { basename } from "node:path";
import { usage } from "../errors.ts";
import type { Borrowers, LeftOut } from "../risk/borrowers.ts";
import type { Decoded } from "./borrower-outcome.ts";
import { normalise } from "./headers.ts";
import { namedTables } from "./pick-tables.ts";
import type { SourceTable } from "./source-table.ts";

export interface BorrowerOptions {
  /** Header of the key; found by itself where there is one. */
  readonly id?: string | undefined;
  /** Header of the outcome; `defaulted` and its like where it is left out. */
  readonly outcome?: string | undefined;
  /** Values that mean default, and those that do not; the rest has no outcome where these are given. */
  readonly event?: readonly string[] | undefined;
  readonly nonEvent?: readonly string[] | undefined;
  /** What the values meant to the model; where a file has one of them alone, that is no mistake. */
  readonly knownOutcome?: Decoded | undefined;
  /** Headers of columns that are no inputs. */
  readonly exclude?: readonly string[] | undefined;
  /** Header of the day on which a row's inputs were observed. */
  readonly observedOn?: string | undefined;
  /** Name of the sheet; the one with the most cells where it is left out. */
  readonly sheet?: string | undefined;
  /** For scoring: the inputs of the model. Only these columns are read, as what the model takes them for. */
  readonly inputs?: readonly KnownInput[] | undefined;
  /** Whether an outcome has to be there, is read where it is, or is not looked for. */
  readonly outcomes: "needed" | "if there" | "none";
  /** Whether what never decides is read as inputs as well: for comparisons alone. */
  readonly allInputs?: boolean | undefined;
}

export interface KnownInput {
  readonly name: string;
  readonly kind: "number" | "category";
  readonly codes: readonly number[];
}

/** One table with a row per borrower, as it was read. */
export interface BorrowerTable {
  readonly file: string;
  readonly sheet: string | null;
  /** Header of the key; null where it has none, and where rows are told apart by what they hold or by their number. */
  readonly key: string | null;
  readonly borrowers: Borrowers;
  /** By row: 1 for a default, 0 for none, -1 where it is not known. */
  readonly outcome: (Decoded & { readonly column: string; readonly values: Int8Array }) | undefined;
  readonly observedOn: { readonly column: string; readonly values: Int32Array } | undefined;
  readonly leftOut: readonly LeftOut[];
  /** What was found about the data, as sentences without a full stop. */
  readonly notes: readonly string[];
}

/** The sheet by its name, or the visible one with the most cells in its first rows. */
export function pickSheet(
  tables: readonly SourceTable[],
  path: string,
  { sheet, outcome, inputs = [] }: BorrowerOptions,
): SourceTable {
  const chosen = namedTables(tables, sheet);
  if (chosen.length === 0)
    throw usage(
      `no sheet ${JSON.stringify(sheet)} in ${basename(path)}`,
      `there are ${tables.flatMap((table) => (table.sheet === null ? [] : [JSON.stringify(table.sheet)])).join(", ") || "no sheets in this file"}`,
    );
  const names = [...(outcome === undefined ? [] : [outcome]), ...inputs.map(({ name }) => name)];
  const value = ({ preview, hidden }: SourceTable) => {
    const cells = preview.flat().filter((cell) => cell.trim() !== "");
    const first = new Set(preview.slice(0, 30).flat().map(normalise));
    const known = names.filter((name) => first.has(normalise(name))).length;
    return known * 1e9 + (hidden ? 0 : 1e8) + cells.length;
  };
  return chosen.reduce((best, next) => (value(next) > value(best) ? next : best));
}
