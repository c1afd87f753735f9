import { type ChartOf, columnOf, type Dataset, isSmall, numberOf, type Row, type Scalar } from "./data.ts";
import { formatName } from "./format.ts";

/** The rows of one category: one value, or one per series. */
export interface Group {
  readonly key: Scalar;
  readonly name: string;
  readonly small: boolean;
  /** By series; null where the row or its value is missing. */
  readonly values: readonly (number | null)[];
  readonly rows: readonly (Row | undefined)[];
  readonly total: number | null;
  readonly share: number | null;
}

export interface Grouped {
  readonly groups: readonly Group[];
  readonly series: readonly string[];
  /** Parts that add up to something are stacked; others stand side by side. */
  readonly stacked: boolean;
}

/** Rows by category and series, both in the order in which the rows name them. */
export function groupRows(data: Dataset, chart: ChartOf<"bar"> | ChartOf<"column">): Grouped {
  const { x, y, color } = chart;
  const share = chart.mark === "bar" ? chart.share : undefined;
  const xColumn = columnOf(data, x);
  const seriesKeys = color === undefined ? [null] : [...new Set(data.rows.map((row) => row[color] ?? null))];
  const byKey = new Map<Scalar, (Row | undefined)[]>();
  const loose: [Scalar, Row[]][] = [];
  for (const row of data.rows) {
    const key = row[x] ?? null;
    // without series every row is its own bar, even where a name comes twice
    if (color === undefined) loose.push([key, [row]]);
    else {
      const rows = byKey.get(key) ?? seriesKeys.map(() => undefined);
      rows[seriesKeys.indexOf(row[color] ?? null)] = row;
      byKey.set(key, rows);
    }
  }
  const kind = columnOf(data, y).kind;
  return {
    groups: [...(color === undefined ? loose : byKey)].map(([key, rows]) => {
      const values = rows.map((row) => numberOf(row, y));
      return {
        key,
        name: formatName(xColumn, key),
        small: rows.some((row) => row !== undefined && isSmall(row)),
        values,
        rows,
        total: added(values),
        share: share === undefined ? null : added(rows.map((row) => numberOf(row, share))),
      };
    }),
    series: color === undefined ? [] : seriesKeys.map((key) => formatName(columnOf(data, color), key)),
    stacked: kind === "count" || kind === "usd",
  };
}

function added(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
}
