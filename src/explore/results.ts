import { analyses } from "../analyses/index.ts";
import { notComputable, type Result, reasonOf, runAnalysis } from "../analyses/run.ts";
import { CardscopeError } from "../errors.ts";
import type { AnalysisId } from "../portfolio/portfolio.ts";
import type { Explorer } from "./explorer.ts";
import { type Look, lookParams } from "./look.ts";

/** Rows of a list that a page shows at a glance; the rest are fetched as they are scrolled to. */
const FIRST_ROWS = 100;
/** Looks whose results are kept: a reader goes back and forth between a few. */
const LOOKS = 24;

export interface Answers {
  readonly results: readonly Result[];
  readonly notComputable: readonly { readonly id: string; readonly because: string }[];
}

/** Results of analyses by look; what was computed is kept for as long as it may be asked for again. */
export class Results {
  readonly #explorer: Explorer;
  readonly #kept = new Map<string, Map<AnalysisId, Result>>();
  #version = 0;

  constructor(explorer: Explorer) {
    this.#explorer = explorer;
  }

  /** The analyses at a look, and why some have nothing to say. */
  async at(look: Look, ids: readonly AnalysisId[], signal?: AbortSignal): Promise<Answers> {
    const stated = this.#explorer.viewOf(look);
    const failed = new Map<AnalysisId, string>();
    const because = (id: AnalysisId) => failed.get(id) ?? notComputable(analyses[id], stated);
    const wanted = ids.filter((id) => because(id) === undefined);
    const kept = this.#keptAt(look);
    const missing = wanted.filter((id) => !kept.has(id));
    if (missing.length > 0)
      await this.#explorer.at(
        look,
        async ({ engine, view }) => {
          for (const id of missing) {
            signal?.throwIfAborted();
            try {
              kept.set(
                id,
                (await runAnalysis(analyses[id] as never, engine, view, FIRST_ROWS)) as unknown as Result,
              );
            } catch (error) {
              failed.set(id, reasonOf(error));
            }
          }
        },
        signal,
        { repeats: true },
      );
    return {
      results: wanted.flatMap((id) => kept.get(id) ?? []),
      notComputable: ids.flatMap((id) => {
        const reason = because(id);
        return reason === undefined ? [] : [{ id, because: reason }];
      }),
    };
  }

  /** One analysis at a look. Throws NOT_COMPUTABLE where the files cannot say. */
  async one(look: Look, id: AnalysisId, signal?: AbortSignal): Promise<Result> {
    const { results, notComputable: missing } = await this.at(look, [id], signal);
    const [result] = results;
    if (result !== undefined) return result;
    throw new CardscopeError("NOT_COMPUTABLE", `${id} is not computable: ${missing[0]?.because}`);
  }

  #keptAt(look: Look): Map<AnalysisId, Result> {
    if (this.#version !== this.#explorer.version) this.#kept.clear();
    this.#version = this.#explorer.version;
    const key = lookParams(look).toString();
    const kept = this.#kept.get(key) ?? new Map<AnalysisId, Result>();
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    for (const old of this.#kept.keys()) {
      if (this.#kept.size <= LOOKS) break;
      this.#kept.delete(old);
    }
    return kept;
  }
}
