/** The reference pages in docs/, from the schema, the notations and the analyses. */
import { type Analysis, type Topic, topics } from "../src/analyses/analysis.ts";
import { analyses } from "../src/analyses/index.ts";
import { openDuckDB } from "../src/engines/duckdb.ts";
import { errorPattern, missingTokens } from "../src/ingest/missing.ts";
import { notations } from "../src/ingest/notations.ts";
import { sqlType } from "../src/ingest/read-table.ts";
import { buildModels, models } from "../src/models/build.ts";
import { expertProfile } from "../src/models/expert-profile.ts";
import { type LateModel, lateModels } from "../src/models/late.ts";
import { cutOffColumns, modelTables, tablesOfModel } from "../src/models/model-tables.ts";
import { cards } from "../src/schema/cards.ts";
import { derivations, type Input, Inputs } from "../src/schema/inputs.ts";
import { issueCodes } from "../src/schema/issues.ts";
import { measures, measureValues, type Parameter } from "../src/schema/measures.ts";
import { offers } from "../src/schema/offers.ts";
import { noOutcomes } from "../src/schema/outcomes.ts";
import type { Field, Table } from "../src/schema/tables.ts";
import { users } from "../src/schema/users.ts";
import { raw } from "../src/sql/statement.ts";

/** File under the root to its text. */
export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  return {
    "docs/data-dictionary.md": await dataDictionary(),
    "docs/analyses.md": analysesPage(),
    "docs/issues.md": issuesPage(),
    "docs/measures.md": measuresPage(),
  };
}

const written = (from: string) => `<!-- Written by \`npm run gen\` from ${from}. Do not edit. -->\n`;
const code = (text: string) => `\`${text}\``;
const codes = (texts: readonly string[]) => texts.map(code).join(", ");
const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
const page = (...parts: readonly string[]) => `${parts.join("\n").trimEnd()}\n`;

function table(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return `${[line(headers), line(headers.map(() => "---")), ...rows.map(line)].join("\n")}\n`;
}

async function dataDictionary(): Promise<string> {
  return page(
    written("src/schema/users.ts, src/schema/cards.ts, src/ingest/notations.ts and src/models/marts"),
    "# Data dictionary",
    "",
    "The canonical tables, and the models that are built over them. `cardscope sql` reads them all. A column that no header feeds is null. How headers are found: [reading files](guides/reading-files.md).",
    "",
    ...[users, cards].map(tableSection),
    "## Dropped at the door",
    "",
    "Only bound columns are read. Everything else never reaches the database: security codes, names, streets, e-mail, telephone and postal codes among them, since no column is fed by them. Of a card number the last four digits are kept, where no spreadsheet has rounded it.",
    "",
    "## Notations",
    "",
    "One notation is found for each column, from the whole of it: the first of the list that reads every cell. Where none does, the one that reads most is the column's own, and the other cells are read one by one, with an issue each.",
    "",
    table(
      ["reading", "notations, in the order tried"],
      Object.entries(notations).map(([reading, list]) => [reading, codes(list.map(({ name }) => name))]),
    ),
    `Words for missing: ${codes(missingTokens)}, in any case. Error cells: ${codes(errorNames())}.`,
    "",
    "## Models",
    "",
    "Built by the SQL in [src/models/marts](../src/models/marts), which says what each column means. Thresholds and the as-of date are filled in where the SQL has `{{…}}`.",
    "",
    ...(await modelSections()),
  );
}

const errorNames = (): string[] =>
  errorPattern
    .replace(/^#\(\?:|\)$/g, "")
    .split("|")
    .filter((name) => name !== "#+")
    .map((name) => `#${name.replace("\\", "")}`);

const tableSection = ({ name, grain, key, domain, fields }: Table): string =>
  [
    `## ${name}`,
    "",
    `${capital(grain)}; key ${code(key)}. Required: ${code(key)}${name === "cards" ? " and `user_id`" : ""}, and at least one of ${codes(domain)} with plausible values.`,
    "",
    table(
      ["column", "read as", "meaning", "values", "headers that feed it, beside its own name"],
      Object.entries(fields).map(([column, field]) => [
        code(column),
        field.reading === "card_number" ? "card number, cut" : field.reading,
        field.doc,
        valuesOf(field),
        field.derived ? "none: derived" : codes(field.aliases),
      ]),
    ),
  ].join("\n");

/** Years are not grouped by thousands. */
const range = ([low, high]: readonly [number, number]): string =>
  [low, high].map((n) => (Math.abs(n) < 10_000 ? String(n) : n.toLocaleString("en-US"))).join(" to ");

function valuesOf({ possible, plausible, categories, open }: Field): string {
  return [
    ...(possible === undefined ? [] : [`${range(possible)}, else missing`]),
    ...(plausible === undefined ? [] : [`doubtful outside ${range(plausible)}`]),
    ...(categories === undefined
      ? []
      : [`${codes(Object.keys(categories))}${open ? ", others as written" : ", else missing"}`]),
  ].join("; ");
}

/** The columns that the models really have: they are built over empty tables. */
async function modelSections(): Promise<string[]> {
  await using engine = await openDuckDB();
  for (const { name, fields, key } of [users, cards] as readonly Table[]) {
    const columns = Object.entries(fields).map(
      ([column, field]) => `${column} ${column === key || column === "user_id" ? "bigint" : sqlType(field)}`,
    );
    await engine.execute(raw(`create table ${name} (${columns.join(", ")})`));
  }
  await buildModels(engine, {
    asOf: "2020-02-29",
    values: measureValues(),
    inputs: new Inputs([]),
    outcomes: noOutcomes,
  });
  const sections: string[] = [];
  for (const model of models) {
    const { rows } = await engine.query(raw(`describe ${model}`));
    const columns = rows.map((row) => `${code(String(row["column_name"]))} ${typeOf(row["column_type"])}`);
    sections.push(`### ${model}`, "", `${columns.join(", ")}. [SQL](../src/models/marts/${model}.sql)`, "");
  }
  sections.push(
    "## Late models",
    "",
    "Built when a statement first names one, since they take a ranking, a training or a search. Who has no model (fewer than 20 defaults, or than 20 others) has the expert card's rows in `default_profile`, and no tables of a model.",
    "",
  );
  await engine.execute(raw(`create table expert_profile as ${expertProfile(measureValues())}`));
  const { rows: ranked } = await engine.query(raw("describe expert_profile"));
  const ranking = ranked.map((row) => `${code(String(row["column_name"]))} ${typeOf(row["column_type"])}`);
  const late: Partial<Record<LateModel, readonly string[]>> = {
    expert_profile: ranking,
    default_profile: ranking,
    segment_profile: ["`user_id` bigint", "`segment` text", "`position` bigint"],
    segment_choice: ["`segments` bigint", "`silhouette` double", "`is_chosen` boolean", "`agreement` double"],
    model_cut_offs: typed(cutOffColumns),
  };
  for (const name of modelTables) late[name] = typed(tablesOfModel[name].columns);
  for (const name of lateModels)
    sections.push(`### ${name}`, "", `${capital(lateGrains[name])}: ${late[name]?.join(", ")}.`, "");
  return sections;
}

const typed = (columns: Readonly<Record<string, string>>): string[] =>
  Object.entries(columns).map(([name, type]) => `${code(name)} ${typeOf(type)}`);

const lateGrains: Readonly<Record<LateModel, string>> = {
  expert_profile: "one row per customer, ranked by the expert card",
  default_profile: "one row per customer, ranked by what predicts: a fitted model or the expert card",
  segment_profile: "one row per customer",
  segment_choice: "one row per number of segments that was tried",
  model_cut_offs: "one row per cut-off",
  model_metrics: "one row per candidate, way of validation and metric",
  model_calibration: "one row per candidate and tenth",
  model_gains: "one row per candidate and twentieth",
  model_inputs: "one row per input",
  model_characteristics: "one row per characteristic and bin",
  model_fairness: "one row per dimension and group",
};

const typeOf = (type: unknown) => String(type).toLowerCase().replace("varchar", "text");

function analysesPage(): string {
  const all: readonly Analysis[] = Object.values(analyses) as never;
  const byTopic = topics.map((topic) => ({ topic: capital(topic), own: inOrder(all, topic) }));
  return page(
    written("src/analyses"),
    "# Analyses",
    "",
    "One question each. The ids and columns are what `--only`, JSON, csv and the library use. A column that needs an input which the files lack is null; an analysis that needs one is *not computable*, and says so.",
    "",
    table(
      ["topic", "analyses"],
      byTopic.map(({ topic, own }) => [topic, own.map(({ id }) => `[${id}](#${id})`).join(", ")]),
    ),
    ...byTopic.flatMap(({ topic, own }) => [`## ${topic}`, "", ...own.map(analysisSection)]),
    "## Inputs",
    "",
    "What the names in *needs* stand for: columns that hold at least one value. Any one of the lists is enough.",
    "",
    table(
      ["input", "source columns"],
      Object.entries(derivations).map(([name, ways]) => [
        code(name),
        ways.map((way) => codes(way)).join(" or "),
      ]),
    ),
    "## The offers",
    "",
    "Candidates, never approved. Who is left out, and why, is in the [model](../src/models/marts/offer_profile.sql).",
    "",
    table(
      ["offer", "kind", "who", "needs"],
      offers.map(({ offer, kind, definition, needs }) => [offer, kind, definition, codes(needs)]),
    ),
  );
}

/** Lists come after the figures they detail. */
const inOrder = (all: readonly Analysis[], topic: Topic): readonly Analysis[] => {
  const own = all.filter((analysis) => analysis.topic === topic);
  return [...own.filter(({ list }) => !list), ...own.filter(({ list }) => list)];
};

function analysisSection(analysis: Analysis): string {
  const { id, title, question, grain, unit, definition, needs, measures: used, columns, list } = analysis;
  const facts = [
    `**Grain:** ${grain}; counts are of ${unit === "portfolio" ? "what each column names" : `${unit}s`}.`,
    ...(list ? ["A list: complete in JSON and csv, left out of what is shared."] : []),
    ...(analysis.lacks === undefined
      ? []
      : ["Columns alone are not enough: what else is lacking is said where it is not computable."]),
    ...(needs.length > 0 ? [`**Needs** ${needs.map(inputLink).join(", ")}.`] : []),
    ...(used.length > 0
      ? [`**Thresholds:** ${used.map((name) => `[${name}](measures.md#${name})`).join(", ")}.`]
      : []),
  ];
  return [
    `### ${id}`,
    "",
    `${title}. *${question}* ([source](../src/analyses/${id}.ts))`,
    "",
    definition,
    "",
    facts.join(" "),
    "",
    table(
      ["column", "kind", "meaning"],
      Object.entries(columns).map(([name, column]) => [
        code(name),
        column.kind,
        `${column.doc}${column.needs.length > 0 ? ` Needs ${column.needs.map(inputLink).join(", ")}.` : ""}`,
      ]),
    ),
  ].join("\n");
}

const inputLink = (input: Input) => (input in derivations ? `[${input}](#inputs)` : code(input));

const issuesPage = (): string =>
  page(
    written("src/schema/issues.ts"),
    "# Issue codes",
    "",
    "Findings about the data: a closed list. An error made a value missing or left a row out, a warning kept or repaired what was found, an info is worth knowing. Each says what was done. `issues.csv` has a line for each cell; a clean file has none.",
    "",
    ...(["error", "warning", "info"] as const).flatMap((severity) => [
      `## ${severity}`,
      "",
      table(
        ["code", "finding", "what was done"],
        Object.entries(issueCodes)
          .filter(([, issue]) => issue.severity === severity)
          .map(([name, { doc, action }]) => [code(name), doc, action]),
      ),
    ]),
  );

const measuresPage = (): string =>
  page(
    written("src/schema/measures.ts"),
    "# Measures",
    "",
    'A threshold belongs to a measure, and every analysis, page and export reads the same one. `--set high_debt.ratio=0.36` moves it for one run; the library takes `settings: { "high_debt.ratio": 0.36 }`.',
    "",
    ...Object.entries(measures).flatMap(([name, { label, definition, parameters }]) => {
      const users = Object.values(analyses as Readonly<Record<string, Analysis>>).filter((analysis) =>
        (analysis.measures as readonly string[]).includes(name),
      );
      const rows = Object.entries<Parameter>(parameters).map(
        ([parameter, { default: initial, range: bounds, doc }]) => [
          code(`${name}.${parameter}`),
          initial === null ? "none: yours to say" : String(initial),
          range(bounds),
          doc,
        ],
      );
      return [
        `## ${name}`,
        "",
        `${label}: ${definition}`,
        "",
        ...(rows.length > 0 ? [table(["parameter", "default", "range", "meaning"], rows)] : []),
        ...(users.length > 0
          ? [`Read by ${users.map(({ id }) => `[${id}](analyses.md#${id})`).join(", ")}.`, ""]
          : []),
      ];
    }),
  );

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
