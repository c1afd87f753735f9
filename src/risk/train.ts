import { refused, usage } from "../errors.ts";
import { type OnDone, partsOf } from "../progress.ts";
import { whole } from "../schema/format.ts";
import { tooFew } from "../schema/outcomes.ts";
import { aucDifference } from "./auc-difference.ts";
import type { InputColumn, Labelled, LeftOut } from "./borrowers.ts";
import { candidateLogOdds, type Fitted, fitCandidates, pdOf } from "./candidates.ts";
import { caveatsOf } from "./caveats.ts";
import { chooseChampion, policyOf } from "./champion.ts";
import { crossValidate, performances } from "./cross-validation.ts";
import { cutOffsOf } from "./cut-offs.ts";
import { fairnessOf } from "./fairness.ts";
import { foldCount } from "./folds.ts";
import { findLeakage } from "./leakage.ts";
import type { CandidateName, Model, ModelInput } from "./model.ts";
import { outOfTime } from "./out-of-time.ts";
import { Pace } from "./pace.ts";
import type { Pause } from "./pause.ts";
import { rowOrder, takeRows } from "./row-order.ts";
import { scoreBinsOf } from "./score-bins.ts";
import { pointsOf, scorecardPlaces, scorecardPoints } from "./scorecard.ts";
import { selectedAt } from "./selection.ts";

export interface TrainOptions {
  readonly seed: number;
  readonly source: Model["source"];
  readonly outcome: Model["outcome"];
  /** Columns of the file that are no inputs. */
  readonly leftOut: readonly LeftOut[];
  readonly labels: ReadonlyMap<string, { readonly label: string; readonly isActionable: boolean }>;
  /** Probability of default up to which a customer is selected; of a ranking the riskiest part that is not. */
  readonly cutOff?: number | undefined;
  /** Whether columns that give the outcome away are refused; true unless said otherwise. */
  readonly checkLeakage?: boolean | undefined;
  readonly pause?: Pause | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onDone?: OnDone | undefined;
}

/** About the time that each takes; where the rows have days, what is learnt from the earlier ones takes as long as a fold. */
const WEIGHTS = { leaks: 1, folds: 62, performances: 15, fit: 11, later: 1 };

/**
 * Learns a model, and how well it holds on customers that it has not seen. Which models are tried follows from how
 * many customers have the rarer outcome. The rows' order does not matter; the same seed gives the same model.
 */
export async function train(given: Labelled, options: TrainOptions): Promise<Model> {
  const { seed, cutOff } = options;
  const pace = new Pace(options.pause, options.signal);
  const counted = defaultsOf(given);
  refuseTooFew(given, counted, options.outcome.column);
  if (cutOff !== undefined && !(cutOff > 0 && cutOff < 1)) {
    throw usage(`the cut-off ${cutOff} is no probability of default`, "give a number between 0 and 1");
  }
  const all = given.rows;
  const order = await rowOrder(given, seed, pace);
  const ordered = takeRows(given, order.subarray(0, rowsToLearn(all, Math.min(counted, all - counted))));
  const defaults = defaultsOf(ordered);
  const done = partsOf(options.onDone, { ...WEIGHTS, later: given.observedOn ? 15 : WEIGHTS.later });
  const leaks = options.checkLeakage === false ? [] : await findLeakage(ordered, pace);
  const labelled = withoutColumns(ordered, leaks);
  refuseNoInputs(labelled, leaks);
  done?.leaks(1);

  const { rows } = labelled;
  const rarer = Math.min(defaults, rows - defaults);
  const policy = policyOf(rarer);
  const heldOut = await crossValidate(labelled, policy, pace, done?.folds);
  const names = [...heldOut.keys()];
  const tried = await performances(heldOut, labelled.outcome, names, seed, pace);
  const difference = await treesLessScorecard(heldOut, labelled.outcome, seed, pace);
  done?.performances(1);
  const { champion, because } = chooseChampion(policy, rarerWords(rows, defaults), tried, difference);
  const inOrder = [champion, ...names.filter((name) => name !== champion)];

  const fitted = await fitCandidates(labelled.inputs, labelled.outcome, policy, pace);
  done?.fit(1);
  const logOdds = heldOut.get(champion)!;
  const pd = champion === "ranking" ? null : pdOf(logOdds);
  const held = logOdds.map((value) => Math.round(pointsOf(fitted.scorecard, value)));
  const cut = cutOff ?? defaults / rows;
  const performance = inOrder.map((name) => tried.find(({ model }) => model === name)!);
  const later = await outOfTime(labelled, inOrder, policy, seed, pace);
  done?.later(1);
  return {
    format: "cardscope-model",
    version: 1,
    champion,
    champion_because: because,
    source: options.source,
    seed,
    outcome: options.outcome,
    customers: rows,
    defaults,
    inputs: labelled.inputs.map((column) => modelInput(column, fitted, options)),
    left_out: [...options.leftOut, ...leaks],
    scorecard: fitted.scorecard,
    trees: fitted.trees,
    performance,
    folds: foldCount,
    out_of_time: later,
    auc_difference: difference,
    cut_offs: cutOffsOf(labelled.outcome, pd, held),
    fairness: fairnessOf(labelled.groupings, selectedAt(cut, pd, logOdds)),
    cut_off: cut,
    score_bins: scoreBinsOf(trainingScore(labelled, fitted, champion)),
    caveats: caveatsOf({
      champion,
      performance: performance[0]!,
      all,
      customers: rows,
      defaults,
      fitted,
      later,
      isLeakageChecked: options.checkLeakage !== false,
      outcome: options.outcome,
    }),
  };
}

/** More rows hardly make a model better, and take minutes. */
const MOST_ROWS = 200_000;
/** Of the rarer outcome, where it is so rare that fewer rows would lose it. */
const ENOUGH_OUTCOMES = 10_000;

/** How many of so many customers a model is learnt from: the first by a hash of what they hold. */
export function rowsToLearn(rows: number, rarer: number): number {
  return Math.min(rows, Math.max(MOST_ROWS, Math.ceil((rows * ENOUGH_OUTCOMES) / rarer)));
}

const defaultsOf = ({ outcome }: Labelled): number => outcome.reduce((sum, y) => sum + y, 0);

function refuseTooFew({ rows, outcome }: Labelled, defaults: number, column: string): void {
  if (rows > 1 && (defaults === 0 || defaults === rows)) {
    throw refused(
      `the outcome "${column}" is constant: ${defaults === 0 ? "none" : "all"} of the ${rows} customers defaulted`,
      "a model needs customers who defaulted and customers who did not; see whether --outcome and --event name the right column and value",
    );
  }
  const few = tooFew({ known: outcome.length, defaults });
  if (few !== undefined) {
    throw refused(
      `too few outcomes to learn from: ${few}`,
      "give a file with more customers whose outcome is known",
    );
  }
}

function refuseNoInputs({ inputs }: Labelled, leaks: readonly LeftOut[]): void {
  if (inputs.length > 0) return;
  const why = leaks.map(({ column, because }) => `"${column}" ${because}`).join("; ");
  throw refused(
    leaks.length > 0 ? `no input is left to learn from: ${why}` : "no input is left to learn from",
    "give columns that were known before the outcome and are not barred",
  );
}

function withoutColumns(labelled: Labelled, left: readonly LeftOut[]): Labelled {
  const names = new Set(left.map(({ column }) => column));
  return { ...labelled, inputs: labelled.inputs.filter(({ name }) => !names.has(name)) };
}

const rarerWords = (rows: number, defaults: number): string =>
  defaults <= rows - defaults
    ? `${whole(defaults)} of ${whole(rows)} customers defaulted`
    : `${whole(rows - defaults)} of ${whole(rows)} customers did not default`;

async function treesLessScorecard(
  heldOut: ReadonlyMap<CandidateName, Float64Array>,
  outcome: Uint8Array,
  seed: number,
  pace: Pace,
): Promise<Model["auc_difference"]> {
  const trees = heldOut.get("trees");
  const scorecard = heldOut.get("scorecard");
  if (!trees || !scorecard) return null;
  const risk = (logOdds: Float64Array) => logOdds.map((value) => -value);
  return aucDifference(outcome, risk(trees), risk(scorecard), { seed, ...pace.options });
}

function modelInput(column: InputColumn, { evidence, unused }: Fitted, { labels }: TrainOptions): ModelInput {
  const known = labels.get(column.name);
  return {
    name: column.name,
    label: known?.label ?? column.name,
    kind: column.kind,
    codes: column.kind === "number" ? column.codes : [],
    is_actionable: known?.isActionable ?? false,
    missing: missingIn(column),
    information_value: evidence.find(({ input }) => input === column.name)?.binned.informationValue ?? 0,
    unused_because: unused.get(column.name) ?? null,
  };
}

function missingIn({ kind, values }: InputColumn): number {
  let count = 0;
  for (const value of values) if (kind === "number" ? Number.isNaN(value) : value < 0) count++;
  return count;
}

/** As `score` gives it: whole points. */
function trainingScore({ inputs, rows }: Labelled, fitted: Fitted, champion: CandidateName): Float64Array {
  if (champion === "trees") {
    const logOdds = candidateLogOdds(fitted, inputs, rows, "challenged").get("trees")!;
    return logOdds.map((value) => Math.floor(pointsOf(fitted.scorecard, value) + 0.5));
  }
  const places = scorecardPlaces(fitted.scorecard, (name) => inputs.find((column) => column.name === name)!);
  return scorecardPoints(fitted.scorecard, places, rows);
}
