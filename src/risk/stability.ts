import { refused } from "../errors.ts";
import type { Stability } from "./model.ts";

/** Of one bin: customers in training, and now. */
export interface Held {
  readonly label: string;
  readonly expected: number;
  readonly actual: number;
}

/** By Siddiqi, Credit Risk Scorecards (2006): from here on a population is shifting, and has shifted. */
const SHIFTING = 0.1;
const SHIFTED = 0.25;
/** An empty bin counts as half a customer, as in a weight of evidence: the logarithm of none is not finite. */
const INSTEAD_OF_NONE = 0.5;

/**
 * Stability index: over bins, difference of the shares times the logarithm of their quotient. `input` null is the
 * score's (PSI), else that of an input (CSI). A bin that is empty on both sides says nothing.
 */
export function stabilityOf(input: string | null, held: readonly Held[]): Stability {
  const expected = held.reduce((sum, bin) => sum + bin.expected, 0);
  const actual = held.reduce((sum, bin) => sum + bin.actual, 0);
  if (expected === 0 || actual === 0) {
    throw refused(
      `the stability of ${input ?? "the score"} cannot be told: ${expected} customers against ${actual}`,
      "use two files that both hold customers",
    );
  }
  const bins = held.map((bin) => {
    const before = (bin.expected || INSTEAD_OF_NONE) / expected;
    const after = (bin.actual || INSTEAD_OF_NONE) / actual;
    return {
      ...bin,
      share_expected: bin.expected / expected,
      share_actual: bin.actual / actual,
      contribution: bin.expected + bin.actual === 0 ? 0 : (after - before) * Math.log(after / before),
    };
  });
  const index = bins.reduce((sum, bin) => sum + bin.contribution, 0);
  return {
    input,
    index,
    verdict: index < SHIFTING ? "stable" : index < SHIFTED ? "shifting" : "shifted",
    bins,
  };
}
