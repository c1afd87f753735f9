import { type Random, runningTotals } from "../risk/random.ts";
import { monthNumber, monthOfYear, SNAPSHOT, yearOf } from "./calendar.ts";
import { incomeFactors, places } from "./places.ts";

export type Employment = "Employed" | "Self-Employed" | "Unemployed" | "Retired" | "Student";

/** A customer before cards and debts. */
export interface Person {
  readonly user_id: number;
  readonly age: number;
  readonly gender: "Female" | "Male";
  readonly birth_year: number;
  readonly birth_month: number;
  readonly retirement_age: number;
  readonly employment: Employment;
  readonly income_usd: number;
  readonly credit_score: number;
  readonly latitude_hundredths: number;
  readonly longitude_hundredths: number;
  readonly state: string;
  /** Standard normal: how readily this customer lives on credit. Never written. */
  readonly appetite: number;
}

const YOUNGEST = 18;
const OLDEST = 90;

const clamp = (low: number, high: number, value: number): number => Math.min(high, Math.max(low, value));

/** Rises to 28, level to 60, then falls to a twelfth at 90. */
const ageTotals = runningTotals(
  Array.from({ length: OLDEST - YOUNGEST + 1 }, (_, i) => {
    const age = YOUNGEST + i;
    if (age < 28) return 0.5 + 0.05 * (age - YOUNGEST);
    return age <= 60 ? 1 : 1 - (11 / 12) * ((age - 60) / 30);
  }),
);

/** Weights of retiring at 60, 61, … 70. */
const retirementTotals = runningTotals([6, 5, 14, 8, 8, 20, 13, 14, 5, 3, 4]);
const placeTotals = runningTotals(places.map((place) => place.weight));

/** Median of income above its floor before age and place, and the standard deviation of its logarithm. */
const incomeModel: Readonly<Record<Employment, readonly [median: number, spread: number]>> = {
  Employed: [55_000, 0.5],
  "Self-Employed": [50_000, 0.7],
  Unemployed: [10_000, 0.5],
  Retired: [28_000, 0.5],
  Student: [8_000, 0.5],
};
const INCOME_FLOOR = 5_000;

export function drawPerson(user_id: number, random: Random): Person {
  const age = YOUNGEST + random.pick(ageTotals);
  const birth_month = random.between(1, 12);
  const birth_year = yearOf(SNAPSHOT) - age - (birth_month > monthOfYear(SNAPSHOT) ? 1 : 0);
  const retirement_age = 60 + random.pick(retirementTotals);
  const gender = random.chance(0.51) ? "Female" : "Male";
  const place = places[random.pick(placeTotals)];
  if (place === undefined) throw new Error("no place for a customer");
  const distance = place.spread * random.uniform();
  const angle = 2 * Math.PI * random.uniform();
  const employment = drawEmployment(age, retirement_age, random);
  const income_usd = drawIncome(age, employment, place.state, random);
  const appetite = random.normal();
  const credit_score = drawScore(age, income_usd, appetite, random);
  return {
    user_id,
    age,
    gender,
    birth_year,
    birth_month,
    retirement_age,
    employment,
    income_usd,
    credit_score,
    latitude_hundredths: Math.round(100 * (place.latitude + distance * Math.cos(angle))),
    longitude_hundredths: Math.round(100 * (place.longitude + distance * Math.sin(angle))),
    state: place.state,
    appetite,
  };
}

/** The month in which the customer came of age. */
export const comingOfAge = (person: Person): number =>
  monthNumber(person.birth_year + 18, person.birth_month);

function drawEmployment(age: number, retirementAge: number, random: Random): Employment {
  const draw = random.uniform();
  if (age >= retirementAge) return draw < 0.93 ? "Retired" : draw < 0.98 ? "Employed" : "Self-Employed";
  const student = age < 25 ? 0.6 - 0.075 * (age - YOUNGEST) : age < 35 ? 0.03 : 0;
  if (draw < student) return "Student";
  const unemployed = age < 25 ? 0.08 : 0.05;
  if (draw < student + unemployed) return "Unemployed";
  const selfEmployed = clamp(0.03, 0.15, 0.003 * (age - 10));
  return draw < student + unemployed + selfEmployed ? "Self-Employed" : "Employed";
}

/** Log-normal above a floor, so that no income is implausibly low and none piles up at the floor. */
function drawIncome(age: number, employment: Employment, state: string, random: Random): number {
  const [median, spread] = incomeModel[employment];
  const working = employment === "Employed" || employment === "Self-Employed";
  const career = working ? -0.6 * ((clamp(YOUNGEST, 70, age) - 50) / 30) ** 2 : 0;
  const income = median * (incomeFactors[state] ?? 1) * Math.exp(career + spread * random.normal());
  return Math.round(INCOME_FLOOR + Math.min(income, 3_000_000));
}

/** Mean about 700, standard deviation about 75, with the longer tail below. */
function drawScore(age: number, income: number, appetite: number, random: Random): number {
  const byIncome = clamp(-3, 3, (Math.log(income) - 10.75) / 0.65);
  const byAge = (age - 50) / 18;
  const x = 0.3 * byIncome + 0.25 * byAge - 0.5 * appetite + 0.74 * random.normal();
  return clamp(300, 850, Math.round(702 + 75 * (x - 0.1 * (x * x - 1))));
}
