// Written by `npm run gen` from the files of this folder.
import ageDistribution from "./age-distribution.ts";
import debtToIncome from "./debt-to-income.ts";
import highDebtCustomers from "./high-debt-customers.ts";

export const analyses = {
  "age-distribution": ageDistribution,
  "debt-to-income": debtToIncome,
  "high-debt-customers": highDebtCustomers,
} as const;
