import { usage } from "../errors.ts";
import type { TrainedModel } from "../portfolio/learning.ts";
import { type TrainOptions, trainModel } from "../portfolio/training.ts";
import { writeModel } from "../portfolio/write-model.ts";
import type { BorrowersReading } from "./model-commands.ts";
import { inSession } from "./session.ts";

export interface TrainCommandOptions extends BorrowersReading {
  readonly exclude?: readonly string[];
  readonly observedOn?: string;
  readonly window?: string;
  readonly definition?: string;
  readonly seed: number;
  readonly cutoff?: number;
  readonly benchmarkAllInputs?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

/** Trains a model, writes it where asked, and says how well it holds. */
export const train = (files: readonly string[], options: TrainCommandOptions): Promise<void> =>
  inSession(options, async (session) => {
    const { out, json, benchmarkAllInputs, cutoff, quiet: _, ...rest } = options;
    if (benchmarkAllInputs && out !== undefined)
      throw usage(
        "--benchmark-all-inputs cannot be exported",
        "what never decides was learnt from, for comparison only: leave out --out, or train without it",
      );
    const request: TrainOptions = {
      ...rest,
      ...(cutoff !== undefined && { cutOff: cutoff }),
      ...(benchmarkAllInputs && { allInputs: true }),
      onProgress: (step, done) => session.progress.step(step, done),
      signal: session.signal,
    };
    const trained = await trainModel(files, request);
    if (out !== undefined)
      await writeModel(trained, out, {
        signal: session.signal,
        onFile: (name) => session.progress.step(`writing ${name}`),
      });
    session.progress.clear();
    if (json) process.stdout.write(`${JSON.stringify(documentOf(trained), null, 2)}\n`);
    else {
      const { printTrained } = await import("./model-summary.ts");
      printTrained(trained, out);
    }
  });

/** What `--json` prints: the champion's figures from cross-validation, then all that the card says. */
export function documentOf({ model, notes, isBenchmark }: TrainedModel) {
  const [first] = model.performance;
  if (first === undefined) throw new TypeError("a model without performance");
  return {
    champion: model.champion,
    customers: model.customers,
    defaults: model.defaults,
    auc: first.auc.value,
    auc_low: first.auc.low,
    auc_high: first.auc.high,
    gini: first.gini.value,
    ks: first.ks.value,
    brier: first.brier?.value ?? null,
    calibration_slope: first.calibration_slope?.value ?? null,
    calibration_intercept: first.calibration_intercept?.value ?? null,
    champion_because: model.champion_because,
    source: model.source,
    seed: model.seed,
    folds: model.folds,
    benchmark_only: isBenchmark,
    outcome: model.outcome,
    inputs: model.inputs,
    left_out: model.left_out,
    performance: model.performance,
    auc_difference: model.auc_difference,
    out_of_time: model.out_of_time,
    cut_off: model.cut_off,
    cut_offs: model.cut_offs,
    fairness: model.fairness,
    caveats: model.caveats,
    notes,
  };
}
