// Written by `npm run gen` from the files of this folder.
import accountsOpened from "./accounts-opened.ts";
import ageDistribution from "./age-distribution.ts";
import audienceMembers from "./audience-members.ts";
import cardExpiry from "./card-expiry.ts";
import cardSecurity from "./card-security.ts";
import cardsByBrandAndType from "./cards-by-brand-and-type.ts";
import cardsPerCustomer from "./cards-per-customer.ts";
import correlations from "./correlations.ts";
import creditScoreBands from "./credit-score-bands.ts";
import customersByCity from "./customers-by-city.ts";
import customersByState from "./customers-by-state.ts";
import customersWithSeveralCards from "./customers-with-several-cards.ts";
import debtTiers from "./debt-tiers.ts";
import debtToIncome from "./debt-to-income.ts";
import employmentStatus from "./employment-status.ts";
import expiringCards from "./expiring-cards.ts";
import expiryCalendar from "./expiry-calendar.ts";
import genderRatio from "./gender-ratio.ts";
import highDebtCustomers from "./high-debt-customers.ts";
import highRiskCustomers from "./high-risk-customers.ts";
import incomeDistribution from "./income-distribution.ts";
import marketingAudiences from "./marketing-audiences.ts";
import numericSummary from "./numeric-summary.ts";
import offerCandidates from "./offer-candidates.ts";
import offers from "./offers.ts";
import ownershipBySegment from "./ownership-by-segment.ts";
import portfolioSummary from "./portfolio-summary.ts";
import ratesBySegment from "./rates-by-segment.ts";
import retirementHorizon from "./retirement-horizon.ts";
import riskMatrix from "./risk-matrix.ts";
import selectionFairness from "./selection-fairness.ts";
import utilisation from "./utilisation.ts";

export const analyses = {
  "accounts-opened": accountsOpened,
  "age-distribution": ageDistribution,
  "audience-members": audienceMembers,
  "card-expiry": cardExpiry,
  "card-security": cardSecurity,
  "cards-by-brand-and-type": cardsByBrandAndType,
  "cards-per-customer": cardsPerCustomer,
  correlations,
  "credit-score-bands": creditScoreBands,
  "customers-by-city": customersByCity,
  "customers-by-state": customersByState,
  "customers-with-several-cards": customersWithSeveralCards,
  "debt-tiers": debtTiers,
  "debt-to-income": debtToIncome,
  "employment-status": employmentStatus,
  "expiring-cards": expiringCards,
  "expiry-calendar": expiryCalendar,
  "gender-ratio": genderRatio,
  "high-debt-customers": highDebtCustomers,
  "high-risk-customers": highRiskCustomers,
  "income-distribution": incomeDistribution,
  "marketing-audiences": marketingAudiences,
  "numeric-summary": numericSummary,
  "offer-candidates": offerCandidates,
  offers,
  "ownership-by-segment": ownershipBySegment,
  "portfolio-summary": portfolioSummary,
  "rates-by-segment": ratesBySegment,
  "retirement-horizon": retirementHorizon,
  "risk-matrix": riskMatrix,
  "selection-fairness": selectionFairness,
  utilisation,
} as const;
