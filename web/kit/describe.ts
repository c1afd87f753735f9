import type { Line, Note } from "./cursor.svelte.ts";
import { type Chart, columnOf, type Dataset, type Row } from "./data.ts";
import { formatCell, formatName } from "./format.ts";

/** Everything a row says, but for the columns that name it. */
export function noteOf(data: Dataset, row: Row, names: readonly (string | undefined)[]): Note {
  const keys = names.filter((name) => name !== undefined);
  return {
    title: keys.map((name) => formatName(columnOf(data, name), row[name])).join(", "),
    lines: data.columns
      .filter(({ name }) => !keys.includes(name) && !(name === "small" && row[name] !== true))
      .map((column) => lineOf(data, row, column.name)),
  };
}

export function lineOf(data: Dataset, row: Row | undefined, name: string): Line {
  const column = columnOf(data, name);
  return { label: column.label, value: formatCell(column, row?.[name]) };
}

/** A chart in words: what is drawn, by what, and how many marks. */
export function summaryOf(data: Dataset, chart: Chart, title: string): string {
  const name = (column: string | undefined) => columnOf(data, column).label;
  const size = `${data.rows.length} ${data.rows.length === 1 ? "row" : "rows"}`;
  switch (chart.mark) {
    case "bar":
    case "column":
      return `${title}: ${name(chart.y)} by ${name(chart.x)}${chart.color ? ` and ${name(chart.color)}` : ""}, ${size}`;
    case "heatmap":
      return `${title}: ${name(chart.value)} by ${name(chart.y)} and ${name(chart.x)}, ${size}`;
    case "interval":
      return `${title}: ${name(chart.y)} with its interval by ${name(chart.x)}, ${size}`;
    case "line":
      return `${title}: ${name(chart.y)}${chart.low === undefined ? "" : " with its interval"} over ${name(chart.x)}${chart.color ? ` by ${name(chart.color)}` : ""}${chart.diagonal ? ", beside the line where both are equal" : ""}, ${size}`;
    case "map":
      return `${title}: ${name(chart.y)} by ${name(chart.x)}, as a grid of states, ${size}`;
    default:
      return `${title}, ${size}`;
  }
}
