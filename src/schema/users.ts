import {
  categoryField,
  defineTable,
  flagField,
  idField,
  integerField,
  numberField,
  textField,
  usdField,
} from "./tables.ts";

export const users = defineTable({
  name: "users",
  grain: "one row per customer",
  key: "user_id",
  domain: ["age", "annual_income_usd", "credit_score", "total_debt_usd"],
  fields: {
    user_id: idField("Customer", "Key of the customer.", {
      aliases: [
        "id",
        "main_id",
        "client_id",
        "customer_id",
        "cust_id",
        "client",
        "customer",
        "user",
        "userid",
        "customerid",
        "clientid",
        "customer_no",
        "customer_number",
        "client_number",
        "client_no",
        "member_id",
      ],
    }),
    age: integerField("Age", "Age in years on the day of the file.", {
      aliases: ["current_age", "age_years", "customer_age", "client_age", "age_in_years"],
      possible: [0, 120],
      plausible: [18, 100],
    }),
    birth_year: integerField("Birth year", "Year of birth.", {
      aliases: ["year_of_birth", "yob", "birthyear"],
      possible: [1880, 2100],
    }),
    birth_month: integerField("Birth month", "Month of birth, 1 to 12.", {
      aliases: ["month_of_birth", "mob", "birthmonth"],
      possible: [1, 12],
    }),
    retirement_age: integerField("Retirement age", "Age at which the customer retires, in years.", {
      aliases: ["retire_age", "age_of_retirement", "planned_retirement_age"],
      possible: [0, 120],
    }),
    gender: categoryField("Gender", "As the file states it. Describes, never decides.", {
      aliases: ["sex"],
      categories: { Female: ["female", "f", "woman"], Male: ["male", "m", "man"] },
      open: true,
    }),
    employment_status: categoryField("Employment", "Stated employment status; never inferred.", {
      aliases: [
        "employment",
        "employment_state",
        "job_status",
        "occupation_status",
        "employment_type",
        "work_status",
      ],
      categories: {
        employed: ["employed", "fulltime", "employedfulltime", "working", "salaried"],
        part_time: ["parttime", "employedparttime"],
        self_employed: ["selfemployed", "freelance", "freelancer"],
        unemployed: ["unemployed", "jobless", "notemployed"],
        retired: ["retired", "pensioner"],
        student: ["student"],
      },
      open: true,
    }),
    annual_income_usd: usdField("Annual income", "Income of the customer in USD a year.", {
      aliases: [
        "yearly_income",
        "annual_income",
        "income",
        "yearly_income_person",
        "income_usd",
        "yearly_income_usd",
        "annual_salary",
        "salary",
        "income_per_year",
        "gross_income",
        "annual_income_person",
      ],
      plausible: [5_000, 10_000_000],
    }),
    area_income_usd: usdField("Area income", "Income per head where the customer lives, in USD a year.", {
      aliases: [
        "per_capita_income",
        "per_capita_income_zipcode",
        "per_capita_income_usd",
        "zipcode_income",
        "area_income",
      ],
    }),
    total_debt_usd: usdField("Total debt", "All debt of the customer in USD.", {
      aliases: ["total_debt", "debt", "debt_total", "debt_usd", "outstanding_debt", "total_outstanding_debt"],
      possible: [0, 1e12],
    }),
    credit_score: integerField("Credit score", "FICO-like score.", {
      aliases: ["fico_score", "fico", "score", "creditscore", "credit_rating", "bureau_score"],
      possible: [250, 950],
      plausible: [300, 850],
    }),
    card_count: integerField("Stated cards", "Number of cards as the customers file states it.", {
      aliases: [
        "num_credit_cards",
        "num_cards",
        "number_of_cards",
        "cards_count",
        "number_of_credit_cards",
        "no_of_cards",
      ],
      possible: [0, 10_000],
    }),
    latitude: numberField("Latitude", "Degrees north.", { aliases: ["lat"], possible: [-90, 90] }),
    longitude: numberField("Longitude", "Degrees east.", {
      aliases: ["lon", "lng", "long"],
      possible: [-180, 180],
    }),
    state: textField("State", "Stated, else from the state polygons where the coordinates allow one state.", {
      aliases: ["us_state", "state_code"],
    }),
    city: textField("City", "Only where the file states it.", { aliases: ["town"] }),
    nearest_place: textField(
      "Nearest place",
      "Label of the nearest known place to the coordinates; not a city.",
      {
        derived: true,
      },
    ),
    defaulted: flagField("Defaulted", "Outcome: whether the customer defaulted.", {
      aliases: ["default", "is_default", "default_flag", "has_defaulted", "in_default"],
    }),
    days_past_due: integerField("Days past due", "Days the customer is behind with payments.", {
      aliases: ["dpd", "days_late", "days_delinquent", "delinquency_days"],
      possible: [0, 36_500],
    }),
  },
});

export type UserColumn = keyof typeof users.fields & string;
