/** Made-up files in the shapes of public credit data, with their headers, codes and notations. */

/** mulberry32: the same numbers on every machine. */
export function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Cells = readonly (string | number)[];
export const csvOf = (rows: readonly Cells[]): string =>
  rows
    .map((row) =>
      row
        .map((cell) => (/[",\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : cell))
        .join(","),
    )
    .join("\n")
    .concat("\n");

const pick = <T>(from: readonly T[], draw: number): T => from[Math.floor(draw * from.length)] as T;
const chance = (logit: number, draw: number) => draw < 1 / (1 + Math.exp(-logit));

/** Unnamed index, NA, 96 and 98 for "not known" in counts of late payments, utilisation far above 1. */
export function giveMeSomeCredit(rows: number, seed = 1): Cells[] {
  const next = draws(seed);
  const header = [
    "",
    "SeriousDlqin2yrs",
    "RevolvingUtilizationOfUnsecuredLines",
    "age",
    "NumberOfTime30-59DaysPastDueNotWorse",
    "DebtRatio",
    "MonthlyIncome",
    "NumberOfOpenCreditLinesAndLoans",
    "NumberOfTimes90DaysLate",
    "NumberOfDependents",
  ];
  return [
    header,
    ...Array.from({ length: rows }, (_, i): Cells => {
      const used = next() < 0.002 ? Math.round(1000 + next() * 49_708) : next() ** 2 * 1.1;
      const late = next() < 0.1 ? 1 + Math.floor(next() * 6) : 0;
      const code = next();
      const isCode = code < 0.01;
      const coded = code < 0.001 ? 96 : 98;
      const income = next() < 0.2 ? "NA" : Math.round(1000 + next() ** 2 * 12_000);
      const bad = chance(-3.2 + 2 * Math.min(used, 1.2) + 0.8 * late + (isCode ? 1.5 : 0), next()) ? 1 : 0;
      return [
        i + 1,
        bad,
        used.toFixed(9),
        21 + Math.floor(next() * 70),
        isCode ? coded : late,
        income === "NA" ? Math.round(next() * 5000) : (next() * 2).toFixed(6),
        income,
        Math.floor(next() * 20),
        isCode ? coded : Math.floor(late / 3),
        next() < 0.03 ? "NA" : Math.floor(next() * 4),
      ];
    }),
  ];
}

/** Bad and Good, no key, -9, -8 and -7 for three kinds of missing. */
export function heloc(rows: number, seed = 2): Cells[] {
  const next = draws(seed);
  const header = [
    "RiskPerformance",
    "ExternalRiskEstimate",
    "MSinceOldestTradeOpen",
    "NumSatisfactoryTrades",
    "MSinceMostRecentDelq",
    "NetFractionRevolvingBurden",
  ];
  return [
    header,
    ...Array.from({ length: rows }, (): Cells => {
      const isAbsent = next() < 0.05;
      const score = Math.round(45 + next() * 49);
      const burden = Math.round(next() ** 1.5 * 130);
      const bad = chance(-0.08 * (score - 70) + 0.012 * (burden - 35), next());
      if (isAbsent) return [bad ? "Bad" : "Good", -9, -9, -9, -9, -9];
      const delinquent = next();
      return [
        bad ? "Bad" : "Good",
        score,
        next() < 0.02 ? -8 : Math.round(20 + next() * 400),
        Math.round(next() * 60),
        delinquent < 0.4 ? -7 : delinquent < 0.45 ? -8 : Math.round(next() * 83),
        next() < 0.02 ? -8 : burden,
      ];
    }),
  ];
}

/** Percent signs, units, words for the outcome, months, places, and columns that are known only afterwards. */
export function lendingClub(rows: number, seed = 3): Cells[] {
  const next = draws(seed);
  const header = [
    "id",
    "member_id",
    "loan_amnt",
    "term",
    "int_rate",
    "grade",
    "emp_title",
    "emp_length",
    "home_ownership",
    "annual_inc",
    "issue_d",
    "loan_status",
    "purpose",
    "zip_code",
    "addr_state",
    "dti",
    "revol_util",
    "total_pymnt",
    "recoveries",
    "last_pymnt_d",
    "hardship_flag",
    "desc",
  ];
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const lengths = ["< 1 year", "1 year", "2 years", "5 years", "9 years", "10+ years", "n/a"];
  return [
    header,
    ...Array.from({ length: rows }, (_, i): Cells => {
      const amount = 1000 * (1 + Math.floor(next() * 35));
      const rate = 5 + next() * 20;
      const util = next() * 1.05;
      const bad = chance(-3.4 + 0.11 * rate + 0.7 * util, next());
      const isLate = next() < 0.03;
      return [
        1_000_000 + i,
        2_000_000 + i,
        amount,
        next() < 0.7 ? " 36 months" : " 60 months",
        `${rate.toFixed(2)}%`,
        pick(["A", "B", "C", "D", "E"], next()),
        `worker ${i}`,
        pick(lengths, next()),
        pick(["RENT", "OWN", "MORTGAGE"], next()),
        Math.round(20_000 + next() ** 2 * 150_000),
        `${pick(months, next())}-${2013 + Math.floor(next() * 4)}`,
        isLate ? "Late (31-120 days)" : bad ? "Charged Off" : "Fully Paid",
        pick(["car", "credit_card", "debt_consolidation", "house"], next()),
        `${100 + Math.floor(next() * 800)}xx`,
        pick(["CA", "NY", "TX", "FL"], next()),
        (next() * 35).toFixed(2),
        next() < 0.01 ? "" : `${(util * 100).toFixed(1)}%`,
        bad ? (amount * next()).toFixed(2) : (amount * 1.2).toFixed(2),
        bad ? (amount * 0.1 * next() + 1).toFixed(2) : 0,
        `${pick(months, next())}-2017`,
        bad && next() < 0.2 ? "Y" : "N",
        `my loan number ${i} is for things`,
      ];
    }),
  ];
}

/** The outcome is 1 or 2, sex and marital status are one column, words for bands. */
export function german(rows: number, seed = 4): Cells[] {
  const next = draws(seed);
  const header = [
    "checking_status",
    "duration",
    "credit_history",
    "credit_amount",
    "employment",
    "personal_status",
    "residence_since",
    "age",
    "job",
    "own_telephone",
    "foreign_worker",
    "class",
  ];
  return [
    header,
    ...Array.from({ length: rows }, (): Cells => {
      const status = pick(["<0", "0<=X<200", ">=200", "no checking"], next());
      const duration = 4 + Math.floor(next() * 60);
      const bad = chance(
        -2 + (status === "<0" ? 1.5 : status === "no checking" ? -1 : 0) + 0.035 * duration,
        next(),
      );
      return [
        status,
        duration,
        pick(["critical", "existing paid", "all paid"], next()),
        Math.round(250 + next() ** 2 * 15_000),
        pick(["unemployed", "<1", "1<=X<4", "4<=X<7", ">=7"], next()),
        pick(["male single", "female div/dep/mar", "male mar/wid"], next()),
        1 + Math.floor(next() * 4),
        19 + Math.floor(next() * 55),
        pick(["skilled", "unskilled resident", "high qualif"], next()),
        pick(["none", "yes"], next()),
        next() < 0.9 ? "yes" : "no",
        bad ? 2 : 1,
      ];
    }),
  ];
}
