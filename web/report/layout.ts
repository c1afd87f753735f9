import type { Analysis } from "./data.ts";

/** Which figures take both columns: those that need the room, and one that would otherwise leave a hole. */
export function spans(analyses: readonly Analysis[]): boolean[] {
  const wide = analyses.map(needsRoom);
  let open = -1;
  wide.forEach((isWide, i) => {
    if (isWide && open >= 0) wide[open] = true;
    open = isWide || open >= 0 ? -1 : i;
  });
  if (open >= 0) wide[open] = true;
  return wide;
}

function needsRoom({ chart, columns, list, rows }: Analysis): boolean {
  switch (chart.mark) {
    case "table":
      return list || columns.length > 4;
    case "figures":
      return columns.length > 6;
    case "column":
      return rows.length > 60;
    case "heatmap":
      return new Set(rows.map((row) => row[chart.x])).size > 5;
    case "interval":
      return rows.length > 12;
    default:
      return false;
  }
}
