import type { AnyAnalysis } from "../../analyses/analysis.ts";
import { analyses } from "../../analyses/index.ts";
import type { DuckDBEngine } from "../../engines/duckdb.ts";
import type { ResultRow } from "../../engines/engine.ts";
import { CardscopeError } from "../../errors.ts";
import type { Explorer } from "../../explore/explorer.ts";
import { wholePortfolio } from "../../explore/look.ts";
import type { Results } from "../../explore/results.ts";
import { checkIds } from "../../portfolio/options.ts";
import type { AnalysisId } from "../../portfolio/portfolio.ts";
import { Ledger } from "../ledger.ts";
import { DayKeeper } from "./day-keeper.ts";
import { KeptDays, type KeptRows } from "./kept-days.ts";
import { matchRows, type RowPair } from "./row-pairs.ts";
import { keptIds } from "./snapshot.ts";

export interface HistoryOptions {
  readonly explorer: Explorer;
  readonly results: Results;
  /** What the figures of the explorer are of. */
  readonly position: () => number;
  /** The day of the files, where there were some. */
  readonly origin: string | undefined;
}

export interface ComparedAnalysis {
  readonly analysis: AnyAnalysis;
  readonly rows: readonly RowPair[];
}

/** The portfolio's figures day by day: of days that are over as they are kept, of the present one as they are now. */
export class History implements AsyncDisposable {
  readonly #ledger: Ledger;
  readonly #kept: KeptDays;
  readonly #keeper: DayKeeper;
  readonly #options: HistoryOptions;

  private constructor(ledger: Ledger, kept: KeptDays, keeper: DayKeeper, options: HistoryOptions) {
    this.#ledger = ledger;
    this.#kept = kept;
    this.#keeper = keeper;
    this.#options = options;
  }

  /** `workspace` gives connections of its own, which are closed with the history. */
  static async open(workspace: DuckDBEngine, options: HistoryOptions): Promise<History> {
    const ledger = new Ledger(await workspace.connect());
    const kept = new KeptDays(ledger, options.origin);
    const keeper = new DayKeeper(
      await workspace.connect(),
      kept,
      () => options.explorer.portfolio.values,
      options.position,
    );
    return new History(ledger, kept, keeper, options);
  }

  /** Events were committed: days may be over, or out of date. */
  committed(): void {
    this.#keeper.committed();
  }

  /** Computes what is due now instead of when nobody waits. */
  catchUp(): Promise<void> {
    return this.#keeper.catchUp();
  }

  /** In their order; the present one is the last. */
  async days(): Promise<string[]> {
    return withToday(await this.#kept.days(), this.#today);
  }

  /** The analyses that some day has figures of. */
  async analyses(): Promise<AnyAnalysis[]> {
    const kept = await this.#kept.ids();
    const { results } = await this.#now(keptIds);
    const now = new Set(results.map(({ analysis }) => analysis.id));
    return keptIds.filter((id) => kept.has(id) || now.has(id)).map((id) => analyses[id] as AnyAnalysis);
  }

  /** The figures of an analysis, day by day. Throws USAGE for an unknown one, NOT_FOUND for one that has no history. */
  async of(id: string): Promise<{ readonly analysis: AnyAnalysis; readonly days: readonly KeptRows[] }> {
    checkIds([id]);
    if (!keptIds.includes(id as AnalysisId))
      throw new CardscopeError("NOT_FOUND", `${id} has no history`, {
        hint: "lists and what is learnt have none; see /api/history for those that do",
      });
    const days = await this.#kept.rowsOf(id);
    const position = this.#options.position();
    const today = this.#today;
    if (withToday(await this.#kept.days(), today).at(-1) === today) {
      const { results } = await this.#now([id as AnalysisId]);
      for (const { rows } of results)
        days.push({ day: today, rows: rows as unknown as readonly ResultRow[], position });
    }
    return { analysis: analyses[id as AnalysisId] as AnyAnalysis, days };
  }

  /** The rows of two days beside each other. Throws NOT_FOUND for a day that is not kept. */
  async compare(from: string, to: string): Promise<ComparedAnalysis[]> {
    const [before, after] = [await this.#on(from), await this.#on(to)];
    return keptIds
      .filter((id) => before.has(id) || after.has(id))
      .map((id) => {
        const analysis = analyses[id] as AnyAnalysis;
        return { analysis, rows: matchRows(analysis, before.get(id) ?? [], after.get(id) ?? []) };
      });
  }

  /** What is under way is stopped, and done after the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keeper[Symbol.asyncDispose]();
    await this.#ledger[Symbol.asyncDispose]();
  }

  get #today(): string {
    return this.#options.explorer.portfolio.asOf;
  }

  #now(ids: readonly AnalysisId[]): ReturnType<Results["at"]> {
    return this.#options.results.at(wholePortfolio, ids);
  }

  async #on(day: string): Promise<ReadonlyMap<string, readonly ResultRow[]>> {
    const kept = await this.#kept.on(day);
    if (kept !== undefined) return kept;
    const days = await this.days();
    if (day !== days.at(-1))
      throw new CardscopeError("NOT_FOUND", `${day} is not kept`, {
        hint: `days go from ${days[0]} to ${days.at(-1)}; those that are due are computed when nothing else is to be done`,
      });
    const { results } = await this.#now(keptIds);
    return new Map(
      results.map(({ analysis, rows }) => [analysis.id, rows as unknown as readonly ResultRow[]]),
    );
  }
}

/** A day that was given as the as-of date may lie before those that are over. */
const withToday = (days: readonly string[], today: string): string[] =>
  today > (days.at(-1) ?? "") ? [...days, today] : [...days];
