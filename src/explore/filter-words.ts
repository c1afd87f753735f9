import { maskCardNumbers } from "../schema/mask.ts";
import {
  type CategoryDimension,
  categoryParts,
  type DimensionId,
  dimensions,
  type RangeDimension,
} from "./dimensions.ts";
import type { Bound, Filter } from "./look.ts";

const NOT_STATED = "not stated";
const months = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });
const dollars = new Intl.NumberFormat("en-US", {
  style: "currency",
  currency: "USD",
  minimumFractionDigits: 0,
  maximumFractionDigits: 10,
});

/** A filter as a person says it, in full: "600 to 699", "Mar 2020 to May 2020", "CA, TX, not stated". */
export function filterWords(id: DimensionId, filter: Filter): string {
  const dimension: RangeDimension | CategoryDimension = dimensions[id];
  if ("values" in filter) {
    const columns = dimension.shape === "category" ? dimension.columns : [dimension.column];
    return filter.values.length === 0
      ? "none"
      : filter.values.map((key) => nameOf(categoryParts(key, columns.length), columns)).join(", ");
  }
  const { low, high } = filter;
  const isMonth = dimension.kind === "month";
  const show = (bound: Bound) => (isMonth ? monthName(String(bound)) : numberWords(dimension, Number(bound)));
  // of months and whole numbers the last that is in is named
  const isCounted = isMonth || (dimension.kind === "number" && [low, high].every(isWhole));
  const last = (bound: Bound) =>
    isMonth ? monthName(monthBefore(String(bound))) : numberWords(dimension, Number(bound) - 1);
  if (low === null)
    return high === null ? "stated" : isCounted ? `up to ${last(high)}` : `below ${show(high)}`;
  if (high === null) return `${show(low)} ${isMonth ? "and later" : "and more"}`;
  if (!isCounted) return `${show(low)} to below ${show(high)}`;
  return show(low) === last(high) ? show(low) : `${show(low)} to ${last(high)}`;
}

const isWhole = (bound: Bound | null): boolean => bound === null || Number.isInteger(bound);

/** Every digit of a bound: a stamp must not say 0.36 of 0.355. */
const numberWords = ({ kind }: { readonly kind: string }, value: number): string =>
  kind === "usd" ? dollars.format(value) : String(value);

/** Where only one of several columns is missing, it is named. */
function nameOf(parts: readonly (string | null)[], columns: readonly string[]): string {
  if (parts.every((part) => part === null)) return NOT_STATED;
  return parts.map((part, i) => (part === null ? `(${columns[i]} ${NOT_STATED})` : inWords(part))).join(" ");
}

/** Identifiers in words; card-shaped digits are masked wherever a value is quoted. */
const inWords = (name: string): string =>
  maskCardNumbers(/^[a-z0-9]+(_[a-z0-9]+)+$/.test(name) ? name.replaceAll("_", " ") : name);

/** "2020-03" as "Mar 2020". */
const monthName = (iso: string): string => months.format(new Date(`${iso}-01T00:00:00Z`));

/** The month before: "2019-12" before "2020-01". */
function monthBefore(iso: string): string {
  const day = new Date(`${iso}-01T00:00:00Z`);
  day.setUTCMonth(day.getUTCMonth() - 1);
  return day.toISOString().slice(0, 7);
}
