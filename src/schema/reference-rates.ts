/**
 * How often accounts went bad elsewhere, by credit score: a reference to stand beside a score, and never multiplied
 * with anything.
 */
export const referenceRates: readonly { readonly below: number | null; readonly rate: number }[] = [
  { below: 520, rate: 0.41 },
  { below: 560, rate: 0.284 },
  { below: 600, rate: 0.225 },
  { below: 640, rate: 0.158 },
  { below: 680, rate: 0.089 },
  { below: 720, rate: 0.044 },
  { below: null, rate: 0.01 },
];

export const REFERENCE_CAPTION =
  "Rate at which new accounts of this credit score went bad within 24 months in the US in 2000-02: Federal Reserve, Report to the Congress on Credit Scoring, 2007, table 2. A reference, not a rate of these customers.";
