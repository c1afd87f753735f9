import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sqlType } from "../../src/ingest/read-table.ts";
import { models, renderModel, type View } from "../../src/models/build.ts";
import { openPortfolio } from "../../src/portfolio/portfolio.ts";
import { type CardColumn, cards } from "../../src/schema/cards.ts";
import { Inputs, type SourceColumn } from "../../src/schema/inputs.ts";
import { measureValues } from "../../src/schema/measures.ts";
import { noOutcomes } from "../../src/schema/outcomes.ts";
import { type UserColumn, users } from "../../src/schema/users.ts";
import { duckdb } from "../../src/sql/dialect.ts";
import { literal } from "../../src/sql/statement.ts";
import type { Files } from "./files.ts";

/** The sample's headers, as its csv and Parquet files have them. */
const userColumns: Partial<Record<UserColumn, string>> = {
  user_id: '"User ID"',
  age: '"Age"',
  gender: '"Gender"',
  birth_year: '"Birth Year"',
  birth_month: '"Birth Month"',
  retirement_age: '"Retirement Age"',
  employment_status: `replace(lower("Employment Status"), '-', '_')`,
  annual_income_usd: '"Income"',
  total_debt_usd: '"Total Debt"',
  credit_score: '"Credit Score"',
  latitude: '"Latitude"',
  longitude: '"Longitude"',
  state: '"State"',
  defaulted: '"Defaulted"',
};
const cardColumns: Partial<Record<CardColumn, string>> = {
  card_id: '"Card ID"',
  user_id: '"User ID"',
  brand: '"Card Brand"',
  type: `case when "Card Type" = 'Debit (Prepaid)' then 'prepaid' else lower("Card Type") end`,
  credit_limit_usd: '"Credit Limit"',
  balance_usd: '"Outstanding Balance"',
  opened_on: '"Open Date"',
  expires_on: '"Expiration Date"',
  has_chip: '"Chip"',
};

/**
 * Load, models and analyses as plain DuckDB would run them: the models' and the analyses' SQL is ours, taken from a
 * document of the same files; nothing is looked for in the files, checked or repaired. Of workbooks, which the engine
 * cannot read, the tables are loaded beforehand.
 */
export async function writeStatements(files: Files, document: string, folder: string): Promise<string> {
  const { asOf, statements } = await readDocument(document);
  const { loading, inputs } = await (files.format === "xlsx" ? loaded(files, folder) : read(files));
  const view: View = { asOf, values: measureValues(), inputs, outcomes: noOutcomes };
  const out = join(folder, "rows");
  await mkdir(out, { recursive: true });
  const all = [
    ...loading,
    ...models.map((name) => `create table ${name} as ${renderModel(name, view, duckdb)}`),
    ...statements.map(
      ([id, sql]) => `copy (\n${sql}\n) to ${literal(join(out, `${id}.json`))} (format json)`,
    ),
  ];
  const path = join(folder, "statements.json");
  await writeFile(path, JSON.stringify(all));
  return path;
}

interface Loading {
  readonly loading: readonly string[];
  readonly inputs: Inputs;
}

function read({ users: userFile, cards: cardFile, format }: Files): Loading {
  const columns = [
    ...Object.keys(userColumns).map((c) => `users.${c}` as SourceColumn),
    ...Object.keys(cardColumns).map((c) => `cards.${c}` as SourceColumn),
  ];
  return {
    loading: [
      createTable("users", users.fields, userColumns, userFile, format),
      createTable("cards", cards.fields, cardColumns, cardFile, format),
    ],
    inputs: new Inputs(columns),
  };
}

/** The canonical tables, in a database that is only attached and copied when the time counts. */
async function loaded(files: Files, folder: string): Promise<Loading> {
  const database = join(folder, "loaded.duckdb");
  await using portfolio = await openPortfolio([files.users, files.cards], { database });
  return {
    loading: [
      `attach ${literal(database)} as loaded (read_only)`,
      ...["users", "cards"].map((table) => `create table ${table} as from loaded.${table}`),
    ],
    inputs: portfolio.inputs,
  };
}

function createTable(
  name: "users" | "cards",
  fields: typeof users.fields | typeof cards.fields,
  columns: Readonly<Record<string, string>>,
  file: string,
  format: Files["format"],
): string {
  const texts = new Set<string>();
  const selected = Object.entries(fields).map(([column, field]) => {
    const source = columns[column];
    const type = field.reading === "id" ? "bigint" : sqlType(field);
    if (source === undefined) return `cast(null as ${type}) as ${column}`;
    if (format !== "csv" || (field.reading !== "month" && field.reading !== "flag"))
      return `cast(${source} as ${type}) as ${column}`;
    texts.add(source.replaceAll('"', "'"));
    return field.reading === "month"
      ? `cast(strptime(${source}, '%m/%Y') as date) as ${column}`
      : `${source} = 'Yes' as ${column}`;
  });
  const reader =
    format === "parquet"
      ? `read_parquet(${literal(file)})`
      : `read_csv(${literal(file)}, header = true, types = {${[...texts].map((t) => `${t}: 'varchar'`).join(", ")}})`;
  return `create table ${name} as select ${selected.join(", ")} from ${reader}`;
}

/** The as-of date and every analysis' SQL; rows are passed over. */
async function readDocument(path: string): Promise<{ asOf: string; statements: [string, string][] }> {
  let asOf = "";
  const statements: [string, string][] = [];
  await using file = await open(path);
  for await (const line of file.readLines()) {
    if (asOf === "") asOf = /^\{"as_of":"([\d-]+)"/.exec(line)?.[1] ?? "";
    const [, id, head] = /^"([a-z-]+)":(\{"title":.*),"rows":\[/.exec(line) ?? [];
    if (id === undefined) continue;
    const { sql } = JSON.parse(`${head}}`) as { sql: string };
    statements.push([id, sql]);
  }
  return { asOf, statements };
}
