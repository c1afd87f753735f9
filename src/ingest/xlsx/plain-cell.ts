import { Byte } from "./byte.ts";
import { exactDigits, powersOfTen } from "./number.ts";

const letterC = 0x63;
const letterR = 0x72;
const letterS = 0x73;
const letterT = 0x74;
const letterV = 0x76;
const letterA = 0x41;
const letterZ = 0x5a;

/** A cell as nearly every program spells it, reused. */
export class PlainCell {
  /** Counted from 0. */
  column = 0;
  style = 0;
  isShared = false;
  isEmpty = false;
  /** The number, or the number of the shared text. */
  value = 0;
  /** The byte after the cell. */
  next = 0;
}

/**
 * Reads `<c r="B7" s="1" t="s"><v>42</v></c>` in one pass. False for every other spelling and type and for numbers
 * that need care: those take the general way, which would read these cells too, at half the speed.
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
  if (c === Byte.space && bytes[i + 1] === letterS) {
    if (bytes[i + 2] !== Byte.equals || bytes[i + 3] !== Byte.doubleQuote) return false;
    i += 4;
    c = bytes[i] as number;
    for (; c >= Byte.zero && c <= Byte.nine; c = bytes[++i] as number) style = style * 10 + c - Byte.zero;
    if (c !== Byte.doubleQuote) return false;
    c = bytes[++i] as number;
  }
  let isShared = false;
  if (c === Byte.space && bytes[i + 1] === letterT) {
    if (bytes[i + 2] !== Byte.equals || bytes[i + 3] !== Byte.doubleQuote) return false;
    if (bytes[i + 4] !== letterS || bytes[i + 5] !== Byte.doubleQuote) return false;
    isShared = true;
    i += 6;
    c = bytes[i] as number;
  }
  cell.column = column - 1;
  cell.style = style;
  cell.isShared = isShared;
  cell.isEmpty = c === Byte.slash;
  if (c === Byte.slash) {
    cell.next = i + 2;
    return bytes[i + 1] === Byte.greater;
  }
  if (c !== Byte.greater || bytes[i + 1] !== Byte.less || bytes[i + 2] !== letterV) return false;
  if (bytes[i + 3] !== Byte.greater) return false;
  i += 4;
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
  if (isShared && (dot >= 0 || isNegative)) return false;
  if (bytes[i + 1] !== Byte.slash || bytes[i + 2] !== letterV || bytes[i + 3] !== Byte.greater) return false;
  if (bytes[i + 4] !== Byte.less || bytes[i + 5] !== Byte.slash || bytes[i + 6] !== letterC) return false;
  if (bytes[i + 7] !== Byte.greater) return false;
  if (dot >= 0) digits /= powersOfTen[i - dot - 1] as number;
  cell.value = isNegative ? -digits : digits;
  cell.next = i + 8;
  return true;
}
