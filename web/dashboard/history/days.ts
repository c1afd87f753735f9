import type { TrendAnswer } from "../../../src/server/routes/history.ts";

export type ShownColumn = TrendAnswer["columns"][number];

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
