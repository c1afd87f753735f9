/** What the overview shows: the analyses of its headline figures and of its sentences. */
export const overviewIds: readonly string[] = [
  "portfolio-summary",
  "debt-to-income",
  "marketing-audiences",
  "credit-score-bands",
  "high-risk-customers",
  "card-expiry",
  "ownership-by-segment",
  "cards-per-customer",
  "offers",
  "selection-fairness",
  "utilisation",
];
