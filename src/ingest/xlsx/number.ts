import { Byte } from "./byte.ts";

export const exactDigits = 16;
export const powersOfTen = Float64Array.from({ length: exactDigits + 1 }, (_, n) => 10 ** n);
const written = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;

/**
 * The number `bytes[start..end)` spells, to the last bit what Number would give; NaN when it spells none.
 * Below 2^53 both the digits and the power of ten are exact, so that one division rounds once.
 */
export function readNumber(bytes: Buffer, start: number, end: number): number {
  let i = start;
  let c = bytes[i] as number;
  const isNegative = c === Byte.minus;
  if (isNegative) c = bytes[++i] as number;
  const first = i;
  let digits = 0;
  let dot = -1;
  for (; i < end; c = bytes[++i] as number) {
    if (c >= Byte.zero && c <= Byte.nine) digits = digits * 10 + (c - Byte.zero);
    else if (c === Byte.dot && dot < 0) dot = i;
    else return spelled(bytes.toString("latin1", start, end));
  }
  const count = end - first - (dot < 0 ? 0 : 1);
  if (count === 0 || count > exactDigits || digits > Number.MAX_SAFE_INTEGER)
    return spelled(bytes.toString("latin1", start, end));
  const value = dot < 0 ? digits : digits / (powersOfTen[end - dot - 1] as number);
  return isNegative ? -value : value;
}

/** A number as XML Schema spells it: no hexadecimals, no Infinity. */
export function spelled(text: string): number {
  const value = written.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}
