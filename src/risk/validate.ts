import { usage } from "../errors.ts";
import { FEWEST_TO_FIT } from "../schema/outcomes.ts";
import { applicantsOf } from "./applicants.ts";
import type { Borrowers } from "./borrowers.ts";
import { placesOf } from "./evidence.ts";
import { fairnessOf } from "./fairness.ts";
import type { Estimate, Fairness, Model, Performance, Stability } from "./model.ts";
import { Pace } from "./pace.ts";
import type { Pause } from "./pause.ts";
import { performanceOf } from "./performance.ts";
import { score } from "./score.ts";
import { countScores } from "./score-bins.ts";
import { selectedAt } from "./selection.ts";
import { stabilityOf } from "./stability.ts";

export interface Validation {
  readonly customers: number;
  /** Null without outcomes. */
  readonly defaults: number | null;
  /** Of the champion on these customers; null without outcomes, or with too few. */
  readonly performance: Performance | null;
  /** Against training: the score first, then the characteristics. */
  readonly stability: readonly Stability[];
  /** At `cut_off`. */
  readonly fairness: readonly Fairness[];
  readonly cut_off: number;
  /** Sentences. */
  readonly caveats: readonly string[];
}

export interface ValidateOptions {
  /** The model's own unless said otherwise. */
  readonly cutOff?: number | undefined;
  readonly pause?: Pause | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Fewer customers move the shares of ten bins by chance alone. */
const FEWEST_FOR_STABILITY = 100;

/** Holds a model against customers that it was not trained on, with or without outcomes. */
export async function validate(
  model: Model,
  borrowers: Borrowers & { readonly outcome?: Uint8Array | undefined },
  { cutOff = model.cut_off, pause, signal }: ValidateOptions = {},
): Promise<Validation> {
  if (!(cutOff > 0 && cutOff < 1)) {
    throw usage(`the cut-off ${cutOff} is no probability of default`, "give a number between 0 and 1");
  }
  const pace = new Pace(pause, signal);
  const scores = await score(model, borrowers, pace.options);
  const { outcome } = borrowers;
  const defaults = outcome ? outcome.reduce((sum, y) => sum + y, 0) : null;
  const isKnown = defaults !== null && defaults > 0 && defaults < borrowers.rows;
  const risk = scores.logOdds.map((value) => -value);
  const performance =
    outcome && isKnown
      ? await performanceOf(model.champion, outcome, risk, scores.pd, { seed: model.seed, ...pace.options })
      : null;
  const result = {
    customers: borrowers.rows,
    defaults,
    performance,
    stability: borrowers.rows === 0 ? [] : stability(model, borrowers, scores.score),
    fairness:
      borrowers.rows === 0
        ? []
        : fairnessOf(borrowers.groupings, selectedAt(cutOff, scores.pd, scores.logOdds)),
    cut_off: cutOff,
  };
  const unseen = scores.unseen.map(
    ({ column, level, rows }) =>
      `The value "${level}" of "${column}" was not met in training (${rows} rows).`,
  );
  return { ...result, caveats: [...caveats(model, result), ...unseen] };
}

function stability(model: Model, borrowers: Borrowers, points: Float64Array): Stability[] {
  const actual = countScores(
    model.score_bins.map(({ below }) => below),
    points,
  );
  let low: number | null = null;
  const bins = model.score_bins.map(({ below, customers }, i) => {
    const label =
      below === null
        ? low === null
          ? "any score"
          : `${low} or more`
        : low === null
          ? `below ${below}`
          : `${low} to ${below - 1}`;
    low = below;
    return { label, expected: customers, actual: actual[i]! };
  });
  const { columns } = applicantsOf(model, borrowers);
  const byName = new Map(columns.map((column) => [column.name, column]));
  const characteristics = model.scorecard.characteristics.flatMap((characteristic) => {
    const column = byName.get(characteristic.input);
    if (!column) return [];
    const counts = characteristic.bins.map(() => 0);
    for (const place of placesOf(characteristic.bins, column)) counts[place]!++;
    const held = characteristic.bins.map((bin, i) => ({
      label: bin.label,
      expected: bin.customers,
      actual: counts[i]!,
    }));
    return [stabilityOf(characteristic.input, held)];
  });
  return [stabilityOf(null, bins), ...characteristics];
}

function caveats(
  model: Model,
  { customers, defaults, performance, stability }: Omit<Validation, "caveats">,
): string[] {
  const found: string[] = [];
  if (defaults === null) found.push("Without outcomes nothing can be said of how well the model holds.");
  else if (performance === null) {
    found.push(
      `${defaults} of ${customers} customers defaulted, so nothing can be said of how well the model holds.`,
    );
  } else if (Math.min(defaults, customers - defaults) < FEWEST_TO_FIT) {
    found.push(`${defaults} of ${customers} customers defaulted: the figures are hardly more than chance.`);
  }
  if (customers < FEWEST_FOR_STABILITY) {
    found.push(`With ${customers} customers the stability indices move by chance alone.`);
  }
  const shifted = stability.filter(({ verdict }) => verdict === "shifted");
  if (shifted.length > 0) {
    const names = shifted.map(({ input }) => (input === null ? "the score" : `"${input}"`));
    found.push(`Shifted since training: ${names.join(", ")}. The model may no longer fit these customers.`);
  }
  const trained = model.performance[0]?.auc;
  const now = performance?.auc;
  if (trained && now && isBelow(now, trained)) {
    found.push(
      `The AUC is ${now.value.toFixed(3)}, below the ${trained.value.toFixed(3)} of cross-validation.`,
    );
  }
  const intercept = performance?.calibration_intercept;
  if (intercept?.low != null && intercept.high != null && (intercept.low > 0 || intercept.high < 0)) {
    found.push(
      `The probabilities are too ${intercept.low > 0 ? "low" : "high"} for these customers (calibration intercept ${intercept.value.toFixed(2)}).`,
    );
  }
  return found;
}

/** Farther than the intervals of both explain; the customers are others, so the errors add up as squares. */
function isBelow(now: Estimate, trained: Estimate): boolean {
  if (now.high === null || trained.low === null) return false;
  return trained.value - now.value > Math.hypot(now.high - now.value, trained.value - trained.low);
}
