import { Byte } from "./byte.ts";
import { PartError } from "./part-error.ts";

export const packed = (name: string): number => [...name].reduce((sum, c) => (sum << 8) | c.charCodeAt(0), 0);

/**
 * Element names without their prefix, the last four bytes packed into a number: comparing numbers spares a string
 * for each tag. Names of up to three bytes cannot be mistaken, as a longer one fills the fourth byte.
 */
export const Name = {
  c: packed("c"),
  v: packed("v"),
  f: packed("f"),
  t: packed("t"),
  r: packed("r"),
  s: packed("s"),
  is: packed("is"),
  si: packed("si"),
  row: packed("row"),
  rPh: packed("rPh"),
  sheetData: packed("Data"),
} as const;

/** One tag, reused. The attributes r, s and t are the only ones that matter; they are ranges, empty when absent. */
export class Tag {
  name = 0;
  isClosing = false;
  isEmpty = false;
  /** The byte after the tag. */
  next = 0;
  r = 0;
  rEnd = 0;
  s = 0;
  sEnd = 0;
  t = 0;
  tEnd = 0;
}

/** Reads the tag that starts at `at`; false when its end has not been read yet. */
export function readTag(bytes: Buffer, at: number, tag: Tag): boolean {
  let i = at + 1;
  let c = bytes[i] as number;
  tag.isClosing = c === Byte.slash;
  if (tag.isClosing) c = bytes[++i] as number;
  let name = 0;
  while (c > Byte.space && c !== Byte.greater && c !== Byte.slash) {
    name = c === Byte.colon ? 0 : (name << 8) | c;
    c = bytes[++i] as number;
  }
  tag.name = name;
  tag.rEnd = tag.r = tag.sEnd = tag.s = tag.tEnd = tag.t = 0;
  for (;;) {
    while (c <= Byte.space) {
      if (c === Byte.end) return false;
      c = bytes[++i] as number;
    }
    if (c === Byte.greater) {
      tag.isEmpty = false;
      tag.next = i + 1;
      return true;
    }
    if (c === Byte.slash) {
      c = bytes[++i] as number;
      if (c === Byte.end) return false;
      if (c !== Byte.greater) throw new PartError("has a slash in the middle of a tag");
      tag.isEmpty = true;
      tag.next = i + 1;
      return true;
    }
    const attribute = i;
    while (c !== Byte.equals) {
      if (c === Byte.end) return false;
      if (c === Byte.greater || c === Byte.less) throw new PartError("has an attribute without a value");
      c = bytes[++i] as number;
    }
    const after = bytes[attribute + 1] as number;
    const letter = after === Byte.equals || after <= Byte.space ? bytes[attribute] : 0;
    c = bytes[++i] as number;
    while (c <= Byte.space) {
      if (c === Byte.end) return false;
      c = bytes[++i] as number;
    }
    if (c !== Byte.doubleQuote && c !== Byte.singleQuote)
      throw new PartError("has an attribute without quotes");
    const quote = c;
    const value = ++i;
    c = bytes[i] as number;
    while (c !== quote) {
      if (c === Byte.end) return false;
      c = bytes[++i] as number;
    }
    if (letter === Name.r) {
      tag.r = value;
      tag.rEnd = i;
    } else if (letter === Name.s) {
      tag.s = value;
      tag.sEnd = i;
    } else if (letter === Name.t) {
      tag.t = value;
      tag.tEnd = i;
    }
    c = bytes[++i] as number;
  }
}

export const commentOpening = "<!--";
export const sectionOpening = "<![CDATA[";

/** The byte after the comment, CDATA section or processing instruction at `at`; -1 when its end is not read yet. */
export function skipMarkup(bytes: Buffer, at: number): number {
  const c = bytes[at + 1];
  if (c === Byte.question) return after(bytes, "?>", at, 2);
  const third = bytes[at + 2];
  if (third === Byte.minus) return after(bytes, "-->", at, commentOpening.length);
  if (third === Byte.openingBracket) return after(bytes, "]]>", at, sectionOpening.length);
  if (c === Byte.end || third === Byte.end) return -1;
  throw new PartError("has a document type, which a workbook must not have");
}

function after(bytes: Buffer, mark: string, at: number, opening: number): number {
  const found = bytes.indexOf(mark, at + opening, "latin1");
  const last = found + mark.length;
  // Behind the zero lie bytes of earlier chunks, which do not count.
  return found < 0 || bytes.subarray(at, last).includes(Byte.end) ? -1 : last;
}
