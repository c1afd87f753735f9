import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBEngine } from "../engines/duckdb.ts";
import { openLocked } from "../engines/locked.ts";
import { buildModels, type View } from "../models/build.ts";
import { LateModels, withLateModels } from "../models/late.ts";
import { Learner } from "../models/learner.ts";
import type { AsOfSource } from "../outputs/document.ts";
import { openPortfolio, type PortfolioOptions } from "../portfolio/portfolio.ts";
import type { Inputs } from "../schema/inputs.ts";
import type { IssueSummary, Source } from "../schema/issues.ts";
import { type MeasureValues, measureValues } from "../schema/measures.ts";
import type { Outcomes } from "../schema/outcomes.ts";
import { raw } from "../sql/statement.ts";
import { isNarrowed, type Look } from "./look.ts";
import { narrow } from "./narrow.ts";
import { Slots } from "./slots.ts";

export type ExplorerOptions = Omit<PortfolioOptions, "database">;

/** The portfolio as it was opened: what every look starts from. */
export interface OpenedPortfolio {
  /** YYYY-MM-DD */
  readonly asOf: string;
  readonly asOfSource: AsOfSource;
  readonly sources: readonly Source[];
  readonly issues: readonly IssueSummary[];
  readonly inputs: Inputs;
  readonly values: MeasureValues;
  readonly outcomes: Outcomes;
}

/** The portfolio under one look: an engine whose models are those of its as-of date and thresholds. */
export interface Sight {
  readonly engine: DuckDBEngine;
  readonly view: View;
  /** Where the models of this look are; those of the portfolio as it was opened are in `main`. */
  readonly schema: string;
}

/** Models of one as-of date and set of thresholds. */
interface Stance {
  readonly schema: string;
  readonly ready: Promise<unknown>;
  readonly late: LateModels;
  users: number;
}

const MAIN = "main";
/** Sets of models beside the opened one; a slider leaves one at each stop. */
const STANCES = 3;
/** Statements at once: more are not faster on two cores. */
const CONNECTIONS = 4;

/**
 * A portfolio that is open for looking at. The files are read into a database of its own, which is then closed and
 * opened again locked: no files, no network, no extensions, no settings. Everything runs on that instance, the SQL
 * of users among it.
 */
export class Explorer implements AsyncDisposable {
  readonly portfolio: OpenedPortfolio;
  readonly #settings: Readonly<Record<string, number>>;
  readonly #engine: DuckDBEngine;
  /** Holds the database and what spills; goes with the portfolio. */
  readonly folder: string;
  readonly #slots = new Slots(CONNECTIONS);
  /** By as-of date and thresholds; the least recently used comes first. */
  readonly #stances = new Map<string, Stance>();
  /** Learns from the portfolio as it was opened: a look scores by that model, whatever its date. */
  readonly learner: Learner;
  readonly #late: LateModels;
  readonly #closing = new AbortController();
  #made = 0;

  private constructor(
    portfolio: OpenedPortfolio,
    settings: Readonly<Record<string, number>>,
    engine: DuckDBEngine,
    folder: string,
  ) {
    this.portfolio = portfolio;
    this.#settings = settings;
    this.#engine = engine;
    this.folder = folder;
    this.learner = new Learner({
      connect: () => engine.connect(),
      view: portfolio,
      signal: () => this.#closing.signal,
    });
    this.#late = this.#lateOf(MAIN, portfolio);
  }

  /** Reads the files as `openPortfolio` does. Throws CardscopeError and leaves nothing behind. */
  static async open(files: readonly string[], options: ExplorerOptions = {}): Promise<Explorer> {
    const folder = await mkdtemp(join(tmpdir(), "cardscope-"));
    try {
      const database = join(folder, "portfolio.duckdb");
      const read = await openPortfolio(files, { nearestPlaces: false, ...options, database });
      const { asOf, asOfSource, sources, issues, inputs, values, outcomes } = read;
      await read.close();
      options.signal?.throwIfAborted();
      const engine = await openLocked(database, join(folder, "spill"), options.memory);
      return new Explorer(
        { asOf, asOfSource, sources, issues, inputs, values, outcomes },
        options.settings ?? {},
        engine,
        folder,
      );
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** The as-of date and the thresholds of a look, with what it does not state as the portfolio was opened. */
  viewOf(look: Look): View {
    const { asOf, inputs, outcomes } = this.portfolio;
    return {
      asOf: look.asOf ?? asOf,
      inputs,
      outcomes,
      values: measureValues({ ...this.#settings, ...look.settings }),
      ...(isNarrowed(look) && { narrow: (select: string) => narrow(select, look) }),
    };
  }

  /**
   * Runs work at a look on a connection of its own. An aborted signal interrupts what runs there, and nothing else;
   * the work then fails.
   */
  async at<T>(look: Look, work: (sight: Sight) => Promise<T>, signal?: AbortSignal): Promise<T> {
    using _slot = await this.#slots.take(signal);
    const view = this.viewOf(look);
    const stance = await this.#stanceOf(view);
    try {
      await using engine = await this.#connect(stance.schema);
      const stop = () => engine.interrupt();
      signal?.throwIfAborted();
      signal?.addEventListener("abort", stop, { once: true });
      try {
        return await work({ engine: withLateModels(engine, stance.late), view, schema: stance.schema });
      } finally {
        signal?.removeEventListener("abort", stop);
      }
    } finally {
      stance.users--;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#slots.close();
    await this.learner.settled();
    await this.#engine[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The models of a view, built when they are first asked for. Whoever takes one gives it back. */
  async #stanceOf(view: View): Promise<Stance> {
    const { asOf, values } = this.portfolio;
    const key = JSON.stringify([view.asOf, view.values]);
    if (key === JSON.stringify([asOf, values]))
      return { schema: MAIN, ready: Promise.resolve(), late: this.#late, users: 1 };
    const known = this.#stances.get(key);
    const schema = known?.schema ?? `look_${++this.#made}`;
    const stance = known ?? {
      schema,
      ready: this.#build(schema, view),
      late: this.#lateOf(schema, view),
      users: 0,
    };
    stance.users++;
    this.#stances.delete(key);
    this.#stances.set(key, stance);
    try {
      await stance.ready;
    } catch (error) {
      stance.users--;
      this.#stances.delete(key);
      throw error;
    }
    await this.#forgetUnused();
    return stance;
  }

  async #build(schema: string, view: View): Promise<void> {
    await this.#engine.execute(raw(`create schema ${schema}`));
    await using engine = await this.#connect(schema);
    await buildModels(engine, view);
  }

  #lateOf(schema: string, { narrow: _, ...view }: View): LateModels {
    return new LateModels({ connect: () => this.#connect(schema), view, learner: this.learner });
  }

  /** A connection whose unqualified names are a schema's, then those of the portfolio as it was opened. */
  async #connect(schema: string): Promise<DuckDBEngine> {
    const engine = await this.#engine.connect();
    if (schema !== MAIN) await engine.execute(raw(`set search_path = '${schema},${MAIN}'`));
    return engine;
  }

  async #forgetUnused(): Promise<void> {
    for (const [key, { schema, users }] of this.#stances) {
      if (this.#stances.size <= STANCES) return;
      if (users > 0) continue;
      this.#stances.delete(key);
      await this.#engine.execute(raw(`drop schema ${schema} cascade`));
    }
  }
}
