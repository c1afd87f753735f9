import {
  type CellValue,
  type ChartSeries,
  type ConditionalRule,
  type SheetChart,
  type WriteSheet,
  writeXlsx,
} from "hucre";
import type { Scalar } from "../engines/engine.ts";
import { seriesOf, ticksTo } from "./model-chart.ts";
import {
  type Block,
  type Card,
  type CardChart,
  type CardKind,
  type CardTable,
  cellText,
} from "./model-content.ts";
import { range, text } from "./workbook-cells.ts";
import { FONT, head, printed, title as titleStyle, wrapped } from "./workbook-styles.ts";

const formats: Partial<Record<CardKind, string>> = {
  count: "#,##0",
  share: "0.0%",
  figure: "0.000",
  ratio: "0.00",
  number: "General",
};
const COLORS = ["0072B2", "D55E00", "009E73"] as const;
const SYMBOLS = ["circle", "square", "triangle"] as const;
/** A workbook says when it was made; a card does not know, and the same model makes the same bytes. */
const MODIFIED = new Date(Date.UTC(2000, 0, 1));

/** The card as a workbook: the words on the first sheet, every table on one of its own, with native charts. */
export async function renderCardWorkbook(card: Card): Promise<Uint8Array> {
  const bySheet = new Map<string, CardTable[]>();
  for (const { blocks } of card.sections)
    for (const block of blocks)
      if (block.type === "table") bySheet.set(block.sheet, [...(bySheet.get(block.sheet) ?? []), block]);
  return writeXlsx({
    sheets: [wordsSheet(card), ...[...bySheet].map(([name, tables]) => tableSheet(name, tables))],
    properties: { title: text(card.title), creator: "Cardscope", modified: MODIFIED },
  });
}

const WORDS = 110;
const WIDEST = 48;

function wordsSheet({ title, lead, sections }: Card): WriteSheet {
  const rows: CellValue[][] = [[text(title)], [null, text(lead)]];
  const cells: NonNullable<WriteSheet["cells"]> = new Map([["0,0", { style: titleStyle }]]);
  for (const { heading, blocks } of sections) {
    rows.push([], [text(heading)]);
    cells.set(`${rows.length - 1},0`, { style: { font: { ...FONT, bold: true } } });
    rows.push(...blocks.filter(isFirstOfSheet).flatMap(words));
  }
  for (let row = 1; row < rows.length; row++) {
    if (!cells.has(`${row},0`)) cells.set(`${row},0`, { style: wrapped });
    cells.set(`${row},1`, { style: wrapped });
  }
  return {
    name: "Card",
    columns: [{ width: 30 }, { width: WORDS }],
    rows,
    cells,
    rowDefs: new Map(
      rows.map((row, index) => [
        index,
        {
          height: index === 0 ? 22 : 15 * Math.max(1, Math.ceil((String(row[1] ?? "").length * 1.1) / WORDS)),
        },
      ]),
    ),
    pageSetup: printed,
  };
}

/** Tables that share a sheet are named once. */
const isFirstOfSheet = (block: Block, place: number, blocks: readonly Block[]): boolean =>
  block.type !== "table" ||
  !blocks.slice(0, place).some((earlier) => earlier.type === "table" && earlier.sheet === block.sheet);

function words(block: Block): CellValue[][] {
  switch (block.type) {
    case "text":
    case "code":
      return [[null, text(block.text)]];
    case "warning":
      return [["Note", text(block.text)]];
    case "list":
      return block.items.map((item) => [null, text(item)]);
    case "facts":
      return block.rows.map(([term, said]) => [text(term), text(said)]);
    case "table":
      // one line per sheet would repeat itself where many tables share one
      return block.group === undefined
        ? [["Table", `${text(block.caption)}: see the sheet ${block.sheet}`]]
        : [];
  }
}

/** Tables of one sheet below each other under one header, each with its name in front where they have one. */
function tableSheet(name: string, tables: readonly CardTable[]): WriteSheet {
  const [first] = tables as readonly [CardTable, ...CardTable[]];
  const columns = [
    ...(first.group === undefined ? [] : [{ label: first.group.label, kind: "text" as const }]),
    ...first.columns,
  ];
  const rows = tables.flatMap(({ group, rows: of }) =>
    of.map((row) => (group === undefined ? row : [group.value, ...row])),
  );
  const last = Math.max(rows.length, 1);
  const widths = columns.map(({ label, kind }, index) => {
    const longest = Math.max(...rows.map((row) => cellText(kind, row[index] ?? null).length + 2));
    return Math.min(WIDEST, Math.max(9, Math.min(label.length, 16) + 3, longest));
  });
  const bars = columns.flatMap((column, index) => ("bar" in column ? [index] : []));
  const sheet: WriteSheet = {
    name,
    columns: columns.map(({ kind }, index) => {
      const numFmt = formats[kind];
      return { width: widths[index] ?? 9, ...(numFmt === undefined ? { style: wrapped } : { numFmt }) };
    }),
    rows: [
      columns.map(({ label }) => text(label)),
      ...rows.map((row) => row.map((cell) => (typeof cell === "string" ? text(cell) : cell))),
    ],
    cells: new Map(
      columns.map(({ kind }, index) => [`0,${index}`, { style: head(kind === "text" ? "label" : "count") }]),
    ),
    conditionalRules: bars.map((column, index) => ({
      priority: index + 1,
      range: range(1, column, last, column),
      ...shade(rows.some((row) => Number(row[column]) < 0)),
    })),
    rowDefs: new Map(rows.map((row, index) => [index + 1, { height: 15 * linesOf(row, widths) }])),
    freezePane: { rows: 1 },
    autoFilter: { range: range(0, 0, last, columns.length - 1) },
    pageSetup: printed,
  };
  if (first.chart !== undefined && rows.length > 0) addPicture(sheet, first, first.chart);
  return sheet;
}

/** Bars from 0 up, or colours to both sides of it: a bar to the left is more than every reader draws. */
const shade = (isSigned: boolean): Pick<ConditionalRule, "type" | "colorScale" | "dataBar"> =>
  isSigned
    ? {
        type: "colorScale",
        colorScale: {
          cfvo: [{ type: "min" }, { type: "num", value: "0" }, { type: "max" }],
          colors: ["F0B27A", "FFFFFF", "7FBFE8"],
        },
      }
    : { type: "dataBar", dataBar: { cfvo: [{ type: "num", value: "0" }, { type: "max" }], color: "56B4E9" } };

const linesOf = (row: readonly Scalar[], widths: readonly number[]): number =>
  Math.max(
    1,
    ...row.map((cell, index) =>
      typeof cell === "string" ? Math.ceil((cell.length * 1.15) / (widths[index] ?? WIDEST)) : 1,
    ),
  );

/** Puts the table's chart beside it, and below the chart the two points of its diagonal. */
function addPicture(sheet: WriteSheet, table: CardTable, chart: CardChart): void {
  const left = table.columns.length + 1;
  const anchor = { from: { row: 1, col: left }, to: { row: 22, col: left + 9 } };
  const common = { title: chart.title, altText: text(chart.alt), anchor };
  const name = (column: number) => table.columns[column]?.label ?? "";
  const axis = (column: number) => {
    const formatCode = formats[table.columns[column]?.kind ?? "text"];
    return { title: name(column), ...(formatCode !== undefined && { numberFormat: { formatCode } }) };
  };
  const y = { ...axis(chart.y), gridlines: { major: true } };
  const series: ChartSeries[] = runs(table, chart).map(({ name: label, from, to }, place) => ({
    name: label || name(chart.y),
    categories: range(from + 1, chart.x, to + 1, chart.x),
    values: range(from + 1, chart.y, to + 1, chart.y),
    color: COLORS[place % COLORS.length] ?? COLORS[0],
    marker: { symbol: SYMBOLS[place % SYMBOLS.length] ?? SYMBOLS[0], size: 6 },
    stroke: { width: 1.75 },
  }));
  const points = seriesOf(table, chart).flatMap((one) => one.points);
  const end = ticksTo(Math.max(...points.flatMap(({ x, high }) => [x, high]))).at(-1) ?? 1;
  if (chart.diagonal !== undefined) {
    const top = anchor.to.row + 2;
    const numFmt = formats[table.columns[chart.y]?.kind ?? "number"] ?? "General";
    sheet.cells?.set(`${top},${left}`, { value: `Dashed line: ${chart.diagonal}` });
    for (const [row, value] of [0, end].entries())
      for (const column of [left, left + 1])
        sheet.cells?.set(`${top + 1 + row},${column}`, { value, style: { numFmt } });
    series.push({
      name: chart.diagonal,
      categories: range(top + 1, left, top + 2, left),
      values: range(top + 1, left + 1, top + 2, left + 1),
      color: "808080",
      marker: { symbol: "none" },
      stroke: { width: 1, dash: "dash" },
    });
  }
  const scale = chart.diagonal === undefined ? {} : { scale: { min: 0, max: end } };
  const scatter: SheetChart = {
    ...common,
    type: "scatter",
    scatterStyle: "lineMarker",
    series,
    legend: series.length < 2 ? false : "bottom",
    axes: { x: { ...axis(chart.x), ...scale }, y: { ...y, ...scale } },
  };
  sheet.charts = [scatter];
}

/** Rows of one series follow each other. */
function runs(table: CardTable, { series }: CardChart) {
  const found: { name: string; from: number; to: number }[] = [];
  for (const [index, row] of table.rows.entries()) {
    const name = series === undefined ? "" : String(row[series]);
    const last = found.at(-1);
    if (last?.name === name) last.to = index;
    else found.push({ name, from: index, to: index });
  }
  return found;
}
