import type { Topic } from "../../src/analyses/analysis.ts";

/** Sections in reading order. */
export const topics: readonly { readonly id: Topic; readonly title: string; readonly about: string }[] = [
  { id: "overview", title: "Overview", about: "What the portfolio holds." },
  { id: "demographics", title: "Demographics", about: "Who the customers are. Describes, never decides." },
  { id: "ownership", title: "Card ownership", about: "Which cards they hold, on file and valid." },
  { id: "risk", title: "Credit risk", about: "Who owes how much, and who may not pay." },
  {
    id: "predict",
    title: "Prediction",
    about: "Who may default, how well that is known, and what it may cost.",
  },
  { id: "expiry", title: "Card expiry", about: "Which cards run out, and when." },
  { id: "marketing", title: "Marketing", about: "Whom to offer what: candidates, never pre-approved." },
];

/** Figures within their section; those that are not named follow in the document's order. */
const analyses = [
  "portfolio-summary",
  "numeric-summary",
  "age-distribution",
  "gender-ratio",
  "income-distribution",
  "employment-status",
  "retirement-horizon",
  "customers-by-state",
  "cards-per-customer",
  "cards-by-brand-and-type",
  "ownership-by-segment",
  "rates-by-segment",
  "accounts-opened",
  "card-security",
  "customers-with-several-cards",
  "debt-to-income",
  "credit-score-bands",
  "debt-tiers",
  "risk-matrix",
  "utilisation",
  "correlations",
  "high-risk-customers",
  "high-debt-customers",
  "default-bands",
  "default-scores",
  "default-cut-offs",
  "model-validation",
  "model-calibration",
  "model-gains",
  "model-inputs",
  "model-characteristics",
  "model-fairness",
  "expected-loss",
  "expected-loss-sensitivity",
  "segments",
  "default-watchlist",
  "card-expiry",
  "expiry-calendar",
  "expiring-cards",
  "marketing-audiences",
  "offers",
  "selection-fairness",
  "offer-candidates",
];

/** The sentences that matter, most telling first. */
const sentences = [
  "portfolio-summary",
  "debt-to-income",
  "credit-score-bands",
  "high-risk-customers",
  "default-bands",
  "model-validation",
  "card-expiry",
  "ownership-by-segment",
  "cards-per-customer",
  "marketing-audiences",
  "offers",
  "selection-fairness",
  "utilisation",
  "age-distribution",
  "income-distribution",
  "card-security",
  "customers-by-state",
];

const rank = (order: readonly string[], id: string): number => {
  const at = order.indexOf(id);
  return at < 0 ? order.length : at;
};

export const inOrder = (ids: readonly string[]): string[] =>
  [...ids].sort((a, b) => rank(analyses, a) - rank(analyses, b));

const MOST_SENTENCES = 10;

/** The figures whose sentences a meeting wants first; those that say nothing are left out. */
export const sentencesOf = <T extends { readonly id: string; readonly insight: string }>(
  figures: readonly T[],
): T[] =>
  figures
    .filter(({ insight }) => insight !== "")
    .sort((a, b) => rank(sentences, a.id) - rank(sentences, b.id))
    .slice(0, MOST_SENTENCES);
