import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Explorer } from "../../src/explore/explorer.ts";
import type { Filter, Filters, Look } from "../../src/explore/look.ts";
import { wholePortfolio } from "../../src/explore/look.ts";
import { writeSample } from "../../src/sample/sample.ts";
import { hasShared, sources } from "../acceptance/shared.ts";

/** Portfolios that are unlike each other, by what they are. */
export const portfolios = ["sample", "damaged", ...(hasShared ? ["case study"] : [])] as const;

/** Opens a portfolio of these; what it was read from is gone. */
export async function open(name: string): Promise<Explorer> {
  if (name === "case study") return Explorer.open(sources["case-study"]);
  const folder = await mkdtemp(join(tmpdir(), "cardscope-explore-"));
  try {
    if (name === "damaged") return await Explorer.open(await writeDamaged(folder), { asOf: "2020-02-29" });
    const { users, cards } = await writeSample(folder, {
      customers: 400,
      seed: 7,
      format: "csv",
      brief: false,
    });
    return await Explorer.open([users, cards]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What may stand in a cell: missing and hostile values among them. */
const cell = {
  gender: ["Female", "Male", "", "O'Brien", "<script>alert(1)</script>"],
  employment: ["employed", "retired", "", "'; drop table users; --"],
  state: ["CA", "NY", "TX", ""],
  city: ["Springfield", "", "a%b_c!", "customer_profile"],
  age: ["17", "24", "37", "46", "58", "71", "", "many"],
  income: ["0", "4000", "24999", "61000", "99000", "150000", ""],
  debt: ["0", "900", "18000", "65000", "200000", ""],
  score: ["480", "590", "640", "702", "755", "830", ""],
  brand: ["Visa", "Amex", "", "=cmd()"],
  type: ["credit", "debit", "prepaid", "", "credit"],
  limit: ["0", "1000", "12000", ""],
  balance: ["-20", "0", "400", "9000", ""],
  opened: ["03/2008", "11/2016", "02/2020", "06/2020", ""],
  expires: ["01/2020", "02/2020", "03/2020", "12/2020", "07/2023", ""],
  chip: ["YES", "NO", ""],
  pin: ["2009", "2015", "2020", ""],
} as const;

/** Files with missing and doubtful values, cards of nobody, and customers without cards. */
async function writeDamaged(folder: string): Promise<[string, string]> {
  const random = numbers(11);
  const pick = (values: readonly string[]) => values[Math.floor(random() * values.length)] ?? "";
  const quoted = (values: readonly string[]) => values.map((v) => `"${v.replaceAll('"', '""')}"`).join(",");
  const users = Array.from({ length: 180 }, (_, i) => [
    `U${i + 1}`,
    pick(cell.age),
    "66",
    pick(cell.gender),
    pick(cell.employment),
    pick(cell.income),
    pick(cell.debt),
    pick(cell.score),
    pick(cell.state),
    pick(cell.city),
  ]);
  const cards = Array.from({ length: 420 }, (_, i) => [
    `C${i + 1}`,
    `U${1 + Math.floor(random() * 190)}`,
    pick(cell.brand),
    pick(cell.type),
    pick(cell.limit),
    pick(cell.balance),
    pick(cell.opened),
    pick(cell.expires),
    pick(cell.chip),
    pick(cell.pin),
  ]);
  const heads = [
    "user_id,age,retirement_age,gender,employment_status,annual_income,total_debt,credit_score,state,city",
    "card_id,user_id,brand,type,credit_limit,balance,opened,expires,has_chip,year_pin_last_changed",
  ];
  const files: [string, string] = [join(folder, "users.csv"), join(folder, "cards.csv")];
  for (const [i, rows] of [users, cards].entries())
    await writeFile(files[i] ?? "", [heads[i], ...rows.map(quoted)].join("\n"));
  return files;
}

/** Numbers from 0 to 1 that are the same in every run. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Looks at random: filters of customers and of cards, both grains, other days and thresholds. */
export function* looks(count: number, seed: number): Generator<Look> {
  const random = numbers(seed);
  const one = <T>(...values: readonly [T, ...T[]]): T =>
    values[Math.floor(random() * values.length)] ?? values[0];
  const makers: Readonly<Record<keyof Filters, () => Filter>> = {
    score: () => one<Filter>({ low: 600, high: null }, { low: 500, high: 700 }, { values: [null] }),
    age: () => one<Filter>({ low: 25, high: 60 }, { low: null, high: 40 }, { values: [null] }),
    income: () => ({ low: 20_000, high: 90_000 }),
    debt_to_income: () => one<Filter>({ low: 0.5, high: null }, { low: null, high: null }),
    utilisation: () => ({ low: null, high: 0.5 }),
    expiry: () => one<Filter>({ low: "2020-01", high: "2022-01" }, { values: [null] }),
    product: () => one<Filter>({ values: ["Visa~credit", "Amex~credit"] }, { values: ["~debit", null] }),
    state: () => one<Filter>({ values: ["CA", null] }, { values: ["TX"] }, { values: ["nowhere"] }),
    employment: () => ({ values: [one("employed", "retired", null)] }),
  };
  for (let i = 0; i < count; i++) {
    const chosen = Object.entries(makers).filter(() => random() < 0.2);
    yield {
      ...wholePortfolio,
      grain: i % 2 === 0 ? "customers" : "cards",
      filters: Object.fromEntries(chosen.map(([id, make]) => [id, make()])),
      ...(random() < 0.4 && { asOf: one("2019-12-31", "2021-03-01", "2020-02-29") }),
      ...(random() < 0.4 && {
        settings: { "premium.score_min": 640, "security.pin_years": 3, "small.customers": one(1, 5, 100) },
      }),
    };
  }
}
