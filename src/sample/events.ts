import { Random } from "../risk/random.ts";
import { Activity } from "./activity.ts";
import { firstDay, monthNumber, SNAPSHOT } from "./calendar.ts";

export interface SampleEvents {
  readonly seed: number;
  /** Of the sample that they happen to. */
  readonly customers: number;
  readonly events: number;
  /** Only the columns of the original brief. */
  readonly brief: boolean;
}

const DAY_MS = 24 * 60 * 60_000;
/** Events lie in the days after the month that a sample is a snapshot of. */
const FIRST_MS = firstDay(SNAPSHOT + 1) * DAY_MS;
const DAYS = 7;
/** The stream of draws that neither a customer nor what happens has. */
const STREAM = -2;

/** Events of a sample's customers and cards as lines, in the order of time. */
export function* sampleEvents({ seed, customers, events, brief }: SampleEvents): Generator<string> {
  const activity = new Activity(seed, customers, brief);
  const random = new Random(seed, STREAM);
  const step = (DAYS * DAY_MS) / events;
  for (let i = 0; i < events; i++) {
    const at = FIRST_MS + Math.floor((i + random.uniform()) * step);
    const date = new Date(at);
    const change = activity.next(monthNumber(date.getUTCFullYear(), date.getUTCMonth() + 1));
    yield JSON.stringify({
      specversion: "1.0",
      id: `sample-${seed}-${i + 1}`,
      source: change.type === "balance" ? "/sample/processor" : "/sample/core",
      type: change.type,
      subject: change.subject,
      time: date.toISOString(),
      // a number of the whole source rises for each of its subjects
      sequence: i + 1,
      op: change.op,
      ...(change.data !== undefined && { data: change.data }),
    });
  }
}
