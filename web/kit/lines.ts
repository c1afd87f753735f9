import { scaleLinear } from "d3-scale";
import { type ChartOf, columnOf, type Dataset, numberOf, type Row } from "./data.ts";
import { formatName } from "./format.ts";

/** A row as a point; rows without one of its two numbers have none. */
export interface Point {
  readonly row: Row;
  readonly x: number;
  readonly y: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Place among the lines. */
  readonly line: number;
}

export interface Lines {
  /** In the order in which the rows name them; one without a name where there is one line. */
  readonly names: readonly string[];
  /** In the order of the rows, lines one after the other. */
  readonly points: readonly Point[];
}

export function linesOf(data: Dataset, chart: ChartOf<"line">): Lines {
  const { color } = chart;
  const keys = color === undefined ? [null] : [...new Set(data.rows.map((row) => row[color] ?? null))];
  const points = data.rows.flatMap((row): Point[] => {
    const [x, y] = [numberOf(row, chart.x), numberOf(row, chart.y)];
    if (x === null || y === null) return [];
    const [low, high] = [numberOf(row, chart.low ?? ""), numberOf(row, chart.high ?? "")];
    return [{ row, x, y, low, high, line: color === undefined ? 0 : keys.indexOf(row[color] ?? null) }];
  });
  return {
    names: color === undefined ? [] : keys.map((key) => formatName(columnOf(data, color), key)),
    points: keys.flatMap((_, line) => points.filter((point) => point.line === line)),
  };
}

export interface Domains {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** Shares begin at 0, and end at 1 where they nearly reach it; what is counted upwards begins at 0. A diagonal needs one scale for both axes. */
export function domainsOf({ points }: Lines, data: Dataset, chart: ChartOf<"line">): Domains {
  const ys = points.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y]);
  const xs = points.map(({ x }) => x);
  const own = (values: readonly number[], name: string, isUpright: boolean): [number, number] => {
    if (values.length === 0) return [0, 1];
    const { kind } = columnOf(data, name);
    const fromZero = kind === "share" || (kind === "count" && isUpright);
    const least = Math.min(...values);
    const most = Math.max(...values);
    const low = fromZero ? Math.min(0, least) : least;
    const high = kind === "share" && most > 0.8 && most <= 1 ? 1 : most;
    return low === high ? [low, low + 1] : [low, high];
  };
  const [x, y] = [own(xs, chart.x, false), own(ys, chart.y, true)];
  if (chart.diagonal !== true) return { x, y: nice(y) };
  const both = nice([Math.min(x[0], y[0]), Math.max(x[1], y[1])]);
  return { x: both, y: both };
}

const nice = (domain: readonly [number, number]): [number, number] => {
  const [low = 0, high = 1] = scaleLinear([...domain], [0, 1])
    .nice(5)
    .domain();
  return [low, high];
};

/** Strokes by line, so that colour is never the only difference. */
const dashes = ["", "7 3", "2 3", "9 3 2 3", "4 2", "1 2", "12 4"] as const;
export const dashOf = (line: number): string => dashes[line % dashes.length] ?? "";

/** The outline of a point, by line: circle, square, diamond, triangle. */
export function shapeOf(line: number, x: number, y: number, size: number): string {
  switch (line % 4) {
    case 1:
      return `M${x - size},${y - size}h${2 * size}v${2 * size}h${-2 * size}z`;
    case 2:
      return `M${x},${y - size * 1.35}l${size * 1.35},${size * 1.35}l${-size * 1.35},${size * 1.35}l${-size * 1.35},${-size * 1.35}z`;
    case 3:
      return `M${x},${y - size * 1.3}l${size * 1.25},${size * 2.2}h${-size * 2.5}z`;
    default:
      return `M${x - size},${y}a${size},${size} 0 1 0 ${2 * size},0a${size},${size} 0 1 0 ${-2 * size},0z`;
  }
}
