/** Months since January of year 0; months are all a sample knows of time. */
export type MonthNumber = number;

export const monthNumber = (year: number, month: number): MonthNumber => year * 12 + month - 1;
export const yearOf = (month: MonthNumber): number => Math.floor(month / 12);
export const monthOfYear = (month: MonthNumber): number => (month % 12) + 1;

/** The month every sample is a snapshot of: a constant, so that a sample made next year is the same sample. */
export const SNAPSHOT: MonthNumber = monthNumber(2025, 6);

export const monthText = (month: MonthNumber): string =>
  `${String(monthOfYear(month)).padStart(2, "0")}/${yearOf(month)}`;

/**
 * Days from 1970-01-01 to the first of the month, without a clock or a time zone; Howard Hinnant's
 * days_from_civil, where the year starts in March.
 */
export function firstDay(month: MonthNumber): number {
  const shifted = month - 2;
  const year = Math.floor(shifted / 12);
  const dayOfYear = Math.floor((153 * (shifted % 12) + 2) / 5);
  return (
    365 * year + Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400) + dayOfYear - 719_468
  );
}
