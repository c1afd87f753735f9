import { readColumns } from "../engines/columns.ts";
import type { DuckDBEngine } from "../engines/duckdb.ts";
import type { Borrowers, Grouping, InputColumn, LeftOut } from "../risk/borrowers.ts";
import { barredColumns } from "../schema/barred.ts";
import type { Input, Inputs } from "../schema/inputs.ts";
import { literal, raw, sql } from "../sql/statement.ts";
import type { View } from "./build.ts";

/** What a model may learn from a portfolio. Nothing that never decides is among it. */
interface Candidate {
  /** A column of customer_profile, so that a model's SQL runs over it as it stands. */
  readonly name: string;
  /** As a sentence names it. */
  readonly label: string;
  /** Without these the column is not there. */
  readonly needs: readonly Input[];
  /** Whether a customer can change it. */
  readonly isActionable?: true;
}

const column = (
  name: string,
  label: string,
  needs: readonly Input[],
  options: { isActionable?: true } = {},
): Candidate => ({ name, label, needs, ...options });
const credit: readonly Input[] = ["cards.type", "validity"];

export const candidates: readonly Candidate[] = [
  column("utilisation", "utilisation", ["utilisation"], { isActionable: true }),
  column("debt_to_income", "debt to income", ["debt_to_income"], { isActionable: true }),
  column("credit_score", "credit score", ["users.credit_score"]),
  column("annual_income_usd", "annual income", ["users.annual_income_usd"]),
  column("total_debt_usd", "total debt", ["users.total_debt_usd"], { isActionable: true }),
  column("credit_limit_valid_usd", "credit limit", ["cards.credit_limit_usd", ...credit]),
  column("balance_valid_usd", "balance", ["cards.balance_usd", ...credit], { isActionable: true }),
  column("cards", "cards", []),
  column("credit_cards", "credit cards", ["cards.type"]),
  column("valid_credit_cards", "valid credit cards", credit),
  column("months_since_first_credit_card", "months since the first valid credit card", [
    "cards.opened_on",
    ...credit,
  ]),
  column("days_past_due", "days past due", ["users.days_past_due"], { isActionable: true }),
];

/** Those that the files allow. */
export const candidatesOf = (inputs: Inputs): readonly Candidate[] =>
  candidates.filter(({ needs }) => needs.every((input) => inputs.has(input)));

/** Labels of the candidates, and which of them a customer can change. */
export const inputLabels: ReadonlyMap<string, { readonly label: string; readonly isActionable: boolean }> =
  new Map(
    candidates.map(({ name, label, isActionable }) => [name, { label, isActionable: isActionable === true }]),
  );

/** A portfolio as it is learnt from and scored: a row per customer, by key. */
export interface PortfolioBorrowers extends Borrowers {
  /** By row: 1 for a default, 0 for none, -1 where it is not known. Undefined without such a column. */
  readonly outcome: Int8Array | undefined;
  /** Columns of the files that are no inputs. */
  readonly leftOut: readonly LeftOut[];
}

/** What never decides, for comparisons alone. Gender is read as groups in any case. */
const barredCandidates: readonly Candidate[] = [
  column("age", "age", ["users.age"]),
  column("birth_year", "birth year", ["users.birth_year"]),
  column("retirement_age", "retirement age", ["users.retirement_age"]),
  column("area_income_usd", "area income", ["users.area_income_usd"]),
  column("latitude", "latitude", ["users.latitude"]),
  column("longitude", "longitude", ["users.longitude"]),
];

/**
 * Reads the customers of an open portfolio from `customer_profile`, with the inputs that its files allow; with
 * `allInputs` also what never decides, to see what leaving it out costs; with `among` those whose row ids are in that
 * table.
 */
export async function borrowersOf(
  engine: DuckDBEngine,
  { inputs, values }: Pick<View, "inputs" | "values">,
  { allInputs = false, among }: { readonly allInputs?: boolean; readonly among?: string } = {},
): Promise<PortfolioBorrowers> {
  const found = [...candidates, ...(allInputs ? barredCandidates : [])].filter(({ needs }) =>
    needs.every((input) => inputs.has(input)),
  );
  const genders = await gendersOf(engine, inputs);
  const split = values.fairness.age_split;
  const whens = genders.map((gender, i) => `when ${literal(gender)} then ${i}`).join(" ");
  const { keys, numbers } = await readColumns(
    engine,
    "user_id",
    [
      "case when defaulted then 1 when not defaulted then 0 end",
      genders.length === 0 ? "null" : `case gender ${whens} end`,
      `case when age < ${split} then 0 when age >= ${split} then 1 end`,
      ...found.map(({ name }) => name),
    ],
    `customer_profile ${among === undefined ? "" : `where rowid in (select customer from ${among}) `}order by user_id`,
  );
  const [outcome = new Float64Array(), gender, age, ...columns] = numbers;
  const groupings: Grouping[] = [];
  if (gender !== undefined && inputs.has("users.gender"))
    groupings.push({ dimension: "gender", groups: genders, values: places(gender) });
  if (age !== undefined && inputs.has("users.age"))
    groupings.push({
      dimension: "age_group",
      groups: [`under ${split}`, `${split} and over`],
      values: places(age),
    });
  return {
    rows: keys.length,
    keys,
    inputs: [
      ...found.map(
        ({ name }, i): InputColumn => ({
          name,
          kind: "number",
          values: columns[i] ?? new Float64Array(keys.length),
          codes: [],
        }),
      ),
      ...(allInputs && gender !== undefined && inputs.has("users.gender")
        ? [{ name: "gender", kind: "category", levels: genders, values: places(gender) } as const]
        : []),
    ],
    groupings,
    outcome: inputs.has("users.defaulted") ? Int8Array.from(places(outcome)) : undefined,
    leftOut: leftOutOf(inputs, allInputs),
  };
}

/** How far the row ids of the customers go. */
export async function rowsOf(engine: DuckDBEngine): Promise<number> {
  const { rows } = await engine.query(raw("select max(rowid) + 1 as n from customer_profile"));
  return Number(rows[0]?.["n"] ?? 0);
}

async function gendersOf(engine: DuckDBEngine, inputs: Inputs): Promise<string[]> {
  if (!inputs.has("users.gender")) return [];
  const { rows } = await engine.query(
    sql`select gender from customer_profile where gender is not null group by gender order by gender limit 20`,
  );
  return rows.map((row) => String(row["gender"]));
}

/** -1 where missing. */
const places = (values: Float64Array): Int32Array =>
  Int32Array.from(values, (value) => (Number.isNaN(value) ? -1 : value));

const isCompared = (name: string): boolean =>
  name === "gender" || barredCandidates.some((candidate) => candidate.name === name);

const leftOutOf = (inputs: Inputs, allInputs: boolean): LeftOut[] => [
  { column: "user_id", reason: "key", because: "the key of the customer" },
  ...Object.entries(barredColumns).flatMap(([name, meaning]): LeftOut[] =>
    // the nearest place is not the file's, and is looked up for some commands alone
    inputs.columns.has(`users.${name}`) && name !== "nearest_place" && !(allInputs && isCompared(name))
      ? [{ column: name, reason: "barred", because: `${meaning} never decides risk` }]
      : [],
  ),
];
