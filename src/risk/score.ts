import { type Applicants, applicantsOf, isMissing, type Unseen } from "./applicants.ts";
import { type BandBounds, type BandOf, bandByPd, bandByRank, isSafer } from "./bands.ts";
import type { Borrowers } from "./borrowers.ts";
import { leastChange } from "./changes.ts";
import { EnsembleReader } from "./ensemble-reader.ts";
import type { Model, RiskBand } from "./model.ts";
import { Pace } from "./pace.ts";
import type { Pause } from "./pause.ts";
import type { Reader } from "./reader.ts";
import { largestLosses, type Reason, reasonsOf, reasonText, type Told } from "./reasons.ts";
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
  /** What cost each row most points, and the least that would lower its band, as one text each. */
  explanations(bandOf: BandOf, known: Explanations): Promise<Explained>;
  /** What cost the customer most points, the most first. */
  reasons(row: number, most?: number): Reason[];
  /** The least that would lower the band, one part per input; empty where nothing does, or the band is low. */
  changes(row: number, bounds: BandBounds): string[];
  /** Labels of the inputs that are missing in the row. */
  missingInputs(row: number): string[];
}

/** Null where there is nothing to say. */
export interface Explained {
  readonly reasons: (string | null)[];
  readonly changes: (string | null)[];
}

/** What was said before of rows of the same kind; a scorecard has far fewer of them than a portfolio customers. */
export type Explanations = Map<number, { readonly told: readonly Told[]; readonly change: string | null }>;

/** Kinds that are kept. */
const MOST_KINDS = 200_000;
const MOST_REASONS = 4;
/** Operations that it takes to explain a customer by trees. */
const EXPLAINING = 400_000;

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
  return new ModelScores(model, borrowers.keys, applicants, reader, pace);
}

class ModelScores implements Scores {
  readonly logOdds: Float64Array;
  readonly pd: Float64Array | null;
  readonly score: Float64Array;
  readonly unseen: readonly Unseen[];
  readonly #keys: readonly string[];
  readonly #pace: Pace;
  #rank: Int32Array | undefined;
  readonly #applicants: Applicants;
  readonly #reader: Reader;
  #bands: { readonly bounds: BandBounds; readonly of: BandOf } | undefined;

  constructor(model: Model, keys: readonly string[], applicants: Applicants, reader: Reader, pace: Pace) {
    this.#keys = keys;
    this.#pace = pace;
    this.#applicants = applicants;
    this.#reader = reader;
    this.logOdds = reader.logOdds;
    this.pd = model.champion === "ranking" ? null : reader.logOdds.map((value) => 1 / (1 + Math.exp(value)));
    this.score = reader.points;
    this.unseen = applicants.unseen;
  }

  get rank(): Int32Array {
    this.#rank ??= ranksOf(this.logOdds, this.#keys);
    return this.#rank;
  }

  bands(bounds: BandBounds): RiskBand[] {
    return Array.from(this.logOdds, this.#bandOf(bounds));
  }

  reasons(row: number, most = MOST_REASONS): Reason[] {
    return reasonsOf(this.#applicants, row, this.#reader.losses(row), most);
  }

  changes(row: number, bounds: BandBounds): string[] {
    return this.#changes(row, this.#bandOf(bounds));
  }

  async explanations(bandOf: BandOf, known: Explanations): Promise<Explained> {
    const explained: Explained = { reasons: [], changes: [] };
    const kinds = this.#reader.kinds();
    for (let row = 0; row < this.logOdds.length; row++) {
      const kind = kinds?.[row];
      let found = kind === undefined ? undefined : known.get(kind);
      if (found === undefined) {
        const parts = this.#changes(row, bandOf);
        found = {
          told: largestLosses(this.#reader.losses(row), MOST_REASONS),
          change: parts.length === 0 ? null : parts.join(" and "),
        };
        if (known.size >= MOST_KINDS) known.clear();
        if (kind !== undefined) known.set(kind, found);
        await this.#pace.step(EXPLAINING);
      }
      let reasons: string | null = null;
      for (const told of found.told) {
        const text = reasonText(this.#applicants, row, told);
        reasons = reasons === null ? text : `${reasons}; ${text}`;
      }
      explained.reasons.push(reasons);
      explained.changes.push(found.change);
    }
    return explained;
  }

  #changes(row: number, bandOf: BandOf): string[] {
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
