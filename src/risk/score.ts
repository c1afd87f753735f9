import { type Applicants, applicantsOf, isMissing, type Unseen } from "./applicants.ts";
import { type BandBounds, type BandOf, bandByPd, bandByRank, isSafer } from "./bands.ts";
import type { Borrowers } from "./borrowers.ts";
import { leastChange } from "./changes.ts";
import { EnsembleReader } from "./ensemble-reader.ts";
import type { Model, RiskBand } from "./model.ts";
import { Pace } from "./pace.ts";
import type { Pause } from "./pause.ts";
import type { Reader } from "./reader.ts";
import { type Reason, reasonsOf } from "./reasons.ts";
import { ScorecardReader } from "./scorecard-reader.ts";

export interface ScoreOptions {
  readonly pause?: Pause | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a model says of customers, row by row in the order given. */
export interface Scores {
  /** Of no default; what a ranking orders by. */
  readonly logOdds: Float64Array;
  /** Null for a ranking. */
  readonly pd: Float64Array | null;
  /** Whole points; higher is safer. */
  readonly score: Float64Array;
  /** 1 is the riskiest; ties by key. */
  readonly rank: Int32Array;
  /** Values that the model has not met in training; they count as neutral, in trees as missing. */
  readonly unseen: readonly Unseen[];
  bands(bounds: BandBounds): RiskBand[];
  /** What cost the customer most points, the most first. */
  reasons(row: number, most?: number): Reason[];
  /** The least that would lower the band, one part per input; empty where nothing does, or the band is low. */
  changes(row: number, bounds: BandBounds): string[];
  /** Labels of the inputs that are missing in the row. */
  missingInputs(row: number): string[];
}

/** Scores customers by a model's champion. Refused where the table lacks a column that it looks at. */
export async function score(
  model: Model,
  borrowers: Borrowers,
  { pause, signal }: ScoreOptions = {},
): Promise<Scores> {
  const pace = new Pace(pause, signal);
  const applicants = applicantsOf(model, borrowers);
  const reader =
    model.champion === "trees" && model.trees
      ? await EnsembleReader.over(model.scorecard, model.trees, applicants, pace)
      : new ScorecardReader(model.scorecard, applicants);
  return new ModelScores(model, borrowers.keys, applicants, reader);
}

class ModelScores implements Scores {
  readonly logOdds: Float64Array;
  readonly pd: Float64Array | null;
  readonly score: Float64Array;
  readonly rank: Int32Array;
  readonly unseen: readonly Unseen[];
  readonly #applicants: Applicants;
  readonly #reader: Reader;
  #bands: { readonly bounds: BandBounds; readonly of: BandOf } | undefined;

  constructor(model: Model, keys: readonly string[], applicants: Applicants, reader: Reader) {
    this.#applicants = applicants;
    this.#reader = reader;
    this.logOdds = reader.logOdds;
    this.pd = model.champion === "ranking" ? null : reader.logOdds.map((value) => 1 / (1 + Math.exp(value)));
    this.score = reader.points;
    this.rank = ranksOf(reader.logOdds, keys);
    this.unseen = applicants.unseen;
  }

  bands(bounds: BandBounds): RiskBand[] {
    return Array.from(this.logOdds, this.#bandOf(bounds));
  }

  reasons(row: number, most = 4): Reason[] {
    return reasonsOf(this.#applicants, row, this.#reader.losses(row), most);
  }

  changes(row: number, bounds: BandBounds): string[] {
    const bandOf = this.#bandOf(bounds);
    const band = bandOf(this.logOdds[row]!);
    if (band === "low") return [];
    return leastChange(
      this.#reader.ways(row),
      (moves) => this.#reader.logOddsAfter(row, moves),
      (logOdds) => isSafer(bandOf(logOdds), band),
    );
  }

  missingInputs(row: number): string[] {
    const { columns, inputs } = this.#applicants;
    return inputs.filter((_, i) => isMissing(columns[i]!, row)).map(({ label }) => label);
  }

  #bandOf(bounds: BandBounds): BandOf {
    if (this.#bands?.bounds !== bounds) {
      const of = this.pd ? bandByPd(bounds) : bandByRank(bounds, this.logOdds);
      this.#bands = { bounds, of };
    }
    return this.#bands.of;
  }
}

function ranksOf(logOdds: Float64Array, keys: readonly string[]): Int32Array {
  const order = new Int32Array(logOdds.length)
    .map((_, i) => i)
    .sort((a, b) => logOdds[a]! - logOdds[b]! || (keys[a]! < keys[b]! ? -1 : 1));
  const ranks = new Int32Array(logOdds.length);
  order.forEach((row, place) => {
    ranks[row] = place + 1;
  });
  return ranks;
}
