import { usage } from "../errors.ts";
import { writeSample } from "../sample/sample.ts";
import { inSession } from "./session.ts";

const DEFAULT_EVENTS = 10_000;

export interface SampleCommand {
  readonly customers: number;
  readonly seed: number;
  readonly format: "csv" | "xlsx" | "parquet";
  readonly brief?: boolean;
  /** How many; true where the flag stands alone. */
  readonly events?: number | true;
  readonly disorder?: number;
  readonly garbage?: number;
  readonly quiet?: boolean;
}

export async function sample(directory: string, command: SampleCommand): Promise<void> {
  const { brief = false, events, disorder, garbage, ...options } = command;
  if (events === undefined && (disorder ?? garbage) !== undefined)
    throw usage("--disorder and --garbage are about events", "add --events");
  const wanted = events !== undefined && {
    events: {
      count: events === true ? DEFAULT_EVENTS : events,
      ...(disorder !== undefined && { disorder }),
      ...(garbage !== undefined && { garbage }),
    },
  };
  await inSession(options, async ({ progress, signal }) => {
    const onProgress = (done: number, total: number, what: string) =>
      progress.step(`writing ${what}`, { share: done / total, rows: total });
    const made = await writeSample(directory, { ...options, ...wanted, brief, signal, onProgress });
    progress.clear();
    console.log(`${made.customers} customers  ${made.users}`);
    console.log(`${made.cards_count} cards  ${made.cards}`);
    if (wanted && made.events !== undefined) console.log(`${wanted.events.count} events  ${made.events}`);
  });
}
