import type { Kind } from "./data.ts";
import { formatValue, tick } from "./format.ts";
import { timeAxis, timeTicks } from "./time.ts";

/** The bins a brush snaps to: bin i holds edge i <= value < edge i + 1. Months are written YYYY-MM. */
export interface Bins {
  readonly kind: Kind;
  readonly edges: readonly (number | string)[];
  /** Whether the first or the last bin also holds everything beyond it. */
  readonly open?: { readonly low?: boolean; readonly high?: boolean };
}

/** Bins from (included) to (excluded). */
export type Brush = readonly [number, number];

/** What stays fixed while a brush moves: one of its bounds, its width, or nothing. */
export type Move = { readonly anchor: number } | { readonly width: number } | "any";

export const binCount = ({ edges }: Bins): number => Math.max(1, edges.length - 1);

/** A brush of at least one bin, within the bins there are. */
export function within(lo: number, hi: number, bins: number): Brush {
  const low = Math.max(0, Math.min(bins - 1, Math.min(lo, hi)));
  return [low, Math.max(low + 1, Math.min(bins, Math.max(lo, hi)))];
}

/** Whether a bin is a single value, so that its upper bound is read as included. */
function discrete({ kind, edges: [first, second] }: Bins): boolean {
  if (kind === "month") return true;
  return kind === "number" && Number.isInteger(first) && Number(second) - Number(first) === 1;
}

const openLow = ({ open }: Bins, lo: number) => lo === 0 && open?.low === true;
const openHigh = (bins: Bins, hi: number) => hi === binCount(bins) && bins.open?.high === true;
const edgeText = ({ kind, edges }: Bins, at: number) => formatValue(kind, edges[at]);

/** A brush in words: "Jan 2020 to Mar 2020", "600 to 699", "$50,000 to under $70,000". */
export function rangeText(bins: Bins, [lo, hi]: Brush): string {
  const [low, high] = [openLow(bins, lo), openHigh(bins, hi)];
  if (low && high) return "any";
  if (high) return `${edgeText(bins, lo)} or more`;
  const top = discrete(bins) ? edgeText(bins, hi - 1) : `under ${edgeText(bins, hi)}`;
  if (low) return discrete(bins) ? `up to ${top}` : top;
  return discrete(bins) && hi === lo + 1 ? top : `${edgeText(bins, lo)} to ${top}`;
}

/** One bound of a brush, as a slider says it. */
export function boundText(bins: Bins, [lo, hi]: Brush, side: 0 | 1): string {
  if (side === 0) return openLow(bins, lo) ? "no lower bound" : edgeText(bins, lo);
  if (openHigh(bins, hi)) return "no upper bound";
  return discrete(bins) ? edgeText(bins, hi - 1) : `under ${edgeText(bins, hi)}`;
}

export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** The largest value that is drawn. */
  readonly max: number;
}

/** Where a bin begins, in pixels. */
export const binX = ({ left, right }: Frame, bins: number, at: number): number =>
  left + ((right - left) * at) / bins;

/** All bars as one path: a step of a brush sets one attribute. */
export function barsPath(values: ArrayLike<number>, steps: number, bins: number, frame: Frame): string {
  const { top, bottom, max } = frame;
  const gap = ((frame.right - frame.left) * steps) / bins > 4 ? 1 : 0;
  let path = "";
  for (let bar = 0; bar < values.length; bar++) {
    const value = values[bar] ?? 0;
    if (value <= 0) continue;
    const from = Math.round(binX(frame, bins, bar * steps));
    const to = Math.round(binX(frame, bins, Math.min(bins, (bar + 1) * steps)));
    // one that holds something can be seen
    const height = Math.max(1, ((bottom - top) * Math.min(value, max)) / max);
    path += `M${from},${bottom}v${(-height).toFixed(1)}h${Math.max(1, to - from - gap)}V${bottom}z`;
  }
  return path;
}

/** Ticks of the axis of bins, at most one in `room` bins. */
export function binTicks(bins: Bins, room: number): { readonly at: number; readonly text: string }[] {
  const { kind, edges } = bins;
  const count = binCount(bins);
  if (kind === "month") {
    const axis = timeAxis([edges[0] ?? null, edges[count] ?? null]);
    if (axis === undefined) return [];
    return timeTicks(axis, room).map(({ slot, text }) => ({ at: slot, text }));
  }
  const [first, last] = [Number(edges[0]), Number(edges[count])];
  const step = niceStep(((last - first) / count) * room);
  const ticks: { at: number; text: string }[] = [];
  for (let k = Math.ceil(first / step - 1e-9); k * step <= last + step * 1e-9; k++) {
    const value = Number((k * step).toPrecision(12));
    ticks.push({ at: ((value - first) / (last - first)) * count, text: tick(kind, value) });
  }
  return ticks;
}

/** The first of 1, 2, 5, 10, … that is no smaller. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10) * power;
}
