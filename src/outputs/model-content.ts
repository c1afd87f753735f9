import type { Scalar } from "../engines/engine.ts";
import { maskCardNumbers } from "../schema/mask.ts";

/**
 * What a model card, or a validation, says: one content for Markdown, HTML and the workbook. All of it is plain text;
 * whoever renders it escapes it.
 */
export interface Card {
  readonly title: string;
  /** The one sentence that a hurried reader takes along. */
  readonly lead: string;
  readonly sections: readonly Section[];
}

export interface Section {
  /** Anchor and name of its sheets. */
  readonly id: string;
  readonly heading: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly type: "text"; readonly text: string }
  /** What must not be overlooked. */
  | { readonly type: "warning"; readonly text: string }
  | { readonly type: "list"; readonly items: readonly string[] }
  | { readonly type: "facts"; readonly rows: readonly (readonly [term: string, text: string])[] }
  | { readonly type: "code"; readonly text: string }
  | CardTable;

export interface CardTable {
  readonly type: "table";
  /** Tables of one sheet have the same columns, and follow each other there. */
  readonly sheet: string;
  readonly caption: string;
  /** What the table is of, where several share a sheet. */
  readonly group?: { readonly label: string; readonly value: string };
  readonly columns: readonly CardColumn[];
  readonly rows: readonly (readonly Scalar[])[];
  readonly chart?: CardChart;
}

export interface CardColumn {
  readonly label: string;
  readonly kind: CardKind;
  /** Drawn as a bar beside the number. */
  readonly bar?: true;
}

/** `figure` has three decimals, `ratio` two, `number` what it needs. */
export type CardKind = "text" | "count" | "share" | "figure" | "ratio" | "number";

/** A picture of a table's own rows, y over x, joined; columns by place. */
export interface CardChart {
  readonly title: string;
  /** What it shows, for who cannot see it. */
  readonly alt: string;
  readonly x: number;
  readonly y: number;
  /** Ends of the interval of y. */
  readonly low?: number;
  readonly high?: number;
  /** A series per value of this column. */
  readonly series?: number;
  /** A dashed line from corner to corner, and what it stands for. */
  readonly diagonal?: string;
}

const decimals = (least: number, most: number) =>
  new Intl.NumberFormat("en-US", { minimumFractionDigits: least, maximumFractionDigits: most });
const numberFormats = {
  count: decimals(0, 0),
  figure: decimals(3, 3),
  ratio: decimals(2, 2),
  number: new Intl.NumberFormat("en-US", { maximumSignificantDigits: 5 }),
  share: new Intl.NumberFormat("en-US", {
    style: "percent",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }),
};

/** A cell as a person reads it. */
export function cellText(kind: CardKind, value: Scalar): string {
  if (value === null) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "number" || kind === "text") return String(value);
  // no minus in front of what rounds to nothing
  return numberFormats[kind].format(value).replace(/^-(?=[0.%]+$)/, "");
}

/** Longer words of a file are cut in a card; the model file has them whole. */
const LONGEST = 240;

/**
 * Words that come from a file, as a card may show them: no card number, nothing that turns the text around or breaks
 * its line, and not longer than a cell.
 */
export function fileText(text: string): string {
  const line = maskCardNumbers(text)
    .replace(/\s+/g, " ")
    .replace(CONTROL, "\uFFFD")
    .replace(/\p{Surrogate}/gu, "\uFFFD")
    .trim();
  return line.length <= LONGEST
    ? line
    : `${line.slice(0, LONGEST).replace(/\p{Surrogate}$/u, "")}… (${line.length} characters)`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that must not be shown
const CONTROL = /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/g;

/** The cells of one column. */
export const columnOf = (table: CardTable, index: number): readonly Scalar[] =>
  table.rows.map((row) => row[index] ?? null);
