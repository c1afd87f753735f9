import { expect, test } from "vitest";
import { barredHeader, barredWords } from "../../src/schema/barred.ts";

test.each([
  ["gender", ["SEX", "Gender", "CODE_GENDER", "is_male", "x2_sex"]],
  [
    "marital status",
    ["MARRIAGE", "Marital Status", "MaritalStatus", "NAME_FAMILY_STATUS", "married", "personal_status"],
  ],
  [
    "age",
    [
      "AGE",
      "age",
      "Customer_Age",
      "age_in_years",
      "AgeYears",
      "current_age",
      "age_band",
      "Age at application",
    ],
  ],
  ["birth date", ["DAYS_BIRTH", "date_of_birth", "dob", "birth_year", "BirthMonth"]],
  ["retirement", ["retirement_age", "is_retired", "years_to_retirement", "pensioner"]],
  [
    "employment status",
    [
      "employment_status",
      "Employment",
      "EmploymentStatus",
      "Self_Employed",
      "NAME_INCOME_TYPE",
      "emp_type",
      "unemployed",
    ],
  ],
  ["area income", ["per_capita_income", "Per Capita Income - Zipcode", "area_income", "zip_income"]],
  [
    "place",
    [
      "latitude",
      "LON",
      "city",
      "State",
      "addr_state",
      "zip_code",
      "ZipCode",
      "postcode",
      "country",
      "REGION_RATING_CLIENT",
      "nearest_place",
    ],
  ],
  [
    "race, religion or nationality",
    ["race", "Ethnicity", "religion", "nationality", "foreign_worker", "citizenship"],
  ],
])("%s", (meaning, headers) => {
  for (const header of headers) expect([header, barredHeader(header)]).toEqual([header, meaning]);
});

test.each([
  "average_balance",
  "age_of_oldest_account",
  "AverageMInFile",
  "account_age",
  "avg_age_of_trades",
  "credit_age_months",
  "OWN_CAR_AGE",
  "months_since_last_delinquency",
  "MSinceOldestTradeOpen",
  "stage",
  "stated_income",
  "account_state",
  "payment_status",
  "loan_status",
  "EmploymentLength",
  "emp_length",
  "months_employed",
  "DAYS_EMPLOYED",
  "years_at_job",
  "emp_title",
  "mortgage",
  "percentage",
  "usage",
  "RevolvingUtilizationOfUnsecuredLines",
  "NumberOfDependents",
  "annual_income",
  "credit_score",
  "long_term_debt",
  "capacity",
  "unisex_flag",
  "single_payment",
  "PAY_0",
  "LIMIT_BAL",
  "EDUCATION",
  "home_ownership",
  "days_past_due",
  "years_at_residence",
  "embrace",
  "trace_count",
])("%s is not barred", (header) => expect(barredHeader(header)).toBeUndefined());

test("a column of words is known by its values, whatever its header", () => {
  expect(barredWords(["F", "M"])).toBe("gender");
  expect(barredWords(["divorced", "married", "single"])).toBe("marital status");
  expect(barredWords(["Retired", "Self-employed", "Unemployed"])).toBe("employment status");
  expect(barredWords(["Rural", "Semiurban", "Urban"])).toBe("place");
  expect(barredWords(["individual", "joint"])).toBeUndefined();
  expect(barredWords(["A", "F", "M"])).toBeUndefined();
  expect(barredWords(["single", "other"])).toBeUndefined();
});
