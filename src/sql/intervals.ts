import type { Fragment } from "./statement.ts";

/** The two-sided 95 % quantile of the standard normal distribution. */
export const Z95 = 1.959963984540054;

const z = `${Z95}e0`;
const zz = `${Z95 ** 2}e0`;

/**
 * Bounds of the 95 % score interval of a share (Wilson 1927): `part` of `whole`, expressions of counts.
 * Unlike the textbook interval it stays within 0 and 1 and is not empty for a share of 0 or 1.
 */
export const wilsonLow = (part: string, whole: string): Fragment => ({
  render: () => `case when ${part} > 0 then ${wilson(part, whole, "-")} when ${whole} > 0 then 0e0 end`,
});
export const wilsonHigh = (part: string, whole: string): Fragment => ({
  render: () =>
    `case when ${part} < ${whole} then ${wilson(part, whole, "+")} when ${whole} > 0 then 1e0 end`,
});

const wilson = (k: string, n: string, sign: string): string =>
  `(${k} + ${zz} / 2 ${sign} ${z} * sqrt(cast(${k} as double) * (${n} - ${k}) / nullif(${n}, 0) + ${zz} / 4)) / (${n} + ${zz})`;

/**
 * Bounds of the 95 % interval of a ratio of two shares by the log method (Katz 1978): `part` of `whole` beside
 * `basePart` of `baseWhole`. Missing where a part is 0, since the log of the ratio then has no variance.
 */
export const katzLow = (...counts: RatioCounts): Fragment => katz("-", ...counts);
export const katzHigh = (...counts: RatioCounts): Fragment => katz("+", ...counts);

type RatioCounts = [part: string, whole: string, basePart: string, baseWhole: string];

const katz = (sign: string, a: string, n: string, b: string, m: string): Fragment => ({
  render: () =>
    `cast(${a} as double) * ${m} / nullif(${b} * ${n}, 0) * exp(${sign}${z} * sqrt(1e0 / nullif(${a}, 0) - 1e0 / nullif(${n}, 0) + 1e0 / nullif(${b}, 0) - 1e0 / nullif(${m}, 0)))`,
});
