/** Days as YYYY-MM-DD, all of them UTC. */

const DAY_MS = 24 * 60 * 60_000;

export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The first millisecond of a day. */
export const startOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);

export const addDays = (day: string, days: number): string => dayOf(startOf(day) + days * DAY_MS);

/** From one day to another, both included. */
export function daysBetween(first: string, last: string): string[] {
  const days: string[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day);
  return days;
}
