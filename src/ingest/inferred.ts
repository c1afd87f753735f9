import type { Field } from "../schema/tables.ts";
import type { Notation } from "./notations.ts";

/** A column of a raw table, before its notation is known. */
export interface RawColumn {
  readonly column: string;
  readonly field: Field;
  /** The engine's type: VARCHAR, DOUBLE, DATE, BOOLEAN, or BIGINT for ids. */
  readonly type: string;
  /** The notation of its cells in the file, where they have been read already. */
  readonly readAs?: Notation | undefined;
}

/** How a column is written, found from the whole of it. */
export interface Inferred extends RawColumn {
  /** The notation as the report states it. */
  readonly notation: string;
  /** SQL for the cell as text; null where it is empty, a word for missing, or an error. */
  readonly text: string;
  /** SQL for the value, and null where the cell is in no notation. */
  readonly value: string;
  /** The words that the value can be, in order, where they are few. */
  readonly words?: readonly string[];
  /** Whether the value is a BIGINT: ids of which all are whole numbers, spelled as such. */
  readonly isWholeId?: boolean;
  /** SQL that is true for cells in the column's own notation; undefined when all of them are. */
  readonly isOwn: string | undefined;
  /** Cells that hold something, words for missing and errors left out. */
  readonly filled: number;
  /** Whether every one of them has a value. */
  readonly readsAll: boolean;
  readonly tokens: number;
  readonly errors: number;
  readonly isAmbiguousOrder: boolean;
  /** The year a spreadsheet put in the place of the one it read as a day. */
  readonly retypedIn: number | undefined;
  /** The value before that was repaired. */
  readonly untouched?: string;
  /** Cells whose word is none of a closed category's. */
  readonly unknown?: number;
  /** What the column would be if it was retyped, where its own values cannot tell. */
  readonly ifRetyped?: { readonly year: number; readonly as: Partial<Inferred> };
}
