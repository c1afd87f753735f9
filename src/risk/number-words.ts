const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 4 });
const exact = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 15 });

/** A value as a sentence quotes it: 0.9312, 41,234. */
export const valueWord = (value: number): string =>
  Math.abs(value) >= 1000 ? wholeWord(value) : (fourDigits(value) ?? short.format(value));

/** Beyond it not every whole number is one of its own. */
const LARGEST = 2 ** 53;

// The formats of the platform take a microsecond each, and each of a million customers has four values.

function wholeWord(value: number): string {
  const size = Math.round(Math.abs(value));
  if (!(size < LARGEST)) return whole.format(value);
  let text = "";
  let rest = size;
  for (; rest >= 1000; rest = Math.floor(rest / 1000))
    text = `,${String(rest % 1000).padStart(3, "0")}${text}`;
  return `${value < 0 ? "-" : ""}${rest}${text}`;
}

/** Undefined where the platform has to say: of tiny numbers, and where the digits left away are nearly one half. */
function fourDigits(value: number): string | undefined {
  const size = Math.abs(value);
  if (!(size >= 0.001)) return undefined;
  const scale =
    size >= 100 ? 1e1 : size >= 10 ? 1e2 : size >= 1 ? 1e3 : size >= 0.1 ? 1e4 : size >= 0.01 ? 1e5 : 1e6;
  const scaled = size * scale;
  const rounded = Math.round(scaled);
  if (rounded >= 10_000 || Math.abs(scaled - Math.floor(scaled) - 0.5) < 1e-6) return undefined;
  // the double that is nearest to so few digits is written with them
  return `${value < 0 ? "-" : ""}${rounded / scale}`;
}

/** A bound, with all its digits. */
export const boundWord = (value: number): string => exact.format(value);
