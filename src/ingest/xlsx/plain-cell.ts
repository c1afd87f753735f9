import { Byte } from "./byte.ts";
import { exactDigits, powersOfTen } from "./number.ts";

const letterA = 0x41;
const letterZ = 0x5a;
const code = (letter: string): number => letter.charCodeAt(0);
const letterC = code("c");
const letterI = code("i");
const letterN = code("n");
const letterR = code("r");
const letterS = code("s");
const letterT = code("t");
const letterV = code("v");

const codes = (text: string): Uint8Array => Uint8Array.from(text, code);
const inlineType = codes('inlineStr"');
const inlineOpening = codes("<is><t>");
const inlineClosing = codes("</t></is></c>");
const valueOpening = codes("<v>");
const valueClosing = codes("</v></c>");

export const PlainType = { number: 0, shared: 1, text: 2 } as const;

/** A cell as nearly every program spells it, reused. */
export class PlainCell {
  /** Counted from 0. */
  column = 0;
  style = 0;
  type: number = PlainType.number;
  isEmpty = false;
  /** The number, or the number of the shared text. */
  value = 0;
  /** Where a text stands that is written as it is meant, and a number that most other texts do not have. */
  start = 0;
  end = 0;
  hash = 0;
  /** The byte after the cell. */
  next = 0;
}

/**
 * Reads `<c r="B7" s="1" t="s"><v>42</v></c>`, and the same with a text in it, in one pass. False for every other
 * spelling and type and for what needs care: that takes the general way, which would read these cells too, at half
 * the speed.
 */
export function readPlainCell(bytes: Buffer, at: number, cell: PlainCell): boolean {
  let i = at + 6;
  if (bytes[at + 2] !== Byte.space || bytes[at + 3] !== letterR || bytes[at + 4] !== Byte.equals)
    return false;
  if (bytes[at + 1] !== letterC || bytes[at + 5] !== Byte.doubleQuote) return false;
  let column = 0;
  let c = bytes[i] as number;
  for (; c >= letterA && c <= letterZ; c = bytes[++i] as number) column = column * 26 + c - letterA + 1;
  while (c >= Byte.zero && c <= Byte.nine) c = bytes[++i] as number;
  if (column === 0 || c !== Byte.doubleQuote) return false;
  c = bytes[++i] as number;
  let style = 0;
  let type: number = PlainType.number;
  let isInline = false;
  while (c === Byte.space) {
    const attribute = bytes[i + 1];
    if (bytes[i + 2] !== Byte.equals || bytes[i + 3] !== Byte.doubleQuote) return false;
    i += 4;
    c = bytes[i] as number;
    if (attribute === letterS) {
      style = 0;
      for (; c >= Byte.zero && c <= Byte.nine; c = bytes[++i] as number) style = style * 10 + c - Byte.zero;
    } else if (attribute !== letterT) {
      return false;
    } else if (c === letterS && bytes[i + 1] === Byte.doubleQuote) {
      type = PlainType.shared;
      i++;
    } else if (c === letterN) {
      type = PlainType.number;
      i++;
    } else if (c === letterI && isAt(bytes, i, inlineType)) {
      type = PlainType.text;
      isInline = true;
      i += inlineType.length - 1;
    } else if (c === letterS && bytes[i + 1] === letterT && bytes[i + 2] === letterR) {
      type = PlainType.text;
      i += 3;
    } else {
      return false;
    }
    if (bytes[i] !== Byte.doubleQuote) return false;
    c = bytes[++i] as number;
  }
  cell.column = column - 1;
  cell.style = style;
  cell.type = type;
  cell.isEmpty = c === Byte.slash;
  if (c === Byte.slash) {
    cell.next = i + 2;
    return bytes[i + 1] === Byte.greater;
  }
  if (c !== Byte.greater) return false;
  i++;
  if (type === PlainType.text)
    return isInline
      ? readPlainText(bytes, i, cell, inlineOpening, inlineClosing)
      : readPlainText(bytes, i, cell, valueOpening, valueClosing);
  if (bytes[i] !== Byte.less || bytes[i + 1] !== letterV || bytes[i + 2] !== Byte.greater) return false;
  i += 3;
  c = bytes[i] as number;
  const isNegative = c === Byte.minus;
  if (isNegative) c = bytes[++i] as number;
  const first = i;
  let dot = -1;
  let digits = 0;
  for (; c !== Byte.less; c = bytes[++i] as number) {
    if (c >= Byte.zero && c <= Byte.nine) digits = digits * 10 + (c - Byte.zero);
    else if (c === Byte.dot && dot < 0) dot = i;
    else return false;
  }
  const count = dot < 0 ? i - first : i - first - 1;
  if (count === 0 || count > exactDigits || digits > Number.MAX_SAFE_INTEGER) return false;
  if (type === PlainType.shared && (dot >= 0 || isNegative)) return false;
  if (!isAt(bytes, i, valueClosing)) return false;
  if (dot >= 0) digits /= powersOfTen[i - dot - 1] as number;
  cell.value = isNegative ? -digits : digits;
  cell.next = i + valueClosing.length;
  return true;
}

/** A text without entities, escapes and line ends; an empty one is for the general way to judge. */
function readPlainText(
  bytes: Buffer,
  at: number,
  cell: PlainCell,
  opening: Uint8Array,
  closing: Uint8Array,
): boolean {
  if (!isAt(bytes, at, opening)) return false;
  const start = at + opening.length;
  let i = start;
  let hash = 0;
  for (let c = bytes[i] as number; c !== Byte.less; c = bytes[++i] as number) {
    if (c < Byte.space || c === Byte.ampersand) return false;
    if (c === Byte.underscore && bytes[i + 1] === Byte.lowerX) return false;
    hash = (Math.imul(hash, 31) + c) | 0;
  }
  if (i === start || i - start > mostPlainBytes || !isAt(bytes, i, closing)) return false;
  cell.start = start;
  cell.end = i;
  cell.hash = hash;
  cell.next = i + closing.length;
  return true;
}

/** Longer texts are counted against the limit by the general way. */
const mostPlainBytes = 1024;

function isAt(bytes: Buffer, at: number, expected: Uint8Array): boolean {
  for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return false;
  return true;
}
