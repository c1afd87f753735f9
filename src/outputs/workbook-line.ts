import type { ChartSeries, SheetChart, WriteSheet } from "hucre";
import type { Chart } from "../analyses/analysis.ts";
import type { Result } from "../analyses/run.ts";
import type { Scalar } from "../engines/engine.ts";
import { numberFormats, range } from "./workbook-cells.ts";

type Line = Extract<Chart, { readonly mark: "line" }>;
type Rows = readonly Readonly<Record<string, Scalar>>[];

const SYMBOLS = ["circle", "square", "diamond", "triangle"] as const;
const GREY = "808080";

/** Points over a number, joined: a scatter over the rows, which begin at `top`; `left` is the first free column. */
export function addLine(
  sheet: WriteSheet,
  { analysis, insight, rows }: Result,
  chart: Line,
  {
    top,
    left,
    palette,
  }: { readonly top: number; readonly left: number; readonly palette: readonly string[] },
): void {
  const { columns, title } = analysis;
  const at = (name: string) => Object.keys(columns).indexOf(name);
  const cells = (name: string, { from, to }: Run) => range(top + from, at(name), top + to, at(name));
  const found = runs(rows as Rows, chart);
  const series: ChartSeries[] = found.map((run, i) => ({
    name: run.name || (columns[chart.y]?.label ?? chart.y),
    categories: cells(chart.x, run),
    values: cells(chart.y, run),
    color: palette[i % palette.length] ?? GREY,
    marker: { symbol: SYMBOLS[i % SYMBOLS.length] ?? "circle", size: 6 },
    stroke: { width: 1.75 },
  }));
  const end = diagonalEnd(rows as Rows, chart);
  if (chart.diagonal === true) series.push(diagonal(sheet, top, left, end));
  const axis = (name: string) => {
    const formatCode = numberFormats[columns[name]?.kind ?? "label"];
    return {
      title: columns[name]?.label ?? name,
      ...(formatCode !== undefined && { numberFormat: { formatCode } }),
      ...(chart.diagonal === true && { scale: { min: 0, max: end } }),
    };
  };
  const from = { row: top + 3, col: left };
  const picture: SheetChart = {
    type: "scatter",
    scatterStyle: "lineMarker",
    title,
    altText: insight,
    series,
    legend: series.length > 1 ? "bottom" : false,
    axes: { x: axis(chart.x), y: { ...axis(chart.y), gridlines: { major: true } } },
    anchor: { from, to: { row: from.row + 20, col: from.col + 9 } },
  };
  sheet.charts = [picture];
}

interface Run {
  readonly name: string;
  readonly from: number;
  to: number;
}

/** Rows of one line follow each other. */
function runs(rows: Rows, { color }: Line): readonly Run[] {
  const found: Run[] = [];
  for (const [i, row] of rows.entries()) {
    const name = color === undefined ? "" : String(row[color] ?? "");
    const last = found.at(-1);
    if (last?.name === name) last.to = i;
    else found.push({ name, from: i, to: i });
  }
  return found;
}

/** The line on which both are equal, from two points beside the rows. */
function diagonal(sheet: WriteSheet, top: number, left: number, end: number): ChartSeries {
  const cells = sheet.cells ?? new Map();
  sheet.cells = cells;
  cells.set(`${top - 1},${left}`, { value: "Diagonal: both are equal" });
  for (const [down, value] of [0, end].entries())
    for (const across of [0, 1]) cells.set(`${top + down},${left + across}`, { value });
  return {
    name: "both equal",
    categories: range(top, left, top + 1, left),
    values: range(top, left + 1, top + 1, left + 1),
    color: GREY,
    marker: { symbol: "none" },
    stroke: { width: 1, dash: "dash" },
  };
}

/** A whole number of tenths beyond every point, at most one where all are parts of a whole. */
function diagonalEnd(rows: Rows, { x, y, high }: Line): number {
  const most = Math.max(
    ...rows.flatMap((row) => [x, y, high ?? y].map((name) => Number(row[name] ?? 0))),
    0.1,
  );
  return Math.ceil(most * 10 - 1e-9) / 10;
}
