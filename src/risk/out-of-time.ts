import { FEWEST_TO_FIT } from "../schema/outcomes.ts";
import type { Labelled } from "./borrowers.ts";
import type { Policy } from "./candidates.ts";
import { fitAndAsk, performances } from "./cross-validation.ts";
import type { CandidateName, Model } from "./model.ts";
import type { Pace } from "./pace.ts";
import { takeOutcome } from "./row-order.ts";

const DAY = 86_400_000;
/** Part of the rows that is looked at. */
const LATEST = 0.25;

/** Learns from the earlier months and looks at the later ones; null where the rows have one date, or too few of both. */
export async function outOfTime(
  labelled: Labelled,
  order: readonly CandidateName[],
  policy: Policy,
  seed: number,
  pace: Pace,
): Promise<Model["out_of_time"]> {
  const { observedOn, outcome } = labelled;
  const boundary = observedOn && boundaryOf(observedOn);
  if (!observedOn || boundary === undefined) return null;
  const rows = new Int32Array(labelled.rows).map((_, i) => i);
  const train = rows.filter((i) => observedOn[i]! < boundary);
  const test = rows.filter((i) => observedOn[i]! >= boundary);
  if (Math.min(rarerOf(outcome, train), rarerOf(outcome, test)) < FEWEST_TO_FIT) return null;
  const heldOut = await fitAndAsk(labelled, train, test, policy, pace);
  const known = takeOutcome(outcome, test);
  return {
    from: new Date(boundary * DAY).toISOString().slice(0, 10),
    performance: await performances(heldOut, known, order, seed, pace),
  };
}

function rarerOf(outcome: Uint8Array, rows: Int32Array): number {
  const defaults = rows.reduce((sum, i) => sum + outcome[i]!, 0);
  return Math.min(defaults, rows.length - defaults);
}

/** First day of the month, in days since 1970, that comes nearest to cutting off the latest quarter. */
function boundaryOf(observedOn: Int32Array): number | undefined {
  const perMonth = new Map<number, number>();
  for (const day of observedOn) {
    const date = new Date(day * DAY);
    const month = date.getUTCFullYear() * 12 + date.getUTCMonth();
    perMonth.set(month, (perMonth.get(month) ?? 0) + 1);
  }
  const months = [...perMonth].sort(([a], [b]) => b - a);
  let later = 0;
  let best: { month: number; distance: number } | undefined;
  for (const [month, count] of months.slice(0, -1)) {
    later += count;
    const distance = Math.abs(later / observedOn.length - LATEST);
    if (best === undefined || distance < best.distance) best = { month, distance };
  }
  if (best === undefined) return undefined;
  return Date.UTC(Math.floor(best.month / 12), best.month % 12, 1) / DAY;
}
