/** Closed categories in the order in which they are shown. models/marts/*.sql spells them the same. */

export const ageBands = ["18-24", "25-34", "35-44", "45-54", "55-64", "65+"] as const;
/** Not one of the bands: shown first, and only where there are such customers. */
export const underage = "<18";
export const incomeBands = ["<25k", "25k-50k", "50k-75k", "75k-100k", "100k+"] as const;
export const scoreBands = ["poor", "fair", "good", "very_good", "exceptional"] as const;
export const debtTiers = ["low", "moderate", "high", "very_high"] as const;
export const retirementBands = ["retired", "0-5", "6-10", "11-20", "21-30", "over 30"] as const;
export const utilisationBands = [
  "zero",
  "<10%",
  "10-30%",
  "30-50%",
  "50-75%",
  "75-100%",
  "over",
  "balance without limit",
] as const;
export const cardTypes = ["credit", "debit", "prepaid"] as const;
export const cardStatuses = ["expired", "expiring", "later"] as const;
export const audiences = ["premium", "assistance"] as const;
/** Of the risk of default; the measure `risk_band` holds the bounds. */
export const riskBands = ["low", "moderate", "high", "very_high"] as const;
