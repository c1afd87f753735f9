import type { Kind } from "./columns.ts";

/** How a source column is read: the set of notations that apply to it, and its SQL type. */
export type Reading =
  | "id"
  | "integer"
  | "number"
  | "usd"
  | "month"
  | "flag"
  | "text"
  | "category"
  | "card_number";

/** A column of a canonical table: its meaning, and how it is found and read in a file. */
export interface Field {
  readonly kind: Kind;
  readonly reading: Reading;
  readonly label: string;
  readonly doc: string;
  /** Headers that feed it, normalised (see ingest/headers.ts); its own name always does. */
  readonly aliases: readonly string[];
  /** Outside of it a value is impossible: it becomes missing, with an issue. */
  readonly possible?: readonly [number, number];
  /** Outside of it a value is doubtful: it is kept, with an issue. */
  readonly plausible?: readonly [number, number];
  /** Canonical category to the spellings that mean it (lower case, letters and digits only). */
  readonly categories?: Readonly<Record<string, readonly string[]>>;
  /** Whether a value outside `categories` is kept as it is written. */
  readonly open?: boolean;
  /** Derived at reading, not bound to a header. */
  readonly derived?: true;
}

export interface Table<F extends Readonly<Record<string, Field>> = Readonly<Record<string, Field>>> {
  readonly name: "users" | "cards";
  readonly grain: string;
  readonly key: string;
  /** At least one of these must be bound and plausible; ids alone are another domain's file. */
  readonly domain: readonly string[];
  readonly fields: F;
}

export const defineTable = <const F extends Readonly<Record<string, Field>>>(
  table: Table<F> & { readonly key: keyof F; readonly domain: readonly (keyof F)[] },
): Table<F> => table;

type Options = Omit<Partial<Field>, "kind" | "reading" | "label" | "doc">;

const field =
  (kind: Kind, reading: Reading) =>
  (label: string, doc: string, options: Options = {}): Field => ({
    kind,
    reading,
    label,
    doc,
    aliases: [],
    ...options,
  });

export const idField = field("id", "id");
export const integerField = field("number", "integer");
export const numberField = field("number", "number");
export const usdField = field("usd", "usd");
export const monthField = field("month", "month");
export const flagField = field("flag", "flag");
export const textField = field("label", "text");
export const categoryField = field("label", "category");
export const cardNumberField = field("label", "card_number");
