import { closest } from "fastest-levenshtein";
import { refused, usage } from "../errors.ts";
import { wordsOf } from "../schema/barred.ts";
import { cards } from "../schema/cards.ts";
import { maskCardNumbers } from "../schema/mask.ts";
import { users } from "../schema/users.ts";
import { normalise, plainHeader } from "./headers.ts";
import { passesLuhn } from "./keys.ts";
import { isFilled } from "./missing.ts";
import type { SourceTable } from "./source-table.ts";

/** A column of a file by its header, before any of its cells is read. */
export interface HeaderColumn {
  /** As the file writes it; a second one of the same name gets a number, one without a name its place. */
  readonly name: string;
  /** 0-based. */
  readonly index: number;
  /** Whether the file gives it no name: an index that a data frame was saved with. */
  readonly isUnnamed: boolean;
  /** Filled cells of the first rows. */
  readonly sample: readonly string[];
}

export interface Header {
  readonly row: number;
  readonly columns: readonly HeaderColumn[];
}

const HEADER_ROWS = 30;

/** Finds the row of headers: the first that holds every name asked for, else the first of full width. */
export function readHeader(source: SourceTable, names: readonly string[]): Header {
  const { preview, file } = source;
  const filled = (row: readonly string[]) => row.filter((cell) => cell.trim() !== "").length;
  const width = Math.max(0, ...preview.slice(0, HEADER_ROWS).map(filled));
  const rows = preview.slice(0, HEADER_ROWS);
  const named = rows.findIndex((row) =>
    names.every((name) => row.some((cell) => normalise(cell) === normalise(name))),
  );
  const full = rows.findIndex((row) => filled(row) >= Math.max(1, width - 1));
  const row = names.length > 0 && named >= 0 ? named : Math.max(0, full);
  const headers = preview[row] ?? [];
  const words = headers.filter((cell) => cell.trim() !== "");
  if (words.length === 0 || words.every((cell) => /^[-+$\d.,%\s]+$/.test(cell)))
    throw refused(`${file}: no row of headers`, "give a file whose first row names its columns");
  const below = preview.slice(row + 1);
  const seen = new Map<string, number>();
  const columns = headers.flatMap((header, index): HeaderColumn[] => {
    const sample = below.flatMap((cells) =>
      isFilled(cells[index] ?? "") ? [String(cells[index]).trim()] : [],
    );
    const plain = maskCardNumbers(plainHeader(header));
    const isUnnamed = plain === "" || /^unnamed: ?\d+$/i.test(plain);
    if (plain === "" && sample.length === 0) return [];
    const name = plain === "" ? `column ${index + 1}` : plain;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return [{ name: times === 1 ? name : `${name} (${times})`, index, isUnnamed, sample }];
  });
  return { row, columns };
}

/** A column that the caller named: as written, else whatever its case and blanks. */
export function findColumn(columns: readonly HeaderColumn[], name: string): HeaderColumn | undefined {
  const plain = plainHeader(name);
  return (
    columns.find((column) => column.name === plain) ??
    columns.find((column) => column.name.toLowerCase() === plain.toLowerCase()) ??
    columns.find((column) => normalise(column.name) === normalise(plain))
  );
}

/** The word that was meant: one that holds it, else the one with the fewest letters to change. */
export function nearest(word: string, known: readonly string[]): string {
  const plain = word.toLowerCase();
  const within = known.find((name) => plain.length > 2 && name.toLowerCase().includes(plain));
  return within ?? closest(word, known);
}

/** Several columns: each name as it is, else as a list with commas. */
export const columnsNamed = (
  columns: readonly HeaderColumn[],
  names: readonly string[],
  option: string,
): HeaderColumn[] =>
  spread(names, (name) => findColumn(columns, name) !== undefined).map((name) =>
    columnNamed(columns, name, option),
  );

/** "a, b" is two names, unless one is called so. */
export const spread = (names: readonly string[], isKnown: (name: string) => boolean): string[] =>
  names.flatMap((name) =>
    isKnown(name) || !name.includes(",")
      ? [name]
      : name.split(",").flatMap((part) => (part.trim() === "" ? [] : [part.trim()])),
  );

/** The same, where it has to be there. */
export function columnNamed(columns: readonly HeaderColumn[], name: string, option: string): HeaderColumn {
  const found = findColumn(columns, name);
  if (found !== undefined) return found;
  throw usage(
    `no column ${JSON.stringify(maskCardNumbers(name))} for ${option}`,
    `did you mean ${JSON.stringify(
      nearest(
        name,
        columns.map((column) => column.name),
      ),
    )}?`,
  );
}

const idAliases = new Set(["id", "user_id", ...(users.fields.user_id?.aliases ?? [])]);
const idWord = /^(?:id|uuid|guid|rowid|key|nr|no|number)$/;
const wholeIds = /^(?:index|idx|row|row number|rownum|obs|observation|sno|s no|serial|sk id curr)$/;

/** Whether a header says that its cells name rows. */
export function isIdHeader({ name, isUnnamed, index }: HeaderColumn): boolean {
  // R calls it X
  if (isUnnamed || name === "X") return index === 0;
  const words = wordsOf(name);
  const last = words.at(-1) ?? "";
  return (
    idAliases.has(normalise(name)) ||
    wholeIds.test(words.join(" ")) ||
    // "number of dependents" counts, "account number" names
    (idWord.test(last) && (words.length > 1 || last !== "number") && words[0] !== "number")
  );
}

const personal =
  /^(?:firstname|lastname|surname|fullname|forename|maiden|address|street|apartment|email|mail|phone|mobile|telephone|telephon|fax|ssn|passport|iban|cardholder|person|ip)$/;
const lengths =
  /^(?:years?|months?|days?|since|time|duration|length|tenure|count|number|num|state|type|status)$/;
const cardData = new Set([
  "cvv",
  "cvc",
  "cvv2",
  "cvc2",
  "cv2",
  "security_code",
  "pan",
  "card_number",
  ...Object.values(cards.fields)
    .filter(({ reading }) => reading === "card_number")
    .flatMap(({ aliases }) => aliases),
]);

/**
 * Why a column is never loaded; undefined for one that may be. Judged by its header, and by the first cells: a flag
 * under the header `phone` says whether there is one, and names nobody.
 */
export function privacyOf({ name, sample }: HeaderColumn): string | undefined {
  if (cardData.has(normalise(name))) return "card data is never read";
  const digits = sample
    .map((cell) => cell.replaceAll(/[\s-]/g, ""))
    .filter((cell) => /^\d{13,19}$/.test(cell));
  if (digits.length > sample.length / 2 && digits.filter(passesLuhn).length > digits.length / 2)
    return "its values look like card numbers";
  if (sample.filter((cell) => /^\S+@\S+\.\w+$/.test(cell)).length > sample.length / 2)
    return "its values are mail addresses";
  const words = wordsOf(name);
  const isPersonal =
    words.some((word) => personal.test(word)) ||
    /^(?:(?:first|last|full|middle|given|family|customer|client|borrower|applicant|user|card holder) )?name$/.test(
      words.join(" "),
    );
  if (!isPersonal || words.some((word) => lengths.test(word))) return undefined;
  const distinct = new Set(sample);
  const isFlag = distinct.size <= 10 && sample.length > distinct.size * 2;
  return isFlag ? undefined : "names, addresses and numbers of persons are never read";
}

/** What a customer can change, by the words of a header: how much is owed, how much of a limit is used, arrears. */
export function isActionableHeader(name: string): boolean {
  const words = wordsOf(name);
  if (words.some((word) => /^(?:limit|lim|original|high|max|maximum)$/.test(word))) return false;
  return (
    words.some((word) =>
      /^(?:utilisation|utilization|util|balance|bal|debt|debtratio|dti|dpd|overdue|arrears)$/.test(word),
    ) || /\bpast due\b/.test(words.join(" "))
  );
}
