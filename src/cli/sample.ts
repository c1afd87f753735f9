import { writeSample } from "../sample/sample.ts";
import { inSession } from "./session.ts";

export interface SampleCommand {
  readonly customers: number;
  readonly seed: number;
  readonly format: "csv" | "xlsx" | "parquet";
  readonly brief?: boolean;
  readonly quiet?: boolean;
}

export async function sample(directory: string, { brief = false, ...options }: SampleCommand): Promise<void> {
  await inSession(options, async ({ progress, signal }) => {
    const onProgress = (done: number, total: number) =>
      progress.step("writing customers", { share: done / total, rows: total });
    const made = await writeSample(directory, { ...options, brief, signal, onProgress });
    progress.clear();
    console.log(`${made.customers} customers  ${made.users}`);
    console.log(`${made.cards_count} cards  ${made.cards}`);
  });
}
