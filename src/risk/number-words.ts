const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 4 });
const exact = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 15 });

/** A value as a sentence quotes it: 0.9312, 41,234. */
export const valueWord = (value: number): string => (Math.abs(value) >= 1000 ? whole : short).format(value);

/** A bound, with all its digits. */
export const boundWord = (value: number): string => exact.format(value);
