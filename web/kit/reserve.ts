import { type Chart, type Dataset, isSmall } from "./data.ts";
import { groupRows } from "./groups.ts";

/** Of a plot of lines; square with a diagonal, and narrow enough for a phone. */
export const plotHeight = 200;
export const squareSide = 250;

/** About how high a chart will be, for pages that are drawn before their width is known. */
export function heightOf(data: Dataset, chart: Chart): number {
  const note = chart.mark !== "figures" && data.rows.some(isSmall) ? 24 : 0;
  const distinct = (name: string) => new Set(data.rows.map((row) => row[name] ?? null)).size;
  switch (chart.mark) {
    case "bar": {
      const { groups, series, stacked } = groupRows(data, chart);
      const shown = Math.min(16, groups.length);
      const each = series.length > 0 && !stacked ? series.length * 9 + 12 : 26;
      const fold = groups.length > 16 ? 30 : 0;
      return (series.length > 0 ? 24 : 0) + 22 + shown * each + fold + note;
    }
    case "column":
      return (chart.color === undefined ? 0 : 24) + 210 + note;
    case "heatmap":
      return 48 + 32 * distinct(chart.y) + note;
    case "interval": {
      const facets = chart.facet === undefined ? 0 : distinct(chart.facet);
      const columns = data.rows.length < 12 || facets < 2 ? 1 : 2;
      return 40 + Math.ceil((24 * data.rows.length + 28 * facets) / columns) + note;
    }
    case "line":
      return (
        (chart.color === undefined && chart.diagonal !== true ? 0 : 24) +
        58 +
        (chart.diagonal === true ? squareSide : plotHeight) +
        note
      );
    case "map":
      // the tiles themselves are as high as the width has it
      return 26 + note + (data.rows.some((row) => row[chart.x] === null) ? 15 : 0);
    default:
      return 0;
  }
}
