import type { AnyAnalysis } from "../../src/analyses/analysis.ts";
import { analyses } from "../../src/analyses/index.ts";
import { notComputable, type Result, reasonOf, runAnalysis } from "../../src/analyses/run.ts";
import { type DuckDBEngine, openDuckDB } from "../../src/engines/duckdb.ts";
import type { ResultRow } from "../../src/engines/engine.ts";
import { buildModels, outcomesIn, type View } from "../../src/models/build.ts";
import { LateModels, withLateModels } from "../../src/models/late.ts";
import { Learner } from "../../src/models/learner.ts";
import { cards as cardsTable } from "../../src/schema/cards.ts";
import { Inputs, type SourceColumn } from "../../src/schema/inputs.ts";
import { measureValues } from "../../src/schema/measures.ts";
import { noOutcomes } from "../../src/schema/outcomes.ts";
import type { Field, Reading } from "../../src/schema/tables.ts";
import { users as usersTable } from "../../src/schema/users.ts";
import { literal, raw } from "../../src/sql/statement.ts";
import { assumptions } from "./reference-defaults.ts";

export type AnalysisId = keyof typeof analyses;
export const ids = Object.keys(analyses) as AnalysisId[];
/** What is learnt from customers, and has nothing to say of a few: see learnt.test.ts. */
export const learnt = ids.filter((id) => id === "segments" || id.startsWith("model-"));

export interface User {
  readonly user_id: number;
  readonly age: number | null;
  readonly retirement_age: number | null;
  readonly gender: string | null;
  readonly employment_status: string | null;
  readonly annual_income_usd: number | null;
  readonly area_income_usd: number | null;
  readonly total_debt_usd: number | null;
  readonly credit_score: number | null;
  readonly state: string | null;
  readonly city: string | null;
  readonly defaulted: boolean | null;
}

export interface Card {
  readonly card_id: number;
  readonly user_id: number;
  readonly brand: string | null;
  readonly type: string | null;
  readonly credit_limit_usd: number | null;
  readonly balance_usd: number | null;
  /** First day of the month, as in the canonical table. */
  readonly opened_on: string | null;
  readonly expires_on: string | null;
  readonly has_chip: boolean | null;
  readonly pin_changed_year: number | null;
  readonly on_dark_web: boolean | null;
}

export interface Portfolio {
  readonly users: readonly User[];
  readonly cards: readonly Card[];
}

const nobody: Omit<User, "user_id"> = {
  age: null,
  retirement_age: null,
  gender: null,
  employment_status: null,
  annual_income_usd: null,
  area_income_usd: null,
  total_debt_usd: null,
  credit_score: null,
  state: null,
  city: null,
  defaulted: null,
};
const nothing: Omit<Card, "card_id" | "user_id"> = {
  brand: null,
  type: null,
  credit_limit_usd: null,
  balance_usd: null,
  opened_on: null,
  expires_on: null,
  has_chip: null,
  pin_changed_year: null,
  on_dark_web: null,
};

/** A customer of whom only what is given is known. */
export const user = (user_id: number, known: Partial<User> = {}): User => ({ ...nobody, ...known, user_id });
/** A card of which only what is given is known. */
export const card = (card_id: number, user_id: number, known: Partial<Card> = {}): Card => ({
  ...nothing,
  ...known,
  card_id,
  user_id,
});

export const sourceColumns: readonly SourceColumn[] = [
  ...Object.keys(nobody).map((column) => `users.${column}` as SourceColumn),
  ...Object.keys(nothing).map((column) => `cards.${column}` as SourceColumn),
];

/** Files that state everything the fixtures know. */
export const everything = new Inputs(sourceColumns);
export const without = (...columns: readonly SourceColumn[]): Inputs =>
  new Inputs(sourceColumns.filter((column) => !columns.includes(column)));

/** The portfolio with columns emptied, as a file without them would be. */
export function drop({ users, cards }: Portfolio, ...columns: readonly SourceColumn[]): Portfolio {
  const empty = (table: string) =>
    Object.fromEntries(
      columns.filter((c) => c.startsWith(`${table}.`)).map((c) => [c.slice(table.length + 1), null]),
    );
  return {
    users: users.map((row) => ({ ...row, ...empty("users") })),
    cards: cards.map((row) => ({ ...row, ...empty("cards") })),
  };
}

const sqlTypes: Readonly<Record<Reading, string>> = {
  id: "bigint",
  integer: "bigint",
  number: "double",
  usd: "double",
  month: "date",
  flag: "boolean",
  text: "varchar",
  category: "varchar",
  card_number: "varchar",
};

/** The canonical tables and the models over them in a real engine. */
export class Desk implements AsyncDisposable {
  /** Builds late models of the portfolio that was loaded last. */
  engine: DuckDBEngine;
  readonly #engine: DuckDBEngine;
  view: View = {
    asOf: "2020-02-29",
    values: measureValues(),
    inputs: everything,
    outcomes: noOutcomes,
  };

  private constructor(engine: DuckDBEngine) {
    this.engine = engine;
    this.#engine = engine;
  }

  static async open(): Promise<Desk> {
    return new Desk(await openDuckDB());
  }

  async load(
    portfolio: Portfolio,
    {
      asOf = "2020-02-29",
      inputs = everything,
      settings = assumptions,
    }: { asOf?: string; inputs?: Inputs; settings?: Readonly<Record<string, number>> } = {},
  ): Promise<this> {
    const engine = this.#engine;
    await this.#fill("users", usersTable.fields, portfolio.users);
    await this.#fill("cards", cardsTable.fields, portfolio.cards);
    this.view = {
      asOf,
      inputs,
      values: measureValues(settings),
      outcomes: await outcomesIn(engine),
    };
    await buildModels(engine, this.view);
    const source = { connect: () => engine.connect(), view: async () => this.view };
    this.engine = withLateModels(engine, new LateModels({ ...source, learner: new Learner(source) }));
    return this;
  }

  async #fill(name: string, fields: Readonly<Record<string, Field>>, rows: readonly object[]) {
    const columns = Object.entries(fields).map(([column, { reading }]) => `${column} ${sqlTypes[reading]}`);
    await this.#engine.execute(raw(`create or replace table ${name} (${columns.join(", ")})`));
    if (rows.length === 0) return;
    const names = Object.keys(fields).filter((column) => column in (rows[0] as object));
    const tuples = rows.map((row) => {
      const values = row as Readonly<Record<string, string | number | boolean | null>>;
      return `(${names.map((column) => literal(values[column] ?? null)).join(", ")})`;
    });
    await this.#engine.execute(raw(`insert into ${name} (${names.join(", ")}) values ${tuples.join(", ")}`));
  }

  /** Why an analysis has nothing to say; undefined when it has. */
  refuses(id: AnalysisId): string | undefined {
    return notComputable(analyses[id], this.view);
  }

  run(id: AnalysisId): Promise<Result> {
    return runAnalysis(analyses[id] as AnyAnalysis, this.engine, this.view);
  }

  /** What an analysis says; undefined where it cannot be computed, also where that turns out only on trying. */
  async try(id: AnalysisId): Promise<Result | undefined> {
    if (this.refuses(id) !== undefined) return undefined;
    try {
      return await this.run(id);
    } catch (error) {
      reasonOf(error);
      return undefined;
    }
  }

  async rows(id: AnalysisId): Promise<readonly ResultRow[]> {
    return (await this.run(id)).rows as unknown as readonly ResultRow[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
  }
}
