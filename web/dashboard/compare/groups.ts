import type { Kind, Row } from "../../kit/data.ts";
import { numberOf } from "../../kit/data.ts";
import { category, formatValue } from "../../kit/format.ts";

/** A group of customers under one rate of the analysis rates-by-segment. */
export interface Group {
  readonly name: string;
  readonly customers: number;
  /** Customers whom the rate is of. */
  readonly known: number;
  readonly mix: number | null;
  readonly raw: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly standardised: number | null;
  readonly small: boolean;
  readonly row: Row;
}

export const groupsOf = (rows: readonly Row[], dimension: string, rate: string): Group[] =>
  rows
    .filter((row) => row["dimension"] === dimension && row["rate"] === rate)
    .map((row) => ({
      name: category(row["segment"]),
      customers: numberOf(row, "customers") ?? 0,
      known: numberOf(row, "known") ?? 0,
      mix: numberOf(row, "share_of_customers"),
      raw: numberOf(row, "raw"),
      low: numberOf(row, "raw_low"),
      high: numberOf(row, "raw_high"),
      standardised: numberOf(row, "age_standardised"),
      small: row["small"] === true,
      row,
    }));

export interface Reversal {
  /** The group that is higher as it is, and lower at equal age. */
  readonly higher: Group;
  readonly lower: Group;
}

/** Pairs of groups, none small, whose order turns round at equal age; the widest apart first. */
export function reversals(groups: readonly Group[]): Reversal[] {
  const compared = groups.filter(
    ({ small, raw, standardised }) => !small && raw !== null && standardised !== null,
  );
  const gap = ({ higher, lower }: Reversal) => (higher.raw ?? 0) - (lower.raw ?? 0);
  return compared
    .flatMap((higher) =>
      compared
        .filter(
          (lower) =>
            (higher.raw ?? 0) > (lower.raw ?? 0) && (higher.standardised ?? 0) < (lower.standardised ?? 0),
        )
        .map((lower) => ({ higher, lower })),
    )
    .sort((a, b) => gap(b) - gap(a));
}

/** How a rate is written: shares as per cent, the rest as numbers. */
export const kindOf = (rate: string): Kind => (rate.startsWith("share_") ? "share" : "ratio");

export const rateName = (rate: string): string =>
  category(rate.replace(/^share_with_/, "share_with_a_"))
    .replace(/^share /, "Share: ")
    .replace(/^./, (first) => first.toUpperCase());

export const shown = (rate: string, value: number | null): string => formatValue(kindOf(rate), value);
