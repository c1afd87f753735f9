import type { Fitted } from "./candidates.ts";
import type { CandidateName, Model, Performance } from "./model.ts";

const TOO_GOOD = 0.98;
/** AUC lost from cross-validation to later months that a reader should know of. */
const LOST_OVER_TIME = 0.03;

interface Known {
  readonly champion: CandidateName;
  readonly performance: Performance;
  /** With an outcome. */
  readonly all: number;
  /** Learnt from. */
  readonly customers: number;
  readonly defaults: number;
  readonly fitted: Fitted;
  readonly later: Model["out_of_time"];
  readonly isLeakageChecked: boolean;
  readonly outcome: Model["outcome"];
}

/** What a reader has to know before using the model, found in its own figures. */
export function caveatsOf({ champion, performance, customers, defaults, fitted, ...known }: Known): string[] {
  const { value: auc, low, high } = performance.auc;
  const caveats: string[] = [];
  if (customers < known.all) {
    caveats.push(
      `Learnt from ${customers} of the ${known.all} customers with an outcome, chosen by a hash of what they hold.`,
    );
  }
  if (known.outcome.kind === "association, not forecast") {
    caveats.push(
      "The outcome and the inputs are of the same time as far as is known: this is an association, not a forecast.",
    );
  }
  if (champion === "ranking") {
    caveats.push(
      `Only ${Math.min(defaults, customers - defaults)} customers have the rarer outcome: the model orders customers and gives no probability.`,
    );
  }
  if (auc > TOO_GOOD) {
    caveats.push(
      `An AUC of ${auc.toFixed(3)} is too good to be true: some inputs together may give the outcome away, or it was made from them.`,
    );
  }
  if (fitted.scorecard.characteristics.length === 0) {
    caveats.push(
      "No input tells enough about the outcome to be used: the scorecard gives every customer the same score.",
    );
  } else if (high !== null && high < 0.5) {
    caveats.push(
      `The AUC is ${auc.toFixed(3)}: customers who were left out are ordered worse than by chance, so nothing was learnt.`,
    );
  } else if (low !== null && low <= 0.5) {
    caveats.push("The interval of the AUC holds 0.5: the order may be no better than chance.");
  }
  // one score for everyone has no slope to speak of
  const slope = fitted.scorecard.characteristics.length === 0 ? null : performance.calibration_slope;
  if (slope?.low != null && slope.high != null && (slope.low > 1 || slope.high < 1)) {
    caveats.push(
      `The calibration slope is ${slope.value.toFixed(2)}, and its interval leaves out 1: the probabilities are ${slope.value < 1 ? "too far apart" : "too close together"}.`,
    );
  }
  if (defaults > customers / 2) {
    caveats.push(
      `More customers defaulted than not (${defaults} of ${customers}): see whether the value that means default is the right one.`,
    );
  }
  const late = known.later?.performance[0];
  if (late && auc - late.auc.value > LOST_OVER_TIME) {
    caveats.push(
      `On customers from ${known.later?.from} the AUC is ${late.auc.value.toFixed(3)}, against ${auc.toFixed(3)} in cross-validation: the model ages.`,
    );
  }
  if (!known.isLeakageChecked) {
    caveats.push("Columns that give the outcome away were not looked for.");
  }
  return caveats;
}
