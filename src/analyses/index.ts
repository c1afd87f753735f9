// Written by `npm run gen` from the files of this folder.
import accountsOpened from "./accounts-opened.ts";
import ageDistribution from "./age-distribution.ts";
import cardSecurity from "./card-security.ts";
import cardsByBrandAndType from "./cards-by-brand-and-type.ts";
import cardsPerCustomer from "./cards-per-customer.ts";
import creditScoreBands from "./credit-score-bands.ts";
import customersByCity from "./customers-by-city.ts";
import customersByState from "./customers-by-state.ts";
import customersWithSeveralCards from "./customers-with-several-cards.ts";
import debtTiers from "./debt-tiers.ts";
import debtToIncome from "./debt-to-income.ts";
import employmentStatus from "./employment-status.ts";
import genderRatio from "./gender-ratio.ts";
import highDebtCustomers from "./high-debt-customers.ts";
import incomeDistribution from "./income-distribution.ts";
import retirementHorizon from "./retirement-horizon.ts";
import riskMatrix from "./risk-matrix.ts";

export const analyses = {
  "accounts-opened": accountsOpened,
  "age-distribution": ageDistribution,
  "card-security": cardSecurity,
  "cards-by-brand-and-type": cardsByBrandAndType,
  "cards-per-customer": cardsPerCustomer,
  "credit-score-bands": creditScoreBands,
  "customers-by-city": customersByCity,
  "customers-by-state": customersByState,
  "customers-with-several-cards": customersWithSeveralCards,
  "debt-tiers": debtTiers,
  "debt-to-income": debtToIncome,
  "employment-status": employmentStatus,
  "gender-ratio": genderRatio,
  "high-debt-customers": highDebtCustomers,
  "income-distribution": incomeDistribution,
  "retirement-horizon": retirementHorizon,
  "risk-matrix": riskMatrix,
} as const;
