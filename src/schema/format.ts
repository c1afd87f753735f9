import type { Kind } from "./columns.ts";

const options = {
  count: { maximumFractionDigits: 0 },
  number: { maximumFractionDigits: 2 },
  share: { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 },
  ratio: { minimumFractionDigits: 2, maximumFractionDigits: 2 },
  statistic: { minimumFractionDigits: 3, maximumFractionDigits: 3 },
  usd: { style: "currency", currency: "USD", maximumFractionDigits: 0 },
} satisfies Partial<Record<Kind, Intl.NumberFormatOptions>>;

const made = new Map<string, Intl.NumberFormat>();
/** To make one takes longer than all that a short run formats with it: each is made when first asked for. */
function formatter(name: string, by: Intl.NumberFormatOptions): Intl.NumberFormat {
  const known = made.get(name) ?? new Intl.NumberFormat("en-US", by);
  made.set(name, known);
  return known;
}

/** A value as a person reads it; missing values are an en dash. Ids are never grouped by thousands. */
export function format(kind: Kind, value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number" && kind in options)
    return formatter(kind, options[kind as keyof typeof options]).format(value);
  return String(value);
}

export const percent = (share: number | null): string => format("share", share);
export const dollars = (amount: number | null): string => format("usd", amount);
export const whole = (n: number | null): string => format("count", n);
export const decimal = (n: number | null): string => format("ratio", n);

/** A threshold as it was set, to its last digit: a sentence must not say 0.36 of 0.355. */
export const threshold = (n: number, digits = 0): string =>
  formatter(`threshold ${digits}`, { minimumFractionDigits: digits, maximumFractionDigits: 10 }).format(n);

/** "1 card", "2,000 cards". */
export const counted = (n: number | null, one: string): string => `${whole(n)} ${n === 1 ? one : `${one}s`}`;
