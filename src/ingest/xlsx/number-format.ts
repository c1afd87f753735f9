/** Built-in formats that show a date or a time of day; 27-36 and 50-58 are the East Asian ones. */
const builtInDates: readonly (readonly [number, number])[] = [
  [14, 22],
  [27, 36],
  [45, 45],
  [47, 47],
  [50, 58],
];

/** 46, [h]:mm:ss, counts hours past 24: a duration is a number of days, not a date. */
export const isBuiltInDate = (id: number): boolean =>
  builtInDates.some(([from, to]) => id >= from && id <= to);

const elapsed = /^\[(?:h+|m+|s+)\]$/i;
// Quoted text, a character after a backslash, the width of one, the filling with one, [colour], [condition], [locale].
const decoration = /"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]/g;
const fractionOfSecond = /s\.0+/gi;

/**
 * Whether a format shows a date or a time of day. Durations such as [h]:mm do not: they stay numbers of days. Digit
 * places beside letters mean a currency code that someone left without quotes, such as 0.00 USD.
 */
export function isDateFormat(format: string): boolean {
  const code = format.replaceAll(decoration, (part) => (elapsed.test(part) ? "[elapsed]" : ""));
  const [shown = ""] = code.split(";");
  if (shown.includes("[elapsed]") || /general/i.test(shown)) return false;
  const bare = shown.replaceAll(fractionOfSecond, "s");
  return /[dmyhs]/i.test(bare) && !/[0#?]/.test(bare);
}
