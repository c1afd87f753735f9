import type { InputColumn } from "./borrowers.ts";
import type { CandidateName, Scorecard, Trees } from "./model.ts";
import type { Pace } from "./pace.ts";
import { chooseRidge } from "./ridge.ts";
import {
  type Evidence,
  fitScorecard,
  gatherEvidence,
  LEAST_INFORMATION,
  scorecardLogOdds,
  scorecardPlaces,
} from "./scorecard.ts";
import { fitTrees, treeLogOdds } from "./trees.ts";

/** What may be learnt from so many customers of the rarer outcome. */
export type Policy = "ranking" | "scorecard" | "challenged";

export const FEWEST_FOR_TREES = 300;

/** Of so few outcomes only the plainest order can be learnt: evidence weighs about half of what it would. */
const RANKING_RIDGE = 20;
const RIDGE = 1;

export interface Fitted {
  readonly scorecard: Scorecard;
  readonly trees: Trees | null;
  readonly evidence: readonly Evidence[];
  readonly unused: ReadonlyMap<string, string>;
}

/** Learns everything anew from these rows, bins included; nothing of it may come from rows that it is looked at on. */
export async function fitCandidates(
  inputs: readonly InputColumn[],
  outcome: Uint8Array,
  policy: Policy,
  pace: Pace,
): Promise<Fitted> {
  const evidence = await gatherEvidence(inputs, outcome, pace);
  const ridge =
    policy === "ranking"
      ? RANKING_RIDGE
      : policy === "challenged"
        ? RIDGE
        : await chooseRidge(inputs, outcome, pace);
  const { scorecard, unused } = await fitScorecard(evidence, outcome, ridge, pace);
  const trees =
    policy === "challenged"
      ? await fitTrees(inputs, outcome, undefined, {
          monotone: evidence.map(monotoneOf),
          ...pace.options,
        })
      : null;
  return { scorecard, trees, evidence, unused };
}

/** The direction that the bins found; none where they turn or say next to nothing. */
export function monotoneOf({ binned: { trend, informationValue } }: Evidence): -1 | 0 | 1 {
  if (informationValue < LEAST_INFORMATION) return 0;
  return trend === "ascending" ? 1 : trend === "descending" ? -1 : 0;
}

/** Log odds of no default by each candidate. */
export function candidateLogOdds(
  { scorecard, trees }: Pick<Fitted, "scorecard" | "trees">,
  inputs: readonly InputColumn[],
  rows: number,
  policy: Policy,
): Map<CandidateName, Float64Array> {
  const byName = new Map(inputs.map((column) => [column.name, column]));
  const places = scorecardPlaces(scorecard, (name) => byName.get(name)!);
  const result = new Map<CandidateName, Float64Array>();
  result.set(policy === "ranking" ? "ranking" : "scorecard", scorecardLogOdds(scorecard, places, rows));
  if (trees) {
    result.set(
      "trees",
      treeLogOdds(trees, inputs).map((logOdds) => -logOdds),
    );
  }
  return result;
}

/** Probability of default. */
export const pdOf = (logOdds: Float64Array): Float64Array =>
  logOdds.map((value) => 1 / (1 + Math.exp(value)));
