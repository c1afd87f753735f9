import { type Card, card, type Portfolio, type User, user } from "./portfolio.ts";

/**
 * A portfolio whose customers and cards sit on the edges of the definitions, seen on the leap day 2020-02-29.
 * What is expected of it is worked out in reference.ts or by hand, never copied from a result.
 */

const ordinary: Partial<User> = {
  age: 40,
  retirement_age: 66,
  gender: "Female",
  employment_status: "employed",
  annual_income_usd: 40_000,
  area_income_usd: 20_000,
  total_debt_usd: 20_000,
  credit_score: 700,
  state: "CA",
  city: "Fresno",
  defaulted: false,
};
const credit: Partial<Card> = {
  brand: "Visa",
  type: "credit",
  credit_limit_usd: 10_000,
  balance_usd: 2_000,
  opened_on: "2010-05-01",
  expires_on: "2023-08-01",
  has_chip: true,
  pin_changed_year: 2015,
  on_dark_web: false,
};
const debit: Partial<Card> = { ...credit, type: "debit", brand: "Mastercard", balance_usd: 0 };

export const users: readonly User[] = [
  // exactly on the bounds: debt to income 0.5 is not high, score 700 and income 50,000 are not premium
  user(1, ordinary),
  user(2, { ...ordinary, annual_income_usd: 50_000, credit_score: 701, age: 34, gender: "Male" }),
  user(3, { ...ordinary, annual_income_usd: 50_001, credit_score: 700, age: 35, total_debt_usd: 18_000.36 }),
  user(4, { ...ordinary, annual_income_usd: 50_001, credit_score: 701, age: 24, total_debt_usd: 30_000 }),
  // a score of 580 is fair, 670 good; debt above a year's income makes 669 high risk, exactly one year's does not
  user(5, { ...ordinary, credit_score: 579, total_debt_usd: 0, state: "NY", city: null, gender: "Male" }),
  user(6, { ...ordinary, credit_score: 580, total_debt_usd: 40_000, state: "NY", age: 25 }),
  user(7, { ...ordinary, credit_score: 669, total_debt_usd: 40_001, gender: "Male", age: 62 }),
  user(8, { ...ordinary, credit_score: 670, total_debt_usd: 60_000, gender: "Male", age: 61 }),
  // assistance: 599 and more than 0.6 of income; an income of 1 dollar is no true figure
  user(9, { ...ordinary, credit_score: 599, total_debt_usd: 24_000 }),
  user(10, { ...ordinary, credit_score: 599, total_debt_usd: 24_001, age: 58, defaulted: true }),
  user(11, { ...ordinary, credit_score: 480, annual_income_usd: 1, total_debt_usd: 100, area_income_usd: 0 }),
  user(12, { ...ordinary, annual_income_usd: 0, total_debt_usd: 5_000, credit_score: 739 }),
  // retired by age, retired by status, at work past the retirement age, one year to go, under 18
  user(13, { ...ordinary, age: 66, employment_status: null, credit_score: 740, annual_income_usd: 24_999 }),
  user(14, { ...ordinary, age: 50, employment_status: "retired", credit_score: 800 }),
  user(15, { ...ordinary, age: 70, credit_score: 799, annual_income_usd: 25_000 }),
  user(16, { ...ordinary, age: 65, employment_status: null, annual_income_usd: 100_000, credit_score: 850 }),
  user(17, {
    ...ordinary,
    age: 17,
    employment_status: "student",
    annual_income_usd: 5_000,
    total_debt_usd: 0,
  }),
  user(18, { ...ordinary, age: 18, annual_income_usd: 75_000, credit_score: 760, state: null, city: null }),
  // nothing is known of one, and only half of others
  user(19),
  user(20, { ...ordinary, annual_income_usd: null, gender: null }),
  user(21, { ...ordinary, total_debt_usd: null, age: null, defaulted: null }),
  user(22, { ...ordinary, credit_score: null, retirement_age: null, employment_status: null }),
  // good customers for the credit line review
  user(23, { ...ordinary, credit_score: 720, annual_income_usd: 60_000, total_debt_usd: 30_000, age: 57 }),
  user(24, { ...ordinary, credit_score: 720, annual_income_usd: 60_000, total_debt_usd: 30_000, age: 45 }),
  user(25, { ...ordinary, credit_score: 699, annual_income_usd: 90_000, total_debt_usd: 90_000, age: 55 }),
  // at high risk by both rules, with a known utilisation
  user(26, { ...ordinary, credit_score: 500, total_debt_usd: 80_000, defaulted: true }),
];

export const cards: readonly Card[] = [
  // expires on the night of the as-of day: still valid, this month, renewed soon
  card(100, 1, { ...credit, expires_on: "2020-02-01" }),
  // the last day of January is before it: expired; its balance stands apart
  card(101, 1, { ...credit, expires_on: "2020-01-01", balance_usd: 700 }),
  // the last day within twelve months, and the first beyond
  card(102, 2, { ...credit, expires_on: "2021-01-01", brand: "Amex" }),
  card(103, 2, { ...debit, expires_on: "2021-02-01", has_chip: false }),
  // the renewal window: the as-of month and two more
  card(104, 3, { ...debit, expires_on: "2020-04-01", has_chip: false, pin_changed_year: 2012 }),
  card(105, 3, { ...debit, expires_on: "2020-05-01", pin_changed_year: 2013 }),
  // expires in the month it was opened
  card(106, 4, { ...credit, opened_on: "2020-02-01", expires_on: "2020-02-01" }),
  card(107, 4, { ...credit, opened_on: "2012-01-01", credit_limit_usd: 4_000, balance_usd: 2_000 }),
  // opened after the as-of day: later, but not valid
  card(108, 5, { ...credit, opened_on: "2020-03-01" }),
  // credit cards on file, all expired
  card(109, 6, { ...credit, expires_on: "2019-12-01", balance_usd: 50 }),
  card(110, 6, { ...debit, expires_on: "2019-12-01", balance_usd: 5 }),
  card(111, 8, { ...credit, expires_on: "2018-06-01", balance_usd: null }),
  // debit and prepaid only
  card(112, 7, debit),
  card(113, 8, { ...debit, type: "prepaid", credit_limit_usd: 60 }),
  card(114, 16, { ...debit, on_dark_web: true }),
  card(115, 23, { ...debit, type: "prepaid" }),
  // utilisation: a negative balance counts 0, a zero limit with a balance, with none, exactly 100 %, above, missing
  card(116, 9, { ...credit, balance_usd: -300 }),
  card(117, 10, { ...credit, credit_limit_usd: 0, balance_usd: 10 }),
  card(118, 11, { ...credit, credit_limit_usd: 0, balance_usd: 0 }),
  card(119, 12, { ...credit, balance_usd: 10_000 }),
  card(120, 13, { ...credit, balance_usd: 10_000.5 }),
  card(121, 14, { ...credit, balance_usd: null }),
  card(122, 14, credit),
  card(123, 15, { ...credit, balance_usd: -100, credit_limit_usd: 5_000 }),
  card(124, 15, { ...credit, balance_usd: 500, credit_limit_usd: 5_000, expires_on: null }),
  card(125, 15, { ...credit, balance_usd: 500, credit_limit_usd: 5_000 }),
  card(126, 18, { ...credit, credit_limit_usd: null }),
  // the credit line review: 0.5 used; too recent; just under and at 30 % of income; opening month unknown
  card(127, 24, { ...credit, credit_limit_usd: 17_999, balance_usd: 9_000 }),
  card(128, 25, { ...credit, credit_limit_usd: 18_000, balance_usd: 9_000 }),
  card(129, 23, { ...credit, credit_limit_usd: 17_000, balance_usd: 9_000, opened_on: "2019-03-01" }),
  card(130, 20, { ...credit, opened_on: null }),
  card(135, 26, { ...credit, credit_limit_usd: 5_000, balance_usd: 1_500 }),
  // nothing is known of it
  card(131, 17),
  card(132, 17, { type: "debit", expires_on: "2022-01-01" }),
  // no such customer
  card(133, 999, { ...credit, expires_on: "2020-06-01" }),
  card(134, 999, { ...debit, brand: "Jcb" }),
];

export const fixture: Portfolio = { users, cards };
