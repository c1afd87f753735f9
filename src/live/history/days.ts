import { addDays, daysBetween } from "./calendar.ts";

/** Days without events are filled so far back from the newest event. */
export const MOST_DAYS = 400;

export interface Span {
  /** The day of the files that the workspace was made from, where it was. */
  readonly origin: string | undefined;
  /** The day of the earliest event in the log. */
  readonly first: string | undefined;
  /** The day of the newest event: it is not over. */
  readonly latest: string | undefined;
  /** The last day whose events are no longer in the log: it cannot be computed any more, nor can those before it. */
  readonly cut: string | undefined;
}

/** The days that are over by the events' own time and that the log can tell of, the newest first. */
export function closedDays({ origin, first, latest, cut }: Span): string[] {
  if (latest === undefined) return [];
  const from = cut === undefined ? first : addDays(cut, 1);
  if (from === undefined) return [];
  const oldest = addDays(latest, -MOST_DAYS);
  const days = daysBetween(from > oldest ? from : oldest, addDays(latest, -1)).reverse();
  const isBefore = origin !== undefined && cut === undefined && origin < from && origin < latest;
  if (isBefore && origin >= addDays(from, -MOST_DAYS)) days.push(origin);
  return days;
}
