import type { Kind, Row } from "../../kit/data.ts";

export interface ShownColumn {
  readonly name: string;
  readonly label: string;
  readonly kind: Kind;
}

/** As /api/history answers. */
export interface HistoryAnswer {
  /** YYYY-MM-DD; the present one is the last. */
  readonly days: readonly string[];
  readonly analyses: readonly { readonly id: string; readonly title: string }[];
}

/** As /api/history/ID answers. */
export interface TrendAnswer {
  readonly analysis: string;
  readonly columns: readonly ShownColumn[];
  readonly days: readonly {
    readonly day: string;
    readonly rows: readonly Row[];
    readonly position: number;
  }[];
}

/** As /api/history/compare answers. */
export interface ComparisonAnswer {
  readonly from: string;
  readonly to: string;
  readonly analyses: readonly {
    readonly id: string;
    readonly title: string;
    readonly columns: readonly ShownColumn[];
    readonly rows: readonly { readonly from: Row | null; readonly to: Row | null }[];
  }[];
}

/** One figure on one day. */
export interface TrendPoint {
  readonly day: string;
  readonly value: number | null;
  readonly position: number;
  /** The day is not over. */
  readonly isProvisional: boolean;
}

const DAY_MS = 24 * 60 * 60 * 1000;
export const dayNumber = (day: string): number => Math.round(Date.parse(`${day}T00:00Z`) / DAY_MS);
export const dayOf = (number: number): string => new Date(number * DAY_MS).toISOString().slice(0, 10);
