import { escapeHtml } from "./escape-html.ts";
import { type CardChart, type CardTable, cellText } from "./model-content.ts";

const WIDTH = 460;
const HEIGHT = 300;
const LEFT = 64;
const RIGHT = WIDTH - 24;
const TOP = 14;
const BOTTOM = HEIGHT - 44;
/** Intervals of the second series stand beside those of the first. */
const ASIDE = 3;

interface Point {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

/** The chart of a table as SVG, to scale, with classes for its colours. */
export function chartSvg(table: CardTable, chart: CardChart): string {
  const body = lines(table, chart);
  return `<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(`${chart.title}. ${chart.alt}`)}">${body.svg}</svg>${body.legend}</figure>`;
}

/** Series by place; what is no number is not drawn. */
export function seriesOf(table: CardTable, chart: CardChart): readonly Series[] {
  const found = new Map<string, Point[]>();
  for (const row of table.rows) {
    const x = row[chart.x];
    const y = row[chart.y];
    if (typeof x !== "number" || typeof y !== "number") continue;
    const name = chart.series === undefined ? "" : String(row[chart.series]);
    const end = (column: number | undefined) => {
      const value = column === undefined ? y : row[column];
      return typeof value === "number" ? value : y;
    };
    const points = found.get(name) ?? [];
    found.set(name, points);
    points.push({ x, y, low: end(chart.low), high: end(chart.high) });
  }
  return [...found].map(([name, points]) => ({ name, points }));
}

/** Round steps from 0 to what covers `most`, five or so. */
export function ticksTo(most: number): readonly number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10) * power;
  const last = Math.ceil(most / step - 1e-9);
  return Array.from({ length: last + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

function lines(table: CardTable, chart: CardChart) {
  const series = seriesOf(table, chart);
  const points = series.flatMap((one) => one.points);
  const xMost = Math.max(...points.map(({ x }) => x));
  const yMost = Math.max(...points.map(({ high }) => high));
  // A diagonal means something only where both scales are the same.
  const xTicks = ticksTo(chart.diagonal === undefined ? xMost : Math.max(xMost, yMost));
  const yTicks = chart.diagonal === undefined ? ticksTo(yMost) : xTicks;
  const xTo = xTicks.at(-1) ?? 1;
  const yTo = yTicks.at(-1) ?? 1;
  const x = (value: number) => round(LEFT + (value / xTo) * (RIGHT - LEFT));
  const y = (value: number) => round(BOTTOM - (value / yTo) * (BOTTOM - TOP));
  const drawn = series.map(({ points: of }, place) => {
    const sorted = of.toSorted((a, b) => a.x - b.x);
    const whiskers =
      chart.low === undefined
        ? ""
        : `<path class="whisker s${place}" d="${sorted.map((one) => `M${round(x(one.x) + place * ASIDE)} ${y(one.low)}V${y(one.high)}`).join("")}"/>`;
    const path = `<path class="line s${place}" d="M${sorted.map((one) => `${x(one.x)} ${y(one.y)}`).join("L")}"/>`;
    return `${whiskers}${path}${sorted.map((one) => marker(x(one.x), y(one.y), place)).join("")}`;
  });
  const diagonal =
    chart.diagonal === undefined ? "" : `<path class="diagonal" d="M${x(0)} ${y(0)}L${x(xTo)} ${y(yTo)}"/>`;
  const axes = [
    ...yTicks.map(
      (tick) =>
        `<path class="grid" d="M${LEFT} ${y(tick)}H${RIGHT}"/><text class="end" x="${LEFT - 6}" y="${y(tick) + 4}">${tickText(table, chart.y, tick)}</text>`,
    ),
    ...xTicks.map(
      (tick) =>
        `<text class="middle" x="${x(tick)}" y="${BOTTOM + 17}">${tickText(table, chart.x, tick)}</text>`,
    ),
  ];
  return {
    svg: `${axes.join("")}${axisNames(table, chart)}${diagonal}${drawn.join("")}`,
    legend: legend(
      series.map(({ name }) => name),
      chart.diagonal,
    ),
  };
}

function tickText(table: CardTable, column: number, tick: number): string {
  const kind = table.columns[column]?.kind ?? "number";
  const text = kind === "share" ? `${cellText("number", tick * 100)}%` : cellText("number", tick);
  return escapeHtml(text);
}

function axisNames(table: CardTable, chart: CardChart): string {
  const name = (column: number) => escapeHtml(table.columns[column]?.label ?? "");
  const middle = (TOP + BOTTOM) / 2;
  return `<text class="middle name" x="${(LEFT + RIGHT) / 2}" y="${HEIGHT - 8}">${name(chart.x)}</text><text class="middle name" x="12" y="${middle}" transform="rotate(-90 12 ${middle})">${name(chart.y)}</text>`;
}

/** A shape per series, for who does not tell the colours apart. */
function marker(x: number, y: number, place: number): string {
  if (place % 3 === 0) return `<circle class="dot s${place}" cx="${x}" cy="${y}" r="3.5"/>`;
  if (place % 3 === 1)
    return `<rect class="dot s${place}" x="${round(x - 3.2)}" y="${round(y - 3.2)}" width="6.4" height="6.4"/>`;
  return `<path class="dot s${place}" d="M${x} ${round(y - 4.2)}L${round(x + 4)} ${round(y + 3.2)}H${round(x - 4)}Z"/>`;
}

function legend(names: readonly string[], diagonal: string | undefined): string {
  const entries = [
    ...(names.length < 2 ? [] : names.map((name, place) => ({ svg: marker(7, 7, place), name }))),
    ...(diagonal === undefined ? [] : [{ svg: '<path class="diagonal" d="M0 12L14 2"/>', name: diagonal }]),
  ];
  if (entries.length === 0) return "";
  return `<figcaption>${entries.map(({ svg, name }) => `<span><svg viewBox="0 0 14 14" class="key" aria-hidden="true">${svg}</svg> ${escapeHtml(name)}</span>`).join("")}</figcaption>`;
}

const round = (n: number): number => Math.round(n * 100) / 100;
