import { counted, threshold, whole } from "../schema/format.ts";
import type { EventsSince, LookStamp, Portion } from "./document.ts";

/** What was looked at, in the words that every report carries. */
export interface Stamp {
  readonly isPart: boolean;
  /** "Part of the portfolio: 694 of 2,000 customers, with 2,113 of 6,146 cards" */
  readonly part: string;
  /** "Credit score: 600 to 699" */
  readonly filters: readonly string[];
  /** What a filter selects, where there is one. */
  readonly selects: string;
  /** "premium.score_min = 720 (default 700)" */
  readonly thresholds: readonly string[];
  /** "1,234 events, the newest of 2026-11-29 10:00 UTC", and what predictions are of, where events have changed the portfolio. */
  readonly events: string;
}

export function stampOf({ grain, filters, settings, selected, whole: all, events }: LookStamp): Stamp {
  const isPart = filters.length > 0;
  const other = grain === "customers" ? "cards" : "customers";
  const of = (unit: keyof Portion) => `${whole(selected[unit])} of ${counted(all[unit], unit.slice(0, -1))}`;
  return {
    isPart,
    part: isPart
      ? `Part of the portfolio: ${of(grain)}, with ${of(other)}`
      : `The whole portfolio: ${counted(all.customers, "customer")}, ${counted(all.cards, "card")}`,
    filters: filters.map(({ label, text }) => `${label}: ${text}`),
    selects: !isPart
      ? ""
      : grain === "customers"
        ? "Customers are selected, with all of their cards."
        : "Cards are selected, with their owners: figures about customers cover all cards of these owners.",
    thresholds: settings.map(
      ({ name, value, default: initial }) =>
        `${name} = ${threshold(value)}${initial === null ? "" : ` (default ${threshold(initial)})`}`,
    ),
    events: events === undefined ? "" : eventsLine(events),
  };
}

function eventsLine({ count, latest, predictions }: EventsSince): string {
  if (latest === null) return "no events";
  const newest = `${counted(count, "event")}, the newest of ${latest.slice(0, 16).replace("T", " ")} UTC`;
  return predictions === null || predictions === count
    ? newest
    : `${newest}; predictions are of the first ${whole(predictions)}, and of the customers there were then`;
}

/** The stamp in one line, without its last full stop. */
export const stampLine = ({ part, filters, thresholds, events }: Stamp): string =>
  [part, filters.join("; "), thresholds.join("; "), events && `After ${events}`]
    .filter((text) => text !== "")
    .join(". ");
