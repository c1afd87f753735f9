import { actionable, EXPERT_MODEL, expertCard, expertInputs } from "../schema/expert-card.ts";
import type { MeasureValues } from "../schema/measures.ts";
import { referenceRates } from "../schema/reference-rates.ts";
import { literal } from "../sql/statement.ts";

type Input = (typeof expertInputs)[number];

const lines = (indent: string, parts: readonly string[], separator = ","): string =>
  parts.join(`${separator}\n${indent}`);
const perInput = (text: (input: Input) => string): string => lines("    ", expertInputs.map(text));
const sumOf = (text: (input: Input) => string): string => expertInputs.map(text).join(" + ");

/** Points of a value; null where it is missing. */
const points = ({ column, steps }: Input): string =>
  `case ${steps
    .map(
      ({ below, points: n }) => `when ${column} ${below === null ? "is not null" : `< ${below}`} then ${n}`,
    )
    .join(" ")} end as ${column}_points`;

/** Where an input stands among those on which points are lost, the most first; null where none are. */
function place({ column }: Input, index: number): string {
  const worse = expertInputs.flatMap((other, i) =>
    other.column === column
      ? []
      : [`case when ${other.column}_lost ${i < index ? ">=" : ">"} ${column}_lost then 1 else 0 end`],
  );
  return `case when ${column}_lost > 0 then 1 + ${worse.join(" + ")} end as ${column}_place`;
}

const amount = (value: string): string =>
  `coalesce(cast(try_cast(${value} as decimal(18, 2)) as varchar), 'beyond measure')`;
const wholeAmount = (value: string): string =>
  `coalesce(cast(try_cast(round(${value}) as bigint) as varchar), 'beyond measure')`;

/** "$41,234", with text functions that every engine has. */
function wholeDollars(value: string): string {
  const n = `try_cast(round(abs(${value})) as bigint)`;
  const thousands = (unit: number) => `cast((${n} - ${n} % ${unit}) / ${unit} as bigint)`;
  const leading = (unit: number) => `cast(${thousands(unit)} as varchar)`;
  // three digits, zeros included
  const group = (unit: number) => `',' || substr(cast(1000 + ${thousands(unit)} % 1000 as varchar), 2)`;
  const millions = `${group(1e3)} || ${group(1)}`;
  return `case when ${value} < 0 then '-$' else '$' end || case
      when ${n} < 1000 then cast(${n} as varchar)
      when ${n} < 1000000 then ${leading(1e3)} || ${group(1)}
      when ${n} < 1000000000 then ${leading(1e6)} || ${millions}
      when ${n} < 1000000000000 then ${leading(1e9)} || ${group(1e6)} || ${millions}
      else 'beyond measure'
    end`;
}
const tenths = (value: string): string => `cast(cast(${value} as decimal(9, 1)) as varchar)`;

const shown = { ratio: amount, points: wholeAmount, usd: wholeDollars };
const reason = ({ column, label, kind }: Input): string =>
  `'${label} ' || ${shown[kind](column)} || ': ' || ${tenths(`${column}_lost`)} || ' of ' || ${tenths(`${column}_most`)} || ' points lost' as ${column}_reason`;

const reasonAt = (n: number): string =>
  `case ${n} ${expertInputs.map(({ column }) => `when ${column}_place then ${column}_reason`).join(" ")} end as reason_${n}`;

/** Bounds of an input that a customer can get below, the loosest first, with the points that are had then. */
const targets = (column: (typeof actionable)[number]) =>
  expertCard[column].steps
    .flatMap(({ below, points: n }) => (below === null ? [] : [{ below, points: n }]))
    .reverse();

const gain = (column: (typeof actionable)[number], n: number): string =>
  `${column}_weight * (${n} - ${column}_points)`;

/** The loosest bound of an input with which the points reach the goal, beside what else is gained. */
const target = (column: (typeof actionable)[number], more = "", condition = ""): string =>
  `case ${targets(column)
    .map(
      ({ below, points: n }) =>
        `when ${condition}${n} > ${column}_points and total${more} + ${gain(column, n)} >= goal then ${below}`,
    )
    .join(" ")} end`;

const effort = (column: string, bound: string): string => `1 - cast(${bound} as double) / ${column}`;
const inWords = (column: (typeof actionable)[number], bound: string): string =>
  `'${expertCard[column].label} below ' || case ${bound} ${targets(column)
    .map(({ below }) => `when ${below} then '${below}'`)
    .join(" ")} end`;

const pairs = targets("utilisation");

/**
 * One row per customer: points and rank by the expert card, with the reasons, and the least change of what a customer
 * can change that lowers the band. Inputs that are missing are left out, named, and their weight shared by the others.
 */
export function expertProfile({ expert_card: card }: MeasureValues): string {
  return `
with pointed as (
  select
    user_id,
    utilisation,
    debt_to_income,
    credit_score,
    annual_income_usd,
    ${perInput(points)}
  from customer_profile
),

weighted as (
  select
    pointed.*,
    ${perInput(({ column, weight }) => `case when ${column}_points is null then 0 else ${literal(card[weight])} end as ${column}_weight`)}
  from pointed
),

summed as (
  select
    weighted.*,
    nullif(${sumOf(({ column }) => `${column}_weight`)}, 0) as weight,
    ${sumOf(({ column }) => `${column}_weight * coalesce(${column}_points, 0)`)} as total
  from weighted
),

scored as (
  select
    summed.*,
    cast(total as double) / weight as score,
    ${perInput(({ column }) => `cast(${column}_weight * (100 - ${column}_points) as double) / weight as ${column}_lost`)},
    ${perInput(({ column }) => `cast(${column}_weight * 100 as double) / weight as ${column}_most`)}
  from summed
),

-- the next better band begins at the goal, in points times weight
banded as (
  select
    scored.*,
    case
      when score >= ${literal(card.low_from)} then 'low'
      when score >= ${literal(card.moderate_from)} then 'moderate'
      when score >= ${literal(card.high_from)} then 'high'
      when score is not null then 'very_high'
    end as band,
    case
      when score >= ${literal(card.low_from)} then null
      when score >= ${literal(card.moderate_from)} then ${literal(card.low_from)}
      when score >= ${literal(card.high_from)} then ${literal(card.moderate_from)}
      when score is not null then ${literal(card.high_from)}
    end * weight as goal,
    ${lines("    ", expertInputs.map(place))}
  from scored
),

-- one change that is enough, or two where none is
reachable as (
  select
    banded.*,
    ${perInput(reason)},
    ${lines(
      "    ",
      actionable.map((column) => `${target(column)} as ${column}_alone`),
    )},
    ${lines(
      "    ",
      pairs.map(
        ({ points: n }, i) =>
          `${target("debt_to_income", ` + ${gain("utilisation", n)}`, `${n} > utilisation_points and `)} as beside_${i}`,
      ),
    )}
  from banded
),

weighed as (
  select
    reachable.*,
    ${lines(
      "    ",
      actionable.map((column) => `${effort(column, `${column}_alone`)} as ${column}_effort`),
    )},
    ${lines(
      "    ",
      pairs.map(
        ({ below }, i) =>
          `coalesce((${effort("utilisation", String(below))}) + (${effort("debt_to_income", `beside_${i}`)}), 9) as effort_${i}`,
      ),
    )},
    ${lines(
      "    ",
      expertInputs.map((_, i) => reasonAt(i + 1)),
    )}
  from reachable
)

select
  user_id,
  ${literal(EXPERT_MODEL)} as model,
  score,
  case when score is not null then rank() over (partition by score is null order by score nulls last, user_id nulls last) end as risk_rank,
  band,
  cast(null as double) as pd,
  ${expertInputs.map((_, i) => (i === 0 ? "reason_1" : `coalesce('; ' || reason_${i + 1}, '')`)).join(" || ")} as reasons,
  coalesce(
    case
      when debt_to_income_effort is null or utilisation_effort <= debt_to_income_effort
        then ${inWords("utilisation", "utilisation_alone")}
      else ${inWords("debt_to_income", "debt_to_income_alone")}
    end,
    ${pairChange()}
  ) as change,
  nullif(substr(${expertInputs
    .map(({ column, label }) => `case when ${column} is null then ', ${label}' else '' end`)
    .join(" || ")}, 3), '') as missing_inputs,
  case ${referenceRates
    .map(
      ({ below, rate }) => `when credit_score ${below === null ? "is not null" : `< ${below}`} then ${rate}`,
    )
    .join(" ")} end as reference_rate
from weighed
`;
}

/** The pair that asks for the least, by the parts that both have to fall by; the loosest utilisation of equals. */
function pairChange(): string {
  const all = pairs.map((_, i) => `effort_${i}`);
  const cases = pairs.map(({ below }, i) => {
    const least = all.flatMap((other, j) => (i === j ? [] : [`effort_${i} <= ${other}`]));
    return `when effort_${i} < 9 and ${least.join(" and ")}
      then ${inWords("utilisation", String(below))} || ' and ' || ${inWords("debt_to_income", `beside_${i}`)}`;
  });
  return `case
    ${cases.join("\n    ")}
  end`;
}
