import { analyses } from "../analyses/index.ts";
import { notComputable, type Result, reasonOf, runAnalysis } from "../analyses/run.ts";
import { CardscopeError } from "../errors.ts";
import type { AnalysisId } from "../portfolio/portfolio.ts";
import type { Explorer } from "./explorer.ts";
import { type Look, lookParams } from "./look.ts";
import { reachedIn } from "./reached.ts";

/** Rows of a list that a page shows at a glance; the rest are fetched as they are scrolled to. */
const FIRST_ROWS = 100;
/** Looks whose results are kept: a reader goes back and forth between a few. */
const LOOKS = 24;

export interface Answers {
  readonly results: readonly Result[];
  readonly notComputable: readonly { readonly id: string; readonly because: string }[];
}

/** Results of one state at one look. */
interface Kept {
  /** When they were last of the portfolio as it is. */
  version: number;
  readonly position: number;
  /** What predicted. */
  readonly learner: unknown;
  readonly results: Map<AnalysisId, Result>;
}

/** Results of analyses by look; what was computed is kept for as long as it may be asked for again. */
export class Results {
  readonly #explorer: Explorer;
  readonly #kept = new Map<string, Kept>();

  constructor(explorer: Explorer) {
    this.#explorer = explorer;
  }

  /** The analyses at a look, all of one state, and why some have nothing to say. */
  async at(look: Look, ids: readonly AnalysisId[], signal?: AbortSignal): Promise<Answers> {
    const stated = this.#explorer.viewOf(look);
    const failed = new Map<AnalysisId, string>();
    const because = (id: AnalysisId) => failed.get(id) ?? notComputable(analyses[id], stated);
    const wanted = ids.filter((id) => because(id) === undefined);
    const answers = (results: Kept["results"]): Answers => ({
      results: wanted.flatMap((id) => results.get(id) ?? []),
      notComputable: ids.flatMap((id) => {
        const reason = because(id);
        return reason === undefined ? [] : [{ id, because: reason }];
      }),
    });
    const key = lookParams(look).toString();
    const known = this.#kept.get(key);
    const isCurrent = known?.version === this.#explorer.version;
    if (known !== undefined && isCurrent && wanted.every((id) => known.results.has(id)))
      return answers(known.results);
    if (wanted.length === 0) return answers(new Map());
    return this.#explorer.at(
      look,
      async ({ engine, view }) => {
        const { version, learner, isLive } = this.#explorer;
        const position = isLive ? (await reachedIn(engine)).position : 0;
        const results = this.#keptAt(key, { version, learner, position });
        for (const id of wanted) {
          if (results.has(id)) continue;
          signal?.throwIfAborted();
          try {
            results.set(
              id,
              (await runAnalysis(analyses[id] as never, engine, view, FIRST_ROWS)) as unknown as Result,
            );
          } catch (error) {
            failed.set(id, reasonOf(error));
          }
        }
        return answers(results);
      },
      signal,
      { repeats: true },
    );
  }

  /** One analysis at a look. Throws NOT_COMPUTABLE where the files cannot say. */
  async one(look: Look, id: AnalysisId, signal?: AbortSignal): Promise<Result> {
    const { results, notComputable: missing } = await this.at(look, [id], signal);
    const [result] = results;
    if (result !== undefined) return result;
    throw new CardscopeError("NOT_COMPUTABLE", `${id} is not computable: ${missing[0]?.because}`);
  }

  /** Those of the state that is read; whoever still reads another goes on with what that has. */
  #keptAt(key: string, state: Omit<Kept, "results">): Kept["results"] {
    const known = this.#kept.get(key);
    const isSame = known?.position === state.position && known.learner === state.learner;
    const kept: Kept = known !== undefined && isSame ? known : { ...state, results: new Map() };
    kept.version = state.version;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    for (const [old, { version }] of this.#kept)
      if (version !== state.version || this.#kept.size > LOOKS) this.#kept.delete(old);
    return kept.results;
  }
}
