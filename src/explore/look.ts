import { closest } from "fastest-levenshtein";
import { usage } from "../errors.ts";
import { checkDate, checkSettings } from "../portfolio/options.ts";
import { type DimensionId, dimensionIds, dimensions } from "./dimensions.ts";

/** A number of the dimension's unit, or a month as YYYY-MM. */
export type Bound = number | string;

export type Filter =
  /** low <= value < high; a missing bound is open, a missing value never passes. */
  | { readonly low: Bound | null; readonly high: Bound | null }
  /** One of these; null is missing. */
  | { readonly values: readonly (string | null)[] };

export type Filters = Readonly<Partial<Record<DimensionId, Filter>>>;

/** What is counted and selected: customers with all of their cards, or single cards with their owners. */
export type LookGrain = "customers" | "cards";

/**
 * How a reader looks at a portfolio: the whole state of the dashboard, written as the query of its address.
 *
 * | in the address | means |
 * | --- | --- |
 * | `grain=cards` | cards are selected, not customers |
 * | `score=600..700` | 600 <= score < 700; either side may be left out |
 * | `state=CA&state=TX` | one of these |
 * | `state=` | the state is missing |
 * | `product=Visa~credit` | brand and type; either may be empty |
 * | `as_of=2020-02-29` | another as-of date |
 * | `set.premium.score_min=720` | another threshold |
 */
export interface Look {
  readonly grain: LookGrain;
  readonly filters: Filters;
  /** YYYY-MM-DD; the portfolio's own when left out. */
  readonly asOf?: string;
  /** "measure.parameter" to a value; the portfolio's own where left out. */
  readonly settings: Readonly<Record<string, number>>;
}

export const wholePortfolio: Look = { grain: "customers", filters: {}, settings: {} };

export const isNarrowed = ({ filters }: Look): boolean => Object.keys(filters).length > 0;

/** Reads a look from an address; parameters of pages are passed over. Throws USAGE for what cannot be meant. */
export function parseLook(params: URLSearchParams): Look {
  const grain = params.get("grain") ?? "customers";
  if (grain !== "customers" && grain !== "cards")
    throw usage(`unknown grain: ${grain}`, "write grain=customers or grain=cards");
  const filters: Partial<Record<DimensionId, Filter>> = {};
  for (const id of dimensionIds) {
    const texts = params.getAll(id);
    if (texts.length > 0) filters[id] = parseFilter(id, texts);
  }
  const settings: Record<string, number> = {};
  for (const [name, text] of params)
    if (name.startsWith("set.")) {
      const value = Number(text);
      if (text.trim() === "" || Number.isNaN(value)) throw usage(`${name}: not a number: ${text}`);
      settings[name.slice(4)] = value;
    }
  checkSettings(settings);
  const asOf = params.get("as_of");
  if (asOf !== null) checkDate(asOf);
  return { grain, filters, settings, ...(asOf !== null && { asOf }) };
}

function parseFilter(id: DimensionId, texts: readonly string[]): Filter {
  const { shape, kind } = dimensions[id];
  if (texts.some((text) => text.includes("\0"))) throw usage(`${id} holds a character that no text has`);
  if (shape === "category") return { values: [...new Set(texts.map((text) => (text === "" ? null : text)))] };
  const [text = ""] = texts;
  if (texts.length > 1) throw usage(`${id} is given twice`, `write ${id}=LOW..HIGH once`);
  if (text === "") return { values: [null] };
  const [, low, high] = /^(.*)\.\.(.*)$/.exec(text) ?? [];
  if (low === undefined || high === undefined || low + high === "")
    throw usage(`${id}: not a range: ${text}`, `write ${id}=LOW..HIGH; either side may be left out`);
  const bounds = { low: parseBound(id, kind, low), high: parseBound(id, kind, high) };
  if (bounds.low !== null && bounds.high !== null && bounds.low > bounds.high)
    throw usage(`${id}: nothing is between ${low} and ${high}`, `write ${id}=${high}..${low}`);
  return bounds;
}

function parseBound(id: DimensionId, kind: string, text: string): Bound | null {
  if (text === "") return null;
  if (kind === "month") {
    if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text))
      throw usage(`${id}: not a month: ${text}`, "write it YYYY-MM, such as 2020-02");
    return text;
  }
  const value = Number(text);
  if (!Number.isFinite(value)) throw usage(`${id}: not a number: ${text}`);
  return value;
}

/** The look as the query of an address, always in the same order. */
export function lookParams({ grain, filters, asOf, settings }: Look): URLSearchParams {
  const params = new URLSearchParams();
  if (grain === "cards") params.set("grain", grain);
  for (const id of dimensionIds) {
    const filter = filters[id];
    if (filter === undefined) continue;
    if ("values" in filter) for (const value of filter.values) params.append(id, value ?? "");
    else params.set(id, `${filter.low ?? ""}..${filter.high ?? ""}`);
  }
  if (asOf !== undefined) params.set("as_of", asOf);
  for (const name of Object.keys(settings).sort()) params.set(`set.${name}`, String(settings[name]));
  return params;
}

/** Throws USAGE for a dimension that is not one of ours. */
export function checkDimension(id: string): asserts id is DimensionId {
  if (!Object.hasOwn(dimensions, id))
    throw usage(`unknown dimension: ${id}`, `did you mean ${closest(id, [...dimensionIds])}?`);
}
