import type { SheetChart, WriteSheet } from "hucre";
import type { Result } from "../analyses/run.ts";
import type { Scalar } from "../engines/engine.ts";
import type { Column, Kind } from "../schema/columns.ts";
import { cellOf, numberFormats, range } from "./workbook-cells.ts";
import { addLine } from "./workbook-line.ts";

/** Okabe-Ito, the order of the other outputs' charts. */
const PALETTE = ["0072B2", "E69F00", "009E73", "CC79A7", "56B4E9", "D55E00", "F0E442", "000000"];
/** More bars than this are no picture. */
const MOST_BARS = 60;
const MISSING = "(missing)";

/** A block of cells beside the rows: what a chart of two categories, or a shaded table, is drawn from. */
interface Crosstab {
  readonly corner: string;
  readonly across: readonly Scalar[];
  readonly down: readonly { readonly key: Scalar; readonly values: readonly Scalar[] }[];
  readonly kinds: { readonly key: Kind; readonly across: Kind; readonly value: Kind };
}

/** Puts the picture of an analysis beside its rows, which begin at `top` (from 0; the header is above). */
export function addPicture(sheet: WriteSheet, result: Result, top: number): void {
  const { chart, columns } = result.analysis;
  const rows = result.rows as readonly Readonly<Record<string, Scalar>>[];
  if (rows.length === 0) return;
  const left = Object.keys(columns).length + 1;
  if (chart.mark === "heatmap") {
    const { y, x, value } = chart;
    const block = crosstab(rows, columns, y, x, value);
    place(sheet, block, top - 1, left);
    sheet.conditionalRules = [
      {
        type: "colorScale",
        priority: 1,
        range: range(top, left + 1, top + block.down.length - 1, left + block.across.length),
        colorScale: { cfvo: [{ type: "min" }, { type: "max" }], colors: ["FFFFFF", "56B4E9"] },
      },
    ];
  }
  if (chart.mark === "line") addLine(sheet, result, chart, { top, left, palette: PALETTE });
  if (chart.mark !== "bar" && chart.mark !== "column") return;
  const block = crosstab(rows, columns, chart.x, chart.color, chart.y);
  if (block.down.length > MOST_BARS || block.across.length > PALETTE.length) return;
  const bottom = top + block.down.length - 1;
  const beside = chart.color !== undefined || block.down.some(({ key }) => key === MISSING);
  if (beside) place(sheet, block, top - 1, left);
  const names = Object.keys(columns);
  const categories = beside ? left : names.indexOf(chart.x);
  const values = beside ? left + 1 : names.indexOf(chart.y);
  const from = { row: top, col: beside ? left + block.across.length + 2 : left };
  const high = chart.mark === "column" ? 18 : Math.max(12, Math.min(40, block.down.length * 2 + 6));
  const picture: SheetChart = {
    type: chart.mark,
    title: result.analysis.title,
    altText: result.insight,
    series: block.across.map((name, index) => ({
      name: String(name),
      categories: range(top, categories, bottom, categories),
      values: range(top, values + index, bottom, values + index),
      color: PALETTE[index] ?? "000000",
    })),
    ...(chart.color !== undefined && { barGrouping: "stacked", overlap: 100 }),
    legend: chart.color === undefined ? false : "bottom",
    gapWidth: 40,
    // Rows that a filter hides stay in the picture of the block beside them.
    plotVisOnly: !beside,
    axes: {
      x: { ...axis(block.kinds.key), ...(chart.mark === "bar" && { reverse: true }) },
      y: {
        ...axis(block.kinds.value),
        title: columns[chart.y]?.label ?? chart.y,
        gridlines: { major: true },
      },
    },
    anchor: { from, to: { row: from.row + high, col: from.col + 9 } },
  };
  sheet.charts = [picture];
}

const axis = (kind: Kind) => {
  const formatCode = numberFormats[kind];
  return formatCode === undefined ? {} : { numberFormat: { formatCode } };
};

/** The sums of `value` for each `key`, in the order they come; without `across` there is one column. */
function crosstab(
  rows: readonly Readonly<Record<string, Scalar>>[],
  columns: Readonly<Record<string, Column>>,
  key: string,
  across: string | undefined,
  value: string,
): Crosstab {
  const kindOf = (name: string): Kind => columns[name]?.kind ?? "label";
  const named = (name: string, cell: Scalar | undefined): Scalar =>
    cellOf(kindOf(name), cell ?? null) ?? MISSING;
  const heads = new Set<Scalar>();
  const lines = new Map<Scalar, Map<Scalar, Scalar>>();
  for (const row of rows) {
    const head = across === undefined ? (columns[value]?.label ?? value) : named(across, row[across]);
    heads.add(head);
    const line = lines.get(named(key, row[key])) ?? new Map<Scalar, Scalar>();
    lines.set(named(key, row[key]), line);
    line.set(head, cellOf(kindOf(value), row[value] ?? null));
  }
  return {
    corner: columns[key]?.label ?? key,
    across: [...heads],
    down: [...lines].map(([at, line]) => ({
      key: at,
      values: [...heads].map((head) => line.get(head) ?? null),
    })),
    kinds: {
      key: kindOf(key),
      across: across === undefined ? "label" : kindOf(across),
      value: kindOf(value),
    },
  };
}

function place(sheet: WriteSheet, block: Crosstab, top: number, left: number): void {
  const cells = sheet.cells ?? new Map();
  sheet.cells = cells;
  const put = (row: number, column: number, value: Scalar, kind: Kind | "head") => {
    const numFmt = kind === "head" ? undefined : numberFormats[kind];
    if (value !== null)
      cells.set(`${row},${column}`, {
        value,
        style: {
          ...(kind === "head" && { font: { name: "Calibri", size: 11, bold: true } }),
          ...(numFmt !== undefined && { numFmt }),
        },
      });
  };
  for (const [index, head] of [block.corner, ...block.across].entries())
    put(top, left + index, head, typeof head === "number" ? block.kinds.across : "head");
  for (const [down, { key, values }] of block.down.entries()) {
    put(top + 1 + down, left, key, block.kinds.key);
    for (const [index, value] of values.entries())
      put(top + 1 + down, left + 1 + index, value, block.kinds.value);
  }
}
