import type { Column, Kind, Scalar } from "./data.ts";

const number = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat("en-US", options);
const whole = number({ maximumFractionDigits: 0 });
const exact: Partial<Record<Kind, Intl.NumberFormat>> = {
  count: whole,
  number: number({ maximumFractionDigits: 2 }),
  share: number({ style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }),
  ratio: number({ minimumFractionDigits: 2, maximumFractionDigits: 2 }),
  usd: number({ style: "currency", currency: "USD", maximumFractionDigits: 0 }),
};
const short: Partial<Record<Kind, Intl.NumberFormat>> = {
  count: number({ notation: "compact", maximumFractionDigits: 1 }),
  number: number({ notation: "compact", maximumFractionDigits: 1 }),
  share: number({ style: "percent", maximumFractionDigits: 0 }),
  ratio: number({ maximumFractionDigits: 2 }),
  usd: number({ style: "currency", currency: "USD", notation: "compact", maximumFractionDigits: 1 }),
};
const months = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });
const days = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

export const count = (n: number): string => whole.format(n);
export const percent = (share: number): string => formatValue("share", share);

/** "2020-02-29" as "29 February 2020"; other text as it is. */
export const day = (iso: string): string =>
  /^\d{4}-\d\d-\d\d$/.test(iso) ? days.format(new Date(`${iso}T00:00Z`)) : iso;

/** "2020-02" as "Feb 2020"; other text as it is. */
export const month = (iso: string): string =>
  /^\d{4}-\d\d$/.test(iso) ? months.format(new Date(`${iso}-01T00:00Z`)) : iso;

/** A value as a person reads it, exactly as in the sentences and workbooks; missing is an en dash. */
export function formatValue(kind: Kind, value: Scalar | undefined): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return exact[kind]?.format(value).replace("-", "−") ?? String(value);
  if (kind === "month") return month(value);
  return kind === "date" ? day(value) : value;
}

/** A cell of a column: years are not grouped by thousands, and missing categories are named. */
export function formatCell(column: Column, value: Scalar | undefined): string {
  if (column.kind === "label") return category(value);
  if (/(^|_)year$/.test(column.name) && typeof value === "number") return String(value);
  return formatValue(column.kind, value);
}

/** An axis tick: short, with the unit. */
export const tick = (kind: Kind, value: number): string =>
  (short[kind]?.format(value) ?? String(value)).replace("-", "−");

/** A category's name: identifiers in words, missing as "not stated". */
export function category(value: Scalar | undefined): string {
  if (value === null || value === undefined || value === "") return "not stated";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return /^[a-z0-9]+(_[a-z0-9]+)+$/.test(String(value)) ? words(String(value)) : String(value);
}

const words = (identifier: string): string =>
  identifier.replace(/_usd$/, "").replace(/_on$/, "").replaceAll("_", " ");
