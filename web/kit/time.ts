import type { Scalar } from "./data.ts";
import { month } from "./format.ts";

/** An axis of years or months: every one from the first to the last, whether or not a row has it. */
export interface TimeAxis {
  readonly unit: "year" | "month";
  readonly first: number;
  readonly length: number;
}

/** Months since year 0, or years; undefined when the text is neither. */
function position(unit: TimeAxis["unit"], value: Scalar): number | undefined {
  const match = (unit === "year" ? /^(\d{4})$/ : /^(\d{4})-(\d\d)$/).exec(String(value));
  if (!match) return undefined;
  return unit === "year" ? Number(match[1]) : Number(match[1]) * 12 + Number(match[2]) - 1;
}

/** The axis that holds all the keys; undefined when they are no years and no months, or too far apart to draw. */
export function timeAxis(keys: readonly Scalar[]): TimeAxis | undefined {
  for (const unit of ["year", "month"] as const) {
    const at = keys.map((key) => position(unit, key));
    if (at.length === 0 || at.includes(undefined)) continue;
    const known = at as number[];
    const first = Math.min(...known);
    const length = Math.max(...known) - first + 1;
    return length <= 1_500 ? { unit, first, length } : undefined;
  }
  return undefined;
}

export const slotOf = (axis: TimeAxis, key: Scalar): number => (position(axis.unit, key) ?? 0) - axis.first;

/** Where a day (YYYY-MM-DD) ends on the axis, in slots; undefined outside of it. */
export function endOfDay(axis: TimeAxis, iso: string): number | undefined {
  const [year = 0, monthOfYear = 1, dayOfMonth = 1] = iso.split("-").map(Number);
  const months =
    year * 12 + monthOfYear - 1 + dayOfMonth / new Date(Date.UTC(year, monthOfYear, 0)).getUTCDate();
  const at = (axis.unit === "month" ? months : months / 12) - axis.first;
  return at >= 0 && at <= axis.length ? at : undefined;
}

/** Ticks that leave `room` slots between each other: years as such, months by year where there are many. */
export function timeTicks(axis: TimeAxis, room: number): { slot: number; text: string }[] {
  const byYear = axis.unit === "month" && (axis.length > 30 || room > 12);
  const perTick = axis.unit === "year" ? 1 : byYear ? 12 : 1;
  const steps = axis.unit === "year" || byYear ? [1, 2, 5, 10, 20, 50, 100] : [1, 2, 3, 6, 12];
  const step = (steps.find((s) => s * perTick >= room) ?? steps.at(-1) ?? 1) * perTick;
  const ticks: { slot: number; text: string }[] = [];
  for (let at = Math.ceil(axis.first / step) * step; at < axis.first + axis.length; at += step) {
    const year = Math.floor(at / 12);
    const text =
      axis.unit === "year"
        ? String(at)
        : byYear
          ? String(year)
          : month(`${year}-${String((at % 12) + 1).padStart(2, "0")}`);
    ticks.push({ slot: at - axis.first, text });
  }
  return ticks;
}
