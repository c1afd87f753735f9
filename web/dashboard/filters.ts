import type { Dimension, DimensionId } from "../../src/explore/dimensions.ts";
import type { Bound, Filter } from "../../src/explore/look.ts";
import { category, formatValue, month } from "../kit/format.ts";

type Kind = Dimension["kind"];

/** Filters as the address has them; src/explore/look.ts reads the same. */
export const kinds: Readonly<Record<DimensionId, Kind>> = {
  score: "number",
  age: "number",
  income: "usd",
  debt_to_income: "ratio",
  utilisation: "ratio",
  expiry: "month",
  product: "label",
  state: "label",
  employment: "label",
};
export const isDimension = (name: string): name is DimensionId => Object.hasOwn(kinds, name);

export const isLookKey = (name: string): boolean =>
  name === "grain" || name === "as_of" || name.startsWith("set.") || isDimension(name);

export function filterOf(id: string, texts: readonly string[]): Filter | undefined {
  if (!isDimension(id) || texts.length === 0) return undefined;
  const [, low, high] = /^(.*)\.\.(.*)$/.exec(texts[0] ?? "") ?? [];
  if (kinds[id] === "label" || low === undefined || high === undefined)
    return { values: texts.map((text) => (text === "" ? null : text)) };
  const bound = (text: string): Bound | null =>
    text === "" ? null : kinds[id] === "month" ? text : Number(text);
  return { low: bound(low), high: bound(high) };
}

export const textsOf = (filter: Filter): string[] =>
  "values" in filter
    ? filter.values.map((value) => value ?? "")
    : [`${filter.low ?? ""}..${filter.high ?? ""}`];

/** A filter as a reader says it: "600 to 699", "$40,000 up to $60,000", "Mar 2020 to May 2020". */
export function wordsOf(id: string, filter: Filter): string {
  const kind = isDimension(id) ? kinds[id] : "label";
  if ("values" in filter) {
    const names = filter.values.map((value) => (id === "product" ? productName(value) : category(value)));
    return names.length <= 3
      ? names.join(", ")
      : `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
  }
  const { low, high } = filter;
  const show = (bound: Bound) => (kind === "month" ? month(String(bound)) : formatValue(kind, Number(bound)));
  // months and whole numbers are named by the last that is in
  const last = (bound: Bound) =>
    kind === "month" ? month(before(String(bound))) : formatValue(kind, Number(bound) - 1);
  const isWhole = kind === "month" || kind === "number";
  if (low === null && high === null) return "stated";
  if (low === null) return isWhole ? `up to ${last(high ?? 0)}` : `below ${show(high ?? 0)}`;
  if (high === null)
    return `${show(low)} and more`.replace(
      /^(\D.*) and more$/,
      kind === "month" ? "$1 and later" : "$1 and more",
    );
  if (isWhole) return show(low) === last(high) ? show(low) : `${show(low)} to ${last(high)}`;
  return `${show(low)} to below ${show(high)}`;
}

/** "Visa~credit" as "Visa credit". */
export function productName(key: string | null): string {
  if (key === null) return "not stated";
  const [brand = "", type = ""] = key
    .split("~")
    .map((part) => part.replaceAll("%7E", "~").replaceAll("%25", "%"));
  return `${brand === "" ? "brand not stated" : brand} ${type === "" ? "(type not stated)" : category(type)}`;
}

/** The month before: "2020-01" is after "2019-12". */
function before(iso: string): string {
  const [year = 0, number = 1] = iso.split("-").map(Number);
  return number === 1 ? `${year - 1}-12` : `${year}-${String(number - 1).padStart(2, "0")}`;
}
