import type { OnDone } from "../progress.ts";
import type { Labelled } from "./borrowers.ts";
import { candidateLogOdds, fitCandidates, type Policy, pdOf } from "./candidates.ts";
import { dealFolds, foldCount, splitFolds } from "./folds.ts";
import type { CandidateName, Performance } from "./model.ts";
import type { Pace } from "./pace.ts";
import { performanceOf } from "./performance.ts";
import { takeColumn, takeOutcome } from "./row-order.ts";

/** Log odds of no default of every row, by models that have not seen it. */
export type HeldOut = ReadonlyMap<CandidateName, Float64Array>;

/** Fits every candidate on four fifths and asks it about the last, five times. */
export async function crossValidate(
  labelled: Labelled,
  policy: Policy,
  pace: Pace,
  onDone?: OnDone,
): Promise<HeldOut> {
  const result = new Map<CandidateName, Float64Array>();
  for (const [fold, { train, test }] of splitFolds(dealFolds(labelled.outcome)).entries()) {
    for (const [name, logOdds] of await fitAndAsk(labelled, train, test, policy, pace)) {
      const all = result.get(name) ?? new Float64Array(labelled.rows);
      test.forEach((row, i) => {
        all[row] = logOdds[i]!;
      });
      result.set(name, all);
    }
    onDone?.((fold + 1) / foldCount);
  }
  return result;
}

export async function fitAndAsk(
  { inputs, outcome }: Labelled,
  train: Int32Array,
  test: Int32Array,
  policy: Policy,
  pace: Pace,
): Promise<HeldOut> {
  const fitted = await fitCandidates(
    inputs.map((column) => takeColumn(column, train)),
    takeOutcome(outcome, train),
    policy,
    pace,
  );
  const held = inputs.map((column) => takeColumn(column, test));
  return candidateLogOdds(fitted, held, test.length, policy);
}

/** How each candidate did, in the order given. */
export async function performances(
  heldOut: HeldOut,
  outcome: Uint8Array,
  order: readonly CandidateName[],
  seed: number,
  pace: Pace,
): Promise<Performance[]> {
  const result: Performance[] = [];
  for (const name of order) {
    const logOdds = heldOut.get(name)!;
    const risk = logOdds.map((value) => -value);
    const pd = name === "ranking" ? null : pdOf(logOdds);
    result.push(await performanceOf(name, outcome, risk, pd, { seed, ...pace.options }));
  }
  return result;
}
