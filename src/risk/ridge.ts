import type { InputColumn } from "./borrowers.ts";
import { dealFolds, splitFolds } from "./folds.ts";
import type { Pace } from "./pace.ts";
import { takeColumn, takeOutcome } from "./row-order.ts";
import { fitScorecard, gatherEvidence, scorecardLogOdds, scorecardPlaces } from "./scorecard.ts";

const RIDGES = [1, 3, 10, 30, 100];

/** The ridge whose scorecards give the most likely outcomes on rows that they have not learnt from. */
export async function chooseRidge(
  inputs: readonly InputColumn[],
  outcome: Uint8Array,
  pace: Pace,
): Promise<number> {
  const losses = RIDGES.map(() => 0);
  for (const { train, test } of splitFolds(dealFolds(outcome))) {
    const learnt = takeOutcome(outcome, train);
    const evidence = await gatherEvidence(
      inputs.map((column) => takeColumn(column, train)),
      learnt,
      pace,
    );
    const held = new Map(inputs.map((column) => [column.name, takeColumn(column, test)]));
    for (const [r, ridge] of RIDGES.entries()) {
      const { scorecard } = await fitScorecard(evidence, learnt, ridge, pace);
      const places = scorecardPlaces(scorecard, (name) => held.get(name)!);
      const logOdds = scorecardLogOdds(scorecard, places, test.length);
      test.forEach((row, i) => {
        losses[r]! += Math.log1p(Math.exp(outcome[row] === 1 ? logOdds[i]! : -logOdds[i]!));
      });
    }
  }
  return RIDGES[losses.indexOf(Math.min(...losses))]!;
}
