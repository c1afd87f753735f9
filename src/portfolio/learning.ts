import { refused, usage } from "../errors.ts";
import type { OnDone } from "../progress.ts";
import type { Borrowers, LeftOut } from "../risk/borrowers.ts";
import { labelledOf } from "../risk/labelled.ts";
import type { Model } from "../risk/model.ts";
import { train } from "../risk/train.ts";
import { checkDate } from "./options.ts";

/** What is to be learnt, and what the model card says about it. */
export interface LearningOptions {
  /** How the outcome is defined, in words: "90 days past due". */
  readonly definition?: string;
  /** YYYY-MM-DD: the day of the inputs. Of a single table also the header of a column with one day per row. */
  readonly observedOn?: string;
  /** How long after that day outcomes were looked for: "12 months". With `observedOn` this makes a forecast of it. */
  readonly window?: string;
  /** The same seed, rows and options give the same model, byte for byte. 1 when left out. */
  readonly seed?: number;
  /** Probability of default above which a customer is not selected, for the fairness screen; the default rate when left out. */
  readonly cutOff?: number;
  /** Refuse columns that are known only after the outcome, or copy it. On unless it is turned off. */
  readonly checkLeakage?: boolean;
  /** Learn from what never decides as well: to see what leaving it out costs, and for nothing else. */
  readonly allInputs?: boolean;
  readonly signal?: AbortSignal;
}

/** Borrowers with what their files say about the outcome. */
export interface Material {
  readonly source: Model["source"];
  readonly borrowers: Borrowers;
  readonly outcome: {
    readonly column: string;
    readonly event: readonly string[];
    readonly other: readonly string[];
    /** By row: 1 for a default, 0 for none, -1 where it is not known. */
    readonly values: ArrayLike<number>;
  };
  readonly observedOn?: { readonly column: string; readonly values: Int32Array } | undefined;
  readonly leftOut: readonly LeftOut[];
  readonly labels: ReadonlyMap<string, { readonly label: string; readonly isActionable: boolean }>;
  /** What was found about the data. */
  readonly notes: readonly string[];
  /** The table and the key that the model's SQL names. */
  readonly sql: { readonly from: string; readonly key: string };
}

export interface TrainedModel {
  readonly model: Model;
  /** What was found about the data, as sentences without a full stop. */
  readonly notes: readonly string[];
  /** The table and the key that the model's SQL names. */
  readonly sql: { readonly from: string; readonly key: string };
  /** Learnt from what never decides: for comparison only, so it is not to be written. */
  readonly isBenchmark: boolean;
}

export const DEFAULT_SEED = 1;

const isDate = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text);
/** Whether `observedOn` names a column. */
export const observedColumn = (observedOn: string | undefined): string | undefined =>
  observedOn === undefined || isDate(observedOn) ? undefined : observedOn;

/** Learns from borrowers, whichever files they came from. */
export async function learn(
  material: Material,
  options: LearningOptions,
  onDone?: OnDone,
): Promise<TrainedModel> {
  const { source, borrowers, outcome, observedOn, labels, notes } = material;
  const {
    seed = DEFAULT_SEED,
    definition,
    window,
    cutOff,
    checkLeakage,
    allInputs = false,
    signal,
  } = options;
  if (!Number.isSafeInteger(seed) || seed < 0) throw usage(`not a seed: ${seed}`, "give a whole number");
  if (options.observedOn !== undefined && observedOn === undefined) checkDate(options.observedOn);
  const { labelled, unknown, leftOut } = labelledOf(borrowers, outcome.values, observedOn?.values);
  const left = [...material.leftOut, ...leftOut];
  if (labelled.rows > 0 && labelled.inputs.length === 0) throw nothingToLearnFrom(left);
  const stated = observedOn === undefined ? options.observedOn : daysOf(observedOn);
  const model = await train(labelled, {
    seed,
    source,
    outcome: {
      column: outcome.column,
      event: outcome.event,
      other: outcome.other,
      definition: definition ?? null,
      observed_on: stated ?? null,
      window: window ?? null,
      kind:
        stated !== undefined && window !== undefined ? "forecast, as stated" : "association, not forecast",
      unknown,
    },
    leftOut: left,
    labels,
    cutOff,
    checkLeakage,
    signal,
    onDone,
  });
  return { model, notes, sql: material.sql, isBenchmark: allInputs };
}

/** Shown at most. */
const MOST_REASONS = 8;

function nothingToLearnFrom(left: readonly LeftOut[]): Error {
  const why = left
    .filter(({ reason }) => reason !== "outcome" && reason !== "key")
    .map(({ column, because }) => `${JSON.stringify(column)} (${because})`);
  const shown = why.slice(0, MOST_REASONS).join(", ");
  return refused(
    `no input is left to learn from${shown === "" ? "" : `: ${shown}`}${why.length > MOST_REASONS ? ", …" : ""}`,
    "give columns that were known before the outcome, that have values, and that may decide",
  );
}

/** "issue_d, 2013-01-01 to 2016-12-01" */
function daysOf({ column, values }: { readonly column: string; readonly values: Int32Array }): string {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const day of values) {
    if (day === 0) continue;
    if (day < first) first = day;
    if (day > last) last = day;
  }
  const iso = (day: number) => new Date(day * 86_400_000).toISOString().slice(0, 10);
  return first > last ? column : `${column}, ${iso(first)} to ${iso(last)}`;
}
