import { performance } from "node:perf_hooks";
import { auc } from "../../src/risk/auc.ts";
import { brier } from "../../src/risk/brier.ts";
import { monotoneOf } from "../../src/risk/candidates.ts";
import { splitFolds } from "../../src/risk/folds.ts";
import { ks } from "../../src/risk/ks.ts";
import { Pace } from "../../src/risk/pace.ts";
import { takeColumn } from "../../src/risk/row-order.ts";
import { fitScorecard, gatherEvidence, scorecardLogOdds, scorecardPlaces } from "../../src/risk/scorecard.ts";
import { fitTrees, treeLogOdds } from "../../src/risk/trees.ts";
import type { Measured } from "./results.ts";
import type { LearningSet } from "./sets.ts";

export interface Ours {
  readonly scorecard: Measured;
  readonly trees: Measured;
  /** Per fold, so that the reference is held to the same. */
  readonly monotone: readonly (readonly (-1 | 0 | 1)[])[];
}

const RIDGE = 1;

/** Both models in the folds of the set, everything fitted anew in each; training is timed, scoring is not. */
export async function measureOurs({ labelled, folds }: LearningSet): Promise<Ours> {
  const { inputs, outcome, rows } = labelled;
  const pace = new Pace();
  const monotone: (-1 | 0 | 1)[][] = [];
  const byScorecard = new Float64Array(rows);
  const byTrees = new Float64Array(rows);
  let [scorecardMs, treesMs] = [0, 0];
  for (const { train, test } of splitFolds(folds)) {
    const known = inputs.map((column) => takeColumn(column, train));
    const asked = inputs.map((column) => takeColumn(column, test));
    const y = Uint8Array.from(train, (row) => outcome[row] ?? 0);
    const began = performance.now();
    const evidence = await gatherEvidence(known, y, pace);
    const { scorecard } = await fitScorecard(evidence, y, RIDGE, pace);
    const fitted = performance.now();
    const directions = evidence.map(monotoneOf);
    const trees = await fitTrees(known, y, undefined, { monotone: directions });
    treesMs += performance.now() - fitted;
    scorecardMs += fitted - began;
    monotone.push(directions);
    const columns = new Map(asked.map((column) => [column.name, column]));
    const places = scorecardPlaces(scorecard, (name) => {
      const column = columns.get(name);
      if (column === undefined) throw new Error(`no column ${name}`);
      return column;
    });
    const good = scorecardLogOdds(scorecard, places, test.length);
    const bad = treeLogOdds(trees, asked);
    test.forEach((row, i) => {
      byScorecard[row] = -(good[i] ?? 0);
      byTrees[row] = bad[i] ?? 0;
    });
  }
  return {
    scorecard: measured(outcome, byScorecard, scorecardMs),
    trees: measured(outcome, byTrees, treesMs),
    monotone,
  };
}

function measured(outcome: Uint8Array, logOdds: Float64Array, milliseconds: number): Measured {
  const pd = logOdds.map((z) => 1 / (1 + Math.exp(-z)));
  return {
    auc: auc(outcome, pd),
    ks: ks(outcome, pd),
    brier: brier(outcome, pd),
    seconds: milliseconds / 1000,
  };
}
