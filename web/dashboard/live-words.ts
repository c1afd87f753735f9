import { count } from "../kit/format.ts";
import type { Live } from "./live.svelte.ts";

const times = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** A time of today, in the reader's time zone. */
export const clock = (at: Date | string): string => times.format(new Date(at));

const DAY_MS = 24 * 60 * 60 * 1000;
const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** A moment in the reader's time zone; the day where it is not about now. */
export const moment = (iso: string): string =>
  Math.abs(Date.now() - Date.parse(iso)) < DAY_MS / 2
    ? clock(iso)
    : `${days.format(new Date(iso))}, ${clock(iso)}`;

/** The way that an event came. */
export const viaWords = { http: "HTTP", nats: "NATS", kafka: "Kafka", replay: "replay" } as const;

export function rateWords({ shown, isQuiet }: Live): string {
  const rate = isQuiet ? 0 : (shown?.rate_per_second ?? 0);
  return `${rate > 0 && rate < 10 ? rate.toFixed(1) : count(Math.round(rate))}/s`;
}

export const lagWords = (lag: number | null): string =>
  lag === null
    ? "lag –"
    : lag < 10_000
      ? `lag ${count(Math.round(lag))} ms`
      : `lag ${count(Math.round(lag / 1000))} s`;
