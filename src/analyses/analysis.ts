import type { Columns, Row } from "../schema/columns.ts";
import type { Input, Inputs } from "../schema/inputs.ts";
import type { MeasureName, MeasureValues } from "../schema/measures.ts";
import type { Outcomes } from "../schema/outcomes.ts";
import type { Statement } from "../sql/statement.ts";

/** The business objective an analysis serves; pages and report sections follow it. */
export const topics = [
  "overview",
  "demographics",
  "ownership",
  "risk",
  "predict",
  "expiry",
  "marketing",
] as const;
export type Topic = (typeof topics)[number];

/** What a row, or a unit of a count, stands for. */
export type Grain = "portfolio" | "customer" | "card";

type Name<C extends Columns> = keyof C & string;

/** How the rows are drawn. Charts share one kit between report and dashboard. */
export type Chart<C extends Columns = Columns> =
  /** One bar per row: `x` names it, `y` is its length; `share` is shown beside it. */
  | {
      readonly mark: "bar";
      readonly x: Name<C>;
      readonly y: Name<C>;
      readonly color?: Name<C>;
      readonly share?: Name<C>;
    }
  /** Bars over an ordered time axis. */
  | { readonly mark: "column"; readonly x: Name<C>; readonly y: Name<C>; readonly color?: Name<C> }
  /** A table of cells shaded by `value`. */
  | { readonly mark: "heatmap"; readonly x: Name<C>; readonly y: Name<C>; readonly value: Name<C> }
  /** A dot with its interval. */
  | {
      readonly mark: "interval";
      readonly x: Name<C>;
      readonly y: Name<C>;
      readonly low: Name<C>;
      readonly high: Name<C>;
      readonly facet?: Name<C>;
    }
  /** Points joined in the order of the rows, a line per `color`; `x` and `y` are numbers. */
  | {
      readonly mark: "line";
      readonly x: Name<C>;
      readonly y: Name<C>;
      readonly color?: Name<C>;
      readonly low?: Name<C>;
      readonly high?: Name<C>;
      /** Both axes on one scale, with the line on which both are equal. */
      readonly diagonal?: true;
    }
  /** US states by two-letter code. */
  | { readonly mark: "map"; readonly x: Name<C>; readonly y: Name<C> }
  /** Headline figures of the only row. */
  | { readonly mark: "figures" }
  | { readonly mark: "table" };

/** What an analysis may know beside the tables. */
export interface Context<M extends MeasureName = MeasureName> {
  /** YYYY-MM-DD */
  readonly asOf: string;
  readonly inputs: Inputs;
  readonly outcomes: Outcomes;
  readonly values: Pick<MeasureValues, M>;
}

/** The rows that a figure counts or is computed from: a condition over the columns of a model. */
export interface Behind {
  readonly of: "customer_profile" | "card_profile" | "offer_profile";
  readonly where: Statement;
}

/** One question: its SQL, its typed result, its chart, its sentence. */
export interface Analysis<C extends Columns = Columns, M extends MeasureName = MeasureName> {
  readonly id: string;
  readonly topic: Topic;
  readonly title: string;
  readonly question: string;
  /** What one row stands for, as a person reads it: "one row per score band". */
  readonly grain: string;
  /** What the counts count. */
  readonly unit: Grain;
  /** How the figures are computed and what they leave out; shown when a figure is opened. */
  readonly definition: string;
  /** Inputs without any of which nothing is left to say. */
  readonly needs: readonly Input[];
  /** What else is lacking, as "not computable, because …" goes on; undefined where nothing is. */
  lacks?(context: Context<M>): string | undefined;
  /** Measures whose thresholds the figures depend on. */
  readonly measures: readonly M[];
  /** Rows that name customers or cards: complete in JSON and csv, capped on screen, left out of what is shared. */
  readonly list?: true;
  /** Figures so fine that counts of few customers follow from them: left out of what is shared. */
  readonly internal?: true;
  /** Columns of which exact quantiles are computed at once: the engine holds all of their values meanwhile. */
  holds?(context: Context<M>): number;
  sql(context: Context<M>): Statement;
  readonly columns: C;
  readonly chart: Chart<C>;
  /** The sentence before the chart. `rows` holds the first rows of a list, `total` counts them all. */
  insight(rows: readonly Row<C>[], context: Context<M> & { readonly total: number }): string;
  /**
   * The rows behind one figure: a column of a row. Where the figure is a count, there are as many of them.
   * Undefined where a figure has no rows of its own, such as a difference or a correlation.
   */
  behind?(row: Row<C>, column: Name<C>, context: Context<M>): Behind | undefined;
  /** Facts that hold for every portfolio; tests run them, and so does `analyze`. */
  invariants(rows: readonly Row<C>[]): Readonly<Record<string, boolean>>;
}

export const defineAnalysis = <const C extends Columns, const M extends MeasureName>(
  analysis: Analysis<C, M>,
): Analysis<C, M> => analysis;

// A list of analyses forgets each one's columns and measures.
// biome-ignore lint/suspicious/noExplicitAny: parameters of methods are checked where the analysis is defined
export type AnyAnalysis = Analysis<any, any>;
