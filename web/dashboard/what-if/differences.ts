import type { Kind } from "../../kit/data.ts";
import { count, formatValue, percent } from "../../kit/format.ts";

/** A difference with its sign: "+24", "−3", "±0"; and an arrow, so that it is not told by colour. */
export function difference(kind: Kind, opened: number | null, now: number | null): string {
  if (opened === null || now === null) return "–";
  const by = now - opened;
  if (by === 0) return "no change";
  const size = formatValue(kind, Math.abs(by));
  return by > 0 ? `▲ +${size}` : `▼ −${size}`;
}

/** The same as a share of what it was. */
export function relative(opened: number | null, now: number | null): string {
  if (opened === null || now === null || opened === now || opened === 0) return "";
  const by = (now - opened) / opened;
  return `${by > 0 ? "+" : "−"}${percent(Math.abs(by))}`;
}

export const part = (n: number | null, of: number | null, unit: string | null): string =>
  n === null || of === null || of === 0
    ? ""
    : `${percent(n / of)} of ${count(of)} ${unit === null ? "" : of === 1 ? unit : `${unit}s`}`;
