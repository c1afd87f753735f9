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
import defaultBands from "./default-bands.ts";
import defaultCutOffs from "./default-cut-offs.ts";
import defaultScores from "./default-scores.ts";
import defaultWatchlist from "./default-watchlist.ts";
import employmentStatus from "./employment-status.ts";
import expectedLoss from "./expected-loss.ts";
import expectedLossSensitivity from "./expected-loss-sensitivity.ts";
import expiringCards from "./expiring-cards.ts";
import expiryCalendar from "./expiry-calendar.ts";
import genderRatio from "./gender-ratio.ts";
import highDebtCustomers from "./high-debt-customers.ts";
import highRiskCustomers from "./high-risk-customers.ts";
import incomeDistribution from "./income-distribution.ts";
import marketingAudiences from "./marketing-audiences.ts";
import modelCalibration from "./model-calibration.ts";
import modelCharacteristics from "./model-characteristics.ts";
import modelFairness from "./model-fairness.ts";
import modelGains from "./model-gains.ts";
import modelInputs from "./model-inputs.ts";
import modelValidation from "./model-validation.ts";
import numericSummary from "./numeric-summary.ts";
import offerCandidates from "./offer-candidates.ts";
import offers from "./offers.ts";
import ownershipBySegment from "./ownership-by-segment.ts";
import portfolioSummary from "./portfolio-summary.ts";
import ratesBySegment from "./rates-by-segment.ts";
import retirementHorizon from "./retirement-horizon.ts";
import riskMatrix from "./risk-matrix.ts";
import segments from "./segments.ts";
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
  "default-bands": defaultBands,
  "default-cut-offs": defaultCutOffs,
  "default-scores": defaultScores,
  "default-watchlist": defaultWatchlist,
  "employment-status": employmentStatus,
  "expected-loss": expectedLoss,
  "expected-loss-sensitivity": expectedLossSensitivity,
  "expiring-cards": expiringCards,
  "expiry-calendar": expiryCalendar,
  "gender-ratio": genderRatio,
  "high-debt-customers": highDebtCustomers,
  "high-risk-customers": highRiskCustomers,
  "income-distribution": incomeDistribution,
  "marketing-audiences": marketingAudiences,
  "model-calibration": modelCalibration,
  "model-characteristics": modelCharacteristics,
  "model-fairness": modelFairness,
  "model-gains": modelGains,
  "model-inputs": modelInputs,
  "model-validation": modelValidation,
  "numeric-summary": numericSummary,
  "offer-candidates": offerCandidates,
  offers,
  "ownership-by-segment": ownershipBySegment,
  "portfolio-summary": portfolioSummary,
  "rates-by-segment": ratesBySegment,
  "retirement-horizon": retirementHorizon,
  "risk-matrix": riskMatrix,
  segments,
  "selection-fairness": selectionFairness,
  utilisation,
} as const;
