import type { Column, Kind, Scalar } from "./data.ts";

const number = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat("en-US", options);
const whole = number({ maximumFractionDigits: 0 });
const exact: Partial<Record<Kind, Intl.NumberFormat>> = {
  count: whole,
  number: number({ maximumFractionDigits: 2 }),
  share: number({ style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }),
  ratio: number({ minimumFractionDigits: 2, maximumFractionDigits: 2 }),
  statistic: number({ minimumFractionDigits: 3, maximumFractionDigits: 3 }),
  usd: number({ style: "currency", currency: "USD", maximumFractionDigits: 0 }),
};
const short: Partial<Record<Kind, Intl.NumberFormat>> = {
  count: number({ notation: "compact", maximumFractionDigits: 1 }),
  number: number({ notation: "compact", maximumFractionDigits: 1 }),
  share: number({ style: "percent", maximumFractionDigits: 0 }),
  ratio: number({ maximumFractionDigits: 2 }),
  statistic: number({ maximumFractionDigits: 3 }),
  usd: number({ style: "currency", currency: "USD", notation: "compact", maximumFractionDigits: 1 }),
};
const months = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });
const dayFormat = (month: "long" | "short") =>
  new Intl.DateTimeFormat("en-GB", { day: "numeric", month, year: "numeric", timeZone: "UTC" });
const days = { long: dayFormat("long"), short: dayFormat("short") };

const notStated = "not stated";

export const count = (n: number): string => whole.format(n);
export const percent = (share: number): string => formatValue("share", share);

/** An address may state a thirteenth month. */
const isTime = (text: string): boolean => !Number.isNaN(Date.parse(text));

/** "2020-02-29" as "29 February 2020" or "29 Feb 2020"; other text as it is. */
export const day = (iso: string, length: "long" | "short" = "long"): string =>
  /^\d{4}-\d\d-\d\d$/.test(iso) && isTime(`${iso}T00:00Z`)
    ? days[length].format(new Date(`${iso}T00:00Z`))
    : iso;

/** "2020-02" as "Feb 2020"; other text as it is. */
export const month = (iso: string): string =>
  /^\d{4}-\d\d$/.test(iso) && isTime(`${iso}-01T00:00Z`) ? months.format(new Date(`${iso}-01T00:00Z`)) : iso;

/** A cell that names what a mark stands for: missing is a category of its own. */
export const formatName = (column: Column, value: Scalar | undefined): string =>
  value === null || value === undefined || value === "" ? notStated : formatCell(column, value);

/** A value as a person reads it, exactly as in the sentences and workbooks; missing is an en dash. */
export function formatValue(kind: Kind, value: Scalar | undefined): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return signed(exact[kind]?.format(value) ?? String(value));
  if (kind === "month") return month(value);
  return kind === "date" ? day(value) : value;
}

/** A cell of a column: identifiers in words, years not grouped by thousands. */
export function formatCell(column: Column, value: Scalar | undefined): string {
  if (column.kind === "label" && typeof value === "string" && value !== "") return category(value);
  if (/(^|_)year$/.test(column.name) && typeof value === "number") return String(value);
  return formatValue(column.kind, value);
}

/** An axis tick: short, with the unit. */
export const tick = (kind: Kind, value: number): string =>
  signed(short[kind]?.format(value) ?? String(value));

const finest = { share: number({ style: "percent", maximumFractionDigits: 4 }) } as Partial<
  Record<Kind, Intl.NumberFormat>
>;
const fine = number({ maximumFractionDigits: 4 });

/** The ticks of an axis: as short as still tells them apart, since an axis need not begin at zero. */
export function ticks(kind: Kind, values: readonly number[]): readonly string[] {
  const ways = [tick, formatValue, (_: Kind, value: number) => signed((finest[kind] ?? fine).format(value))];
  const written = ways.map((write) => values.map((value) => write(kind, value)));
  return written.find((texts) => new Set(texts).size === texts.length) ?? written.at(-1) ?? [];
}

/** A minus sign that is as wide as a figure, and none before zero. */
const signed = (text: string): string =>
  /^-\D*[0.,]+\D*$/.test(text) ? text.slice(1) : text.replace("-", "−");

/** Two decimals throughout, where numbers stand in one figure and some have a fraction. */
export function alignedFormat(
  kind: Kind,
  values: readonly (number | null)[],
): (value: number | null) => string {
  const aligned = kind === "number" && values.some((value) => value !== null && !Number.isInteger(value));
  return (value) => formatValue(aligned ? "ratio" : kind, value);
}

/** A category's name: identifiers in words, missing as "not stated". */
export function category(value: Scalar | undefined): string {
  if (value === null || value === undefined || value === "") return notStated;
  if (typeof value === "boolean") return value ? "yes" : "no";
  return /^[a-z0-9]+(_[a-z0-9]+)+$/.test(String(value)) ? words(String(value)) : String(value);
}

const words = (identifier: string): string =>
  identifier.replace(/_usd$/, "").replace(/_on$/, "").replaceAll("_", " ");
