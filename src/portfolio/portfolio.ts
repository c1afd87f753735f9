import { join } from "node:path";
import { type AnyAnalysis, topics } from "../analyses/analysis.ts";
import { analyses } from "../analyses/index.ts";
import {
  FIRST_ROWS,
  jsonSelect,
  notComputable,
  type Result,
  reasonOf,
  runAnalysis,
  runIntoFile,
  streamRows,
} from "../analyses/run.ts";
import { type DuckDBEngine, openDuckDB } from "../engines/duckdb.ts";
import type { Relation, ResultRow } from "../engines/engine.ts";
import { type JsonFile, jsonArray } from "../engines/json-file.ts";
import { memoryLimit, withinMemory } from "../engines/memory.ts";
import { CardscopeError, usage } from "../errors.ts";
import type { HeaderMap, TableName } from "../ingest/bind.ts";
import { type Ingested, ingest } from "../ingest/ingest.ts";
import { openFiles } from "../ingest/open-files.ts";
import { borrowersOf, type PortfolioBorrowers } from "../models/borrowers.ts";
import { buildModels, outcomesIn, type View } from "../models/build.ts";
import { LateModels, withLateModels } from "../models/late.ts";
import { Learner } from "../models/learner.ts";
import type { AsOfSource, Findings } from "../outputs/document.ts";
import type { OnDone, OnProgress } from "../progress.ts";
import type { Model } from "../risk/model.ts";
import type { Inputs } from "../schema/inputs.ts";
import type { IssueSummary, Source } from "../schema/issues.ts";
import { type MeasureValues, measureValues } from "../schema/measures.ts";
import type { Outcomes } from "../schema/outcomes.ts";
import { raw } from "../sql/statement.ts";
import { type LearningOptions, learn, type TrainedModel } from "./learning.ts";
import { checkDate, checkIds, checkSettings } from "./options.ts";
import { materialOf } from "./portfolio-material.ts";
import { query } from "./select.ts";
import { areSmall, inLanes, LANES } from "./small.ts";

export type AnalysisId = keyof typeof analyses;
/** The rows of an analysis by its id. */
export type ResultOf<K extends AnalysisId> = (typeof analyses)[K] extends { readonly columns: infer C }
  ? C extends import("../schema/columns.ts").Columns
    ? Result<C>
    : never
  : never;

interface Missing {
  readonly id: string;
  readonly because: string;
}

export interface PortfolioOptions {
  /** YYYY-MM-DD: the day on which the portfolio is looked at. Moves card status only. Inferred when left out. */
  readonly asOf?: string;
  /** "measure.parameter" to a value, such as { "premium.score_min": 720 }. */
  readonly settings?: Readonly<Record<string, number>>;
  /** Column to header, where a header is not found by itself; `users.user_id` where both tables have the column; "" leaves it out. */
  readonly map?: HeaderMap;
  /** What to read a table from: a sheet or a file by its name, or both as `file [sheet]`. */
  readonly sheets?: Readonly<Partial<Record<TableName, string>>>;
  /** Fill `users.nearest_place`: no analysis reads it, and it takes a gazetteer. On unless it is turned off. */
  readonly nearestPlaces?: boolean;
  /** Database file to build; in memory when left out. */
  readonly database?: string;
  /** Bytes that the process may take. What does not fit spills into a temporary folder, which is removed. */
  readonly memory?: number;
  /** YYYY-MM-DD, for files that do not tell their month. Defaults to the clock's. */
  readonly today?: string;
  /** Told what is being done, and how far it is. */
  readonly onProgress?: OnProgress;
  /** Stops the reading, which then fails with the signal's reason and leaves nothing behind. */
  readonly signal?: AbortSignal;
}

/** Two files, read, checked and ready for every analysis. Close it with `await using` or `close()`. */
export class Portfolio implements AsyncDisposable {
  /** YYYY-MM-DD */
  readonly asOf: string;
  readonly asOfSource: AsOfSource;
  /** Which header fed which column, and which notation read it. */
  readonly sources: readonly Source[];
  /** What was found about the data, worst first. */
  readonly issues: readonly IssueSummary[];
  readonly inputs: Inputs;
  /** The thresholds in force. */
  readonly values: MeasureValues;
  /** How many customers have a known outcome, and how many of them defaulted. */
  readonly outcomes: Outcomes;
  /** Builds late models before a statement that names one. */
  readonly #engine: DuckDBEngine;
  readonly #late: LateModels;
  readonly #learner: Learner;
  /** Stops what is learnt; a new one follows each stop. */
  #stop = new AbortController();
  readonly #read: Ingested;
  readonly #onProgress: OnProgress;
  /** How many analyses run at a time. */
  readonly #lanes: number;
  readonly #memory: number | undefined;
  /** Connections beside the engine's own on which analyses run. */
  readonly #further = new Set<DuckDBEngine>();

  private constructor(
    engine: DuckDBEngine,
    read: Ingested,
    issues: readonly IssueSummary[],
    view: View & { asOfSource: AsOfSource },
    options: {
      readonly onProgress: OnProgress;
      readonly lanes: number;
      readonly memory: number | undefined;
    },
  ) {
    const source = { connect: () => engine.connect(), view: async () => view };
    this.#learner = new Learner({
      ...source,
      signal: () => this.#stop.signal,
      onProgress: options.onProgress,
    });
    this.#late = new LateModels({
      ...source,
      learner: this.#learner,
      onProgress: options.onProgress,
    });
    this.#engine = withLateModels(engine, this.#late);
    this.#read = read;
    this.#onProgress = options.onProgress;
    this.#lanes = options.lanes;
    this.#memory = options.memory;
    this.asOf = view.asOf;
    this.asOfSource = view.asOfSource;
    this.sources = read.sources;
    this.issues = issues;
    this.inputs = read.inputs;
    this.values = view.values;
    this.outcomes = view.outcomes;
  }

  /** Reads a customers file and a cards file, or one workbook with both. Throws CardscopeError. */
  static async open(files: readonly string[], options: PortfolioOptions = {}): Promise<Portfolio> {
    if (files.length < 1 || files.length > 2)
      throw usage(
        `${files.length} files given`,
        "give a customers file and a cards file, or one workbook with both",
      );
    checkSettings(options.settings ?? {});
    if (options.asOf !== undefined) checkDate(options.asOf);
    const { signal } = options;
    signal?.throwIfAborted();
    const onProgress: OnProgress = (step, done) => {
      signal?.throwIfAborted();
      options.onProgress?.(step, done);
    };
    const isSmall = await areSmall(files).catch(() => false);
    // a small portfolio is there before anybody could read how far it is, and asking takes statements
    const follow = (step: string, rows?: number): OnDone | undefined =>
      isSmall
        ? undefined
        : (share) => options.onProgress?.(step, { share, ...(rows !== undefined && { rows }) });
    const opening = openDuckDB(options.database, {
      ...withinMemory(options.memory),
      ...(isSmall && { threads: "1" }),
    });
    // the engine begins while the files are opened; what is wrong with one is met where they are read
    const opened = openFiles(opening, files);
    opened.catch(() => {});
    const engine = await opening.catch(async (error: unknown) => {
      await (await opened)[Symbol.asyncDispose]();
      throw error;
    });
    const stop = () => engine.interrupt();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      onProgress("reading files");
      const today = options.today ?? new Date().toISOString().slice(0, 10);
      const { map, sheets, nearestPlaces = true } = options;
      const read = await ingest(engine, opened, {
        today,
        nearestPlaces,
        follow,
        onStep: onProgress,
        ...(signal && { signal }),
        ...(map && { map }),
        ...(sheets && { sheets }),
      });
      const inferred: AsOfSource = read.fileMonth.from === "today" ? "today" : "inferred";
      const view: View & { asOfSource: AsOfSource } = {
        asOf: options.asOf ?? read.fileMonth.day,
        asOfSource: options.asOf === undefined ? inferred : "given",
        values: measureValues(options.settings),
        inputs: read.inputs,
        outcomes: await outcomesIn(engine),
      };
      onProgress("building models");
      const customers = read.sources.find(({ table }) => table === "users")?.rows;
      await buildModels(engine, view, follow("building models", customers));
      const summaries = await read.log.summaries();
      return new Portfolio(engine, read, summaries, view, {
        onProgress,
        lanes: isSmall ? LANES : 1,
        memory: options.memory,
      });
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Why an analysis cannot be computed from these files; undefined when it can. */
  whyNot(id: AnalysisId): string | undefined {
    return notComputable(analyses[id], this);
  }

  /** One analysis. Throws NOT_COMPUTABLE, naming the missing columns, where the files cannot say. */
  async run<K extends AnalysisId>(id: K): Promise<ResultOf<K>> {
    checkIds([id]);
    const because = this.whyNot(id);
    if (because !== undefined)
      throw new CardscopeError("NOT_COMPUTABLE", `${id} is not computable: ${because}`);
    return (await this.#runWithin(analyses[id], this.#engine)) as unknown as ResultOf<K>;
  }

  /** Every row of an analysis in batches; lists can be longer than memory. */
  rows(id: AnalysisId): AsyncIterable<readonly ResultRow[]> {
    return streamRows(analyses[id], this.#engine, this);
  }

  /**
   * All analyses, or those named, as outputs take them. What will be written as JSON computes long lists once with
   * `jsonFolder`, a folder that the caller removes afterwards.
   */
  async findings(
    only: readonly string[] = Object.keys(analyses),
    options: { readonly jsonFolder?: string | undefined } = {},
  ): Promise<Findings> {
    checkIds(only);
    const ids = inReadingOrder().filter((known) => only.includes(known));
    const files = new Map<string, JsonFile>();
    // of a small portfolio no list is long, and a file costs more than reading it twice
    const folder = this.sources.some(({ rows }) => rows > FIRST_ROWS) ? options.jsonFolder : undefined;
    const found = await this.#inLanes(ids, async (engine, id, done): Promise<Result | Missing> => {
      const because = this.whyNot(id);
      if (because !== undefined) return { id, because };
      this.#onProgress(`${id} (${done + 1} of ${only.length})`, { share: done / only.length });
      const analysis: AnyAnalysis = analyses[id];
      try {
        if (folder === undefined || !analysis.list) return await this.#runWithin(analysis, engine);
        const { result, file } = await runIntoFile(analysis, engine, this, join(folder, `${id}.json`));
        files.set(id, file);
        return result;
      } catch (error) {
        return { id, because: reasonOf(error) };
      }
    });
    const results = found.filter((one) => "analysis" in one);
    return {
      asOf: this.asOf,
      asOfSource: this.asOfSource,
      sources: this.sources,
      issues: this.issues,
      results,
      notComputable: found.filter((one) => "because" in one),
      rows: (id) =>
        this.#rowsOf(
          results.find(({ analysis }) => analysis.id === id),
          id as AnalysisId,
        ),
      jsonRows: (id) =>
        files.get(id)?.bytes() ??
        jsonArray(this.#engine, jsonSelect(analyses[id as AnalysisId], this.#engine, this)),
      issueCells: () => this.#read.log.cells(),
    };
  }

  /** What an analysis holds beside the engine's buffers is taken off them while it runs. */
  async #runWithin(analysis: AnyAnalysis, engine: DuckDBEngine): Promise<Result> {
    const memory = this.#memory;
    const columns = memory === undefined ? 0 : (analysis.holds?.(this) ?? 0);
    if (memory === undefined || columns === 0) return (await runAnalysis(analysis, engine, this)) as Result;
    const customers = this.sources.find(({ table }) => table === "users")?.rows ?? 0;
    // where so much cannot be freed, it runs all the same
    await engine
      .execute(raw(`set memory_limit = '${memoryLimit(memory, columns * customers)}'`))
      .catch(() => {});
    try {
      return (await runAnalysis(analysis, engine, this)) as Result;
    } finally {
      await engine.execute(raw(`set memory_limit = '${memoryLimit(memory)}'`));
    }
  }

  async #inLanes<Item, Answer>(
    items: readonly Item[],
    work: (engine: DuckDBEngine, item: Item, index: number) => Promise<Answer>,
  ): Promise<Answer[]> {
    const own: DuckDBEngine[] = [];
    try {
      while (own.length + 1 < this.#lanes) {
        const lane = withLateModels(await this.#engine.connect(), this.#late);
        own.push(lane);
        this.#further.add(lane);
      }
      return await inLanes([this.#engine, ...own], items, work);
    } finally {
      for (const lane of own) {
        this.#further.delete(lane);
        await lane[Symbol.asyncDispose]();
      }
    }
  }

  /** What is in memory is not computed again. */
  async *#rowsOf(result: Result | undefined, id: AnalysisId): AsyncGenerator<readonly ResultRow[]> {
    if (result !== undefined && result.rows.length === result.total)
      yield result.rows as unknown as readonly ResultRow[];
    else yield* this.rows(id);
  }

  /** Builds the tables of predictions that a query names, for whoever reads the database afterwards. */
  async prepare(query: string): Promise<void> {
    await this.#late.ready(query);
  }

  /**
   * The model that predicts defaults, fitted to the outcomes when it is first asked for. Throws NOT_COMPUTABLE with
   * the reason where none can be fitted, and the expert card ranks.
   */
  async model(): Promise<Model> {
    const learnt = await this.#learner.learnt();
    if ("model" in learnt) return learnt.model;
    throw new CardscopeError("NOT_COMPUTABLE", `no model: ${learnt.because}`);
  }

  /** The customers as a model reads them; with `allInputs` also what never decides, for comparisons alone. */
  borrowers(options: { readonly allInputs?: boolean } = {}): Promise<PortfolioBorrowers> {
    return borrowersOf(this.#engine, this, options);
  }

  /** Trains a model on the outcomes of this portfolio by options of your own; see `model` for the usual one. */
  async train(
    options: LearningOptions & { readonly exclude?: readonly string[] } = {},
  ): Promise<TrainedModel> {
    return learn(materialOf(await this.borrowers(options), this.sources, options), options);
  }

  /** The rows of one SELECT over the canonical tables and the models. */
  query(
    select: string,
    options: { readonly maxRows?: number; readonly seconds?: number } = {},
  ): Promise<Relation> {
    return query(this.#engine, select, options);
  }

  /** Stops what runs; it fails. */
  interrupt(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    for (const engine of [this.#engine, ...this.#further]) engine.interrupt();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#learner.settled();
    await this.#engine[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** By topic; what names customers or cards comes after the figures it details. */
export function inReadingOrder(): AnalysisId[] {
  const place = ({ topic, list }: AnyAnalysis) => topics.indexOf(topic) * 2 + (list ? 1 : 0);
  return (Object.keys(analyses) as AnalysisId[]).sort((a, b) => place(analyses[a]) - place(analyses[b]));
}

/**
 * Opens a portfolio from a customers file and a cards file, in either order, or from one workbook with both.
 *
 * @throws CardscopeError DATA_REFUSED with the reason and a hint, where the files are no portfolio; USAGE where an
 * option is wrong.
 */
export const openPortfolio = (
  files: string | readonly string[],
  options: PortfolioOptions = {},
): Promise<Portfolio> => Portfolio.open(typeof files === "string" ? [files] : files, options);
