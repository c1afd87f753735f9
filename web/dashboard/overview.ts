/** The analyses of the headline figures: what a reader looks at first follows first. */
export const headlineIds: readonly string[] = ["portfolio-summary", "debt-to-income", "marketing-audiences"];
/** Those of the sentences, beside the ones above. */
export const sentenceIds: readonly string[] = [
  "credit-score-bands",
  "high-risk-customers",
  "card-expiry",
  "ownership-by-segment",
  "cards-per-customer",
  "offers",
  "selection-fairness",
  "utilisation",
];
