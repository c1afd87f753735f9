import { closest } from "fastest-levenshtein";
import { z } from "zod";
import type { AnyAnalysis } from "../../analyses/analysis.ts";
import { analyses } from "../../analyses/index.ts";
import type { Scalar } from "../../engines/engine.ts";
import { usage } from "../../errors.ts";
import { dimensionIds } from "../../explore/dimensions.ts";
import { type Look, parseLook, wholePortfolio } from "../../explore/look.ts";
import { checkIds } from "../../portfolio/options.ts";
import type { AnalysisId } from "../../portfolio/portfolio.ts";
import type { Column, Kind } from "../../schema/columns.ts";
import { maskCardNumbers } from "../../schema/mask.ts";
import { rowNames } from "../row-names.ts";

export const comparisons = ["above", "at_least", "below", "at_most", "changes"] as const;
export type Comparison = (typeof comparisons)[number];

/** Instead of a column: how many rows there are. */
export const ROWS = "rows";
const LONGEST_NAME = 120;

const cell = z.union([z.string().max(200), z.number(), z.boolean(), z.null()]);

/** A rule as it is written. */
export const writtenRule = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(LONGEST_NAME)
    .regex(/^[^\p{Cc}]*$/u, "no control characters"),
  analysis: z.string().max(100),
  column: z.string().max(100),
  where: z.record(z.string().max(100), cell).nullable().optional(),
  comparison: z.enum(comparisons),
  threshold: z.number().nullable().optional(),
});
export type WrittenRule = z.infer<typeof writtenRule>;

/** What is watched: a figure of a row, or the number of rows, of the portfolio or of a part of it. */
export interface Rule {
  readonly name: string;
  readonly analysis: AnalysisId;
  /** A figure, or `rows`. */
  readonly column: string;
  /** Columns of the analysis choose its row or rows; dimensions narrow the portfolio, as in a page's address. */
  readonly where: Readonly<Record<string, Scalar>> | null;
  readonly comparison: Comparison;
  /** None where every change counts. */
  readonly threshold: number | null;
}

/** Kinds that a threshold can be compared with. */
const FIGURES: ReadonlySet<Kind> = new Set(["count", "number", "share", "ratio", "statistic", "usd"]);

/** Checks a rule against the catalogue. Throws USAGE, with the nearest name for an unknown one. */
export function readRule(written: WrittenRule): Rule {
  checkIds([written.analysis]);
  const id = written.analysis as AnalysisId;
  const analysis = analyses[id] as AnyAnalysis;
  const names = Object.keys(analysis.columns);
  const { column, comparison } = written;
  const figures = names.filter((name) => FIGURES.has((analysis.columns[name] as Column).kind));
  if (analysis.list && column !== ROWS)
    throw usage(`${id} is a list, which has no figure ${column}`, `write ${ROWS}: how many it names`);
  if (column !== ROWS && !figures.includes(column))
    throw usage(
      `${id} has no figure ${column}`,
      `did you mean ${closest(column, [ROWS, ...figures])}? its figures: ${[ROWS, ...figures].join(", ")}`,
    );
  const where = written.where ?? {};
  for (const name of Object.keys(where))
    if (!names.includes(name) && !isDimension(name))
      throw usage(
        `${id} has no column ${name}, and the portfolio no dimension of that name`,
        `did you mean ${closest(name, [...names, ...dimensionIds])}?`,
      );
  const missing = rowNames(analysis).filter((name) => !Object.hasOwn(where, name));
  if (column !== ROWS && missing.length > 0)
    throw usage(`${id} has many rows`, `say which with where: ${missing.join(", ")}`);
  const threshold = comparison === "changes" ? null : (written.threshold ?? null);
  if (comparison !== "changes" && threshold === null)
    throw usage(`${comparison} needs a threshold`, "give a number, or the comparison changes");
  const rule: Rule = {
    name: maskCardNumbers(written.name),
    analysis: id,
    column,
    where: Object.keys(where).length === 0 ? null : where,
    comparison,
    threshold,
  };
  // what a dimension cannot mean is told now
  lookOf(rule);
  return rule;
}

const isDimension = (name: string): boolean => (dimensionIds as readonly string[]).includes(name);

/** A column of the analysis comes first where a dimension has the same name. */
const isColumn = ({ analysis }: Rule, name: string): boolean =>
  Object.hasOwn((analyses[analysis] as AnyAnalysis).columns, name);

/** The part of the portfolio that a rule is about. Throws USAGE. */
export function lookOf(rule: Rule): Look {
  const narrowed = Object.entries(rule.where ?? {}).filter(([name]) => !isColumn(rule, name));
  if (narrowed.length === 0) return wholePortfolio;
  const params = new URLSearchParams();
  for (const [name, value] of narrowed) params.set(name, value === null ? "" : String(value));
  if (analyses[rule.analysis].unit === "card") params.set("grain", "cards");
  return parseLook(params);
}

/** Which rows of the analysis a rule is about. */
export const rowOf = (rule: Rule): readonly (readonly [string, Scalar])[] =>
  Object.entries(rule.where ?? {}).filter(([name]) => isColumn(rule, name));

/** Whether a value is what the rule waits for; `changes` waits for another value than `told`. */
export function holds({ comparison, threshold }: Rule, value: number, told: number | null): boolean {
  if (comparison === "changes") return told !== null && value !== told;
  const bound = threshold ?? Number.NaN;
  switch (comparison) {
    case "above":
      return value > bound;
    case "at_least":
      return value >= bound;
    case "below":
      return value < bound;
    case "at_most":
      return value <= bound;
  }
}
