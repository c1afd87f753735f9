import { usedInputs } from "./applicants.ts";
import type { Bin, Characteristic, Model, ModelInput } from "./model.ts";
import { pointsPerLogOdds } from "./scorecard.ts";
import { sqlNumber, sqlText, treesSql } from "./trees-sql.ts";

export interface SqlSource {
  /** A table, as it stands behind `from`. */
  readonly from: string;
  /** The column that names a customer. */
  readonly key: string;
}

/** Names that need no quotes on any engine, and are no word of SQL's own (those that a file is likely to hold). */
const PLAIN = /^[a-z_][a-z\d_]*$/i;
const WORDS =
  /^(all|and|as|by|case|cast|check|column|date|default|desc|distinct|end|from|group|in|is|key|left|limit|month|not|null|on|or|order|rank|row|rows|select|table|then|time|timestamp|to|type|union|user|value|values|when|where|with|year)$/i;

/** What does not begin with a letter, and counts as missing all the same: signs for it, and infinite amounts. */
const NO_NUMBERS = ["", ".", "?", "-", "-inf", "-Inf", "-Infinity"].map(sqlText).join(", ");

/**
 * SQL that gives every customer's log odds of default, probability (not of a ranking) and score, on any engine: names
 * that are no plain ones are quoted once, where the inputs are read. A number has to be one there, or text that reads
 * as one; words are missing.
 */
export function scoreSql(model: Model, { from, key }: SqlSource): string {
  const inputs = usedInputs(model);
  const names = new Map(inputs.map((input, i) => [input.name, `input_${i + 1}`]));
  const column = (input: string) => names.get(input)!;
  const steps =
    model.champion === "trees" && model.trees
      ? treeSteps(model, treesSql(model.trees, column))
      : scorecardSteps(model, column);
  return [
    ...introduction(model),
    `with inputs as (\n  select\n    ${[`${identifier(key)} as key`, ...inputs.map((input) => read(input, column(input.name)))].join(",\n    ")}\n  from ${from}\n)`,
    ...steps,
  ].join("\n");
}

const identifier = (name: string): string =>
  PLAIN.test(name) && !WORDS.test(name) ? name : `"${name.replaceAll('"', '""')}"`;

function read({ name, kind }: ModelInput, as: string): string {
  const column = identifier(name);
  if (kind === "category") return `cast(${column} as varchar) as ${as}`;
  // a cast of a word stops some engines, and few have one that does not
  const text = `trim(cast(${column} as varchar))`;
  return `case when ${text} < 'A' and ${text} not in (${NO_NUMBERS}) then cast(${column} as double precision) end as ${as}`;
}

function introduction({ champion, outcome }: Model): string[] {
  const what =
    champion === "ranking"
      ? "A ranking: log_odds and score order customers, and give no probability."
      : `log_odds and pd: of default, as the model's outcome defines it (${outcome.kind}).`;
  return ["/* Scores by a cardscope model, one row per customer; a higher score is safer.", `   ${what} */`];
}

/** One more step per use of a term, so that no term is written twice and nothing is named by its own alias. */
function scorecardSteps({ scorecard, champion }: Model, column: (input: string) => string): string[] {
  const { characteristics, intercept, offset_points } = scorecard;
  const placed = characteristics.map(
    (characteristic, i) => `    ${placeSql(characteristic, column(characteristic.input))} as bin_${i + 1}`,
  );
  const sum = (terms: readonly string[]) => terms.join("\n      + ");
  const logOdds = sum([
    sqlNumber(intercept),
    ...characteristics.map(({ bins, coefficient }, i) =>
      pick(bins, i, (bin) => sqlNumber(coefficient * bin.woe)),
    ),
  ]);
  const points = sum([
    String(offset_points),
    ...characteristics.map(({ bins }, i) => pick(bins, i, (bin) => String(bin.points))),
  ]);
  return [
    `, placed as (\n  select\n    key${placed.map((line) => `,\n${line}`).join("")}\n  from inputs\n)`,
    `, scored as (\n  select\n    key,\n    -(${logOdds}) as log_odds,\n    ${points} as score\n  from placed\n)`,
    `select key, log_odds,${pdColumn(champion)} score\nfrom scored\norder by key nulls last`,
  ];
}

const pdColumn = (champion: Model["champion"]): string =>
  champion === "ranking" ? "" : " 1 / (1 + exp(-log_odds)) as pd,";

function pick(bins: readonly Bin[], characteristic: number, value: (bin: Bin) => string): string {
  const whens = bins.map((bin, place) => `when ${place + 1} then ${value(bin)}`);
  return `case bin_${characteristic + 1} ${whens.join(" ")} end`;
}

/** The number of the bin that a value belongs to; codes come before the ranges that they lie in. */
function placeSql({ bins }: Characteristic, column: string): string {
  const whens: string[] = [];
  const ranges: string[] = [];
  let otherwise = 0;
  bins.forEach((bin, i) => {
    const place = i + 1;
    if (bin.kind === "missing") whens.push(`when ${column} is null then ${place}`);
    else if (bin.kind === "codes") {
      whens.push(`when ${column} in (${bin.codes.map(sqlNumber).join(", ")}) then ${place}`);
    } else if (bin.kind === "levels") {
      ranges.push(`when ${column} in (${bin.levels.map(sqlText).join(", ")}) then ${place}`);
    } else if (bin.kind === "range" && bin.high !== null) {
      ranges.push(`when ${column} < ${sqlNumber(bin.high)} then ${place}`);
    } else otherwise = place;
  });
  return `case ${[...whens, ...ranges].join(" ")} else ${otherwise} end`;
}

function treeSteps({ scorecard }: Model, logOdds: string): string[] {
  const factor = pointsPerLogOdds(scorecard);
  const offset = scorecard.base_points - factor * Math.log(scorecard.base_odds);
  return [
    `, scored as (\n  select\n    key,\n    ${logOdds} as log_odds\n  from inputs\n)`,
    `select key, log_odds, 1 / (1 + exp(-log_odds)) as pd,\n  floor(${sqlNumber(offset)} - ${sqlNumber(factor)} * log_odds + 0.5) as score\nfrom scored\norder by key nulls last`,
  ];
}
