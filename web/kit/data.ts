import type { Chart as AnyChart, Grain } from "../../src/analyses/analysis.ts";
import type { ResultRow, Scalar } from "../../src/engines/engine.ts";
import type { Kind } from "../../src/schema/columns.ts";

export type { Grain, Kind, Scalar };
export type Row = ResultRow;
export type Chart = AnyChart;
export type Mark = Chart["mark"];
export type ChartOf<M extends Mark> = Extract<Chart, { mark: M }>;

export interface Column {
  readonly name: string;
  readonly label: string;
  readonly doc: string;
  readonly kind: Kind;
}

/** What every chart and table of the kit draws. */
export interface Dataset {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Columns whose figures have rows behind them; every figure may where it is not stated. */
  readonly opens?: readonly string[];
}

const unknown: Column = { name: "", label: "", doc: "", kind: "label" };

export const columnOf = (data: Dataset, name: string | undefined): Column =>
  data.columns.find((column) => column.name === name) ?? { ...unknown, name: name ?? "", label: name ?? "" };

/** A measure's value; missing stays missing. */
export function numberOf(row: Row | undefined, name: string): number | null {
  const value = row?.[name];
  return typeof value === "number" ? value : null;
}

/** Groups too small to be ranked say so in a column of this name. */
export const isSmall = (row: Row): boolean => row["small"] === true;

export const isNumeric = (kind: Kind): boolean =>
  kind === "count" ||
  kind === "number" ||
  kind === "share" ||
  kind === "ratio" ||
  kind === "statistic" ||
  kind === "usd";

/** Columns of a chart that name what a mark stands for. */
export function namesOf(chart: Chart): string[] {
  switch (chart.mark) {
    case "bar":
    case "column":
      return [chart.x, chart.color].filter((name) => name !== undefined);
    case "heatmap":
      return [chart.x, chart.y];
    case "interval":
      return [chart.x, chart.facet].filter((name) => name !== undefined);
    case "line":
      return [chart.color, chart.x].filter((name) => name !== undefined);
    case "map":
      return [chart.x];
    default:
      return [];
  }
}
