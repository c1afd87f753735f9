import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { DuckDBEngine } from "../engines/duckdb.ts";
import { interrupting } from "../engines/interrupting.ts";
import { lock } from "../engines/locked.ts";
import { withinMemory } from "../engines/memory.ts";
import { Prepared, preparable, repeating } from "../engines/prepared.ts";
import { openScratch } from "../engines/scratch.ts";
import { temporaryFolder } from "../engines/temporary.ts";
import { buildModels, type View } from "../models/build.ts";
import { LateModels, withLateModels } from "../models/late.ts";
import { Learner } from "../models/learner.ts";
import type { AsOfSource } from "../outputs/document.ts";
import { openPortfolio, type PortfolioOptions } from "../portfolio/portfolio.ts";
import type { Inputs } from "../schema/inputs.ts";
import type { IssueSummary, Source } from "../schema/issues.ts";
import { type MeasureValues, measureValues } from "../schema/measures.ts";
import type { Outcomes } from "../schema/outcomes.ts";
import { literal, raw } from "../sql/statement.ts";
import type { Change } from "./change.ts";
import { Changer } from "./changer.ts";
import { Frozen } from "./frozen.ts";
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
  /** That whose connection a statement is to run on which may name predictions, for whoever runs it there himself. */
  engineOf(text: string): Promise<DuckDBEngine>;
  /** How many events predictions are of, where events change the portfolio; undefined before they were asked for. */
  learntAt(): number | undefined;
  readonly view: View;
  /** Where the models of this look are; those of the portfolio as it was opened are in `main`. */
  readonly schema: string;
}

/** Models of one as-of date and set of thresholds. */
interface Stance {
  readonly schema: string;
  view: View;
  ready: Promise<unknown>;
  /** Its models are there, and change with the portfolio. */
  isBuilt: boolean;
  late: LateModels;
  /** What they are of, where the portfolio changes. */
  frozen: Frozen<View> | undefined;
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
  #portfolio: OpenedPortfolio;
  readonly #settings: Readonly<Record<string, number>>;
  readonly #engine: DuckDBEngine;
  /** Holds the database and what spills; goes with the portfolio. */
  readonly folder: string;
  readonly #slots = new Slots(CONNECTIONS);
  /** By as-of date and thresholds; the least recently used comes first. */
  readonly #stances = new Map<string, Stance>();
  /** Learns from the portfolio as it was opened: a look scores by that model, whatever its date. */
  #learner: Learner;
  #late: LateModels;
  /** What predictions are of, where the portfolio changes. */
  #frozen: Frozen<View> | undefined;
  /** Changes of the tables and sets of models that are being built wait for each other. */
  readonly #writing = new Slots(1);
  #version = 0;
  /** Whether events change it. */
  readonly isLive: boolean;
  /** All copies that there are. */
  readonly #copies = new Set<Frozen<View>>();
  readonly #closing = new AbortController();
  #changer: Promise<Changer> | undefined;
  /** Connections that have planned what comes again and again. */
  readonly #idle: { readonly engine: DuckDBEngine; readonly prepared: Prepared }[] = [];
  #made = 0;

  private constructor(
    portfolio: OpenedPortfolio,
    settings: Readonly<Record<string, number>>,
    engine: DuckDBEngine,
    folder: string,
    isLive: boolean,
  ) {
    this.#portfolio = portfolio;
    this.#settings = settings;
    this.#engine = engine;
    this.folder = folder;
    this.isLive = isLive;
    ({ learner: this.#learner, late: this.#late, frozen: this.#frozen } = this.#predict());
  }

  /** How many events the predictions of the whole are of; undefined before anybody has asked for them. */
  get learntAt(): number | undefined {
    return this.#frozen?.position;
  }

  get portfolio(): OpenedPortfolio {
    return this.#portfolio;
  }

  get learner(): Learner {
    return this.#learner;
  }

  /** Rises with every change of the tables: what was computed at another is of a portfolio that is no more. */
  get version(): number {
    return this.#version;
  }

  /** Reads the files as `openPortfolio` does. Throws CardscopeError and leaves nothing behind. */
  static open(files: readonly string[], options: ExplorerOptions = {}): Promise<Explorer> {
    return Explorer.fill(async (database) => {
      const read = await openPortfolio(files, { nearestPlaces: false, ...options, database });
      const { asOf, asOfSource, sources, issues, inputs, values, outcomes } = read;
      await read.close();
      return { asOf, asOfSource, sources, issues, inputs, values, outcomes };
    }, options);
  }

  /**
   * Opens a database that `make` fills, with its models, and locks it. `make` closes what it opened itself; what it has
   * of `open` goes on as it is, without having been written to the disk first. Leaves nothing behind where that fails.
   */
  static async fill(
    make: (database: string, open: () => Promise<DuckDBEngine>) => Promise<OpenedPortfolio>,
    options: Pick<ExplorerOptions, "settings" | "memory" | "signal"> & {
      /** Whether `update` is going to change it. */
      readonly isLive?: boolean;
    },
  ): Promise<Explorer> {
    const folder = await temporaryFolder("portfolio");
    let engine: DuckDBEngine | undefined;
    try {
      const database = join(folder, "portfolio.duckdb");
      const isLive = options.isLive === true;
      const open = async () => {
        if (engine !== undefined) return engine;
        engine = await openScratch(database, {
          temp_directory: join(folder, "spill"),
          ...withinMemory(options.memory),
          // see `tidy`
          ...(isLive && { checkpoint_threshold: "4GB" }),
        });
        // it goes with the folder
        await engine.execute(raw("pragma disable_checkpoint_on_shutdown"));
        return engine;
      };
      const portfolio = await make(database, open);
      options.signal?.throwIfAborted();
      const opened = await open();
      if (isLive) {
        // a core is left for whoever writes
        const settings = { threads: Math.max(1, availableParallelism() - 1), ...preparable };
        for (const [name, value] of Object.entries(settings))
          await opened.execute(raw(`set ${name} = ${literal(value)}`));
      }
      await lock(opened);
      return new Explorer(portfolio, options.settings ?? {}, opened, folder, isLive);
    } catch (error) {
      await engine?.[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /**
   * Changes rows of the portfolio in one transaction, and its models with them. What is read meanwhile is of the state
   * before.
   */
  async update(change: Change): Promise<void> {
    using _writing = await this.#writing.take();
    const asOf = change.asOf ?? this.#portfolio.asOf;
    this.#changer ??= Changer.open(await this.#engine.connect());
    const changer = await this.#changer;
    const before = this.#portfolio;
    const asOfSource = asOf === before.asOf ? before.asOfSource : "events";
    const portfolio = await changer.change(change, { ...before, asOf, asOfSource }, [
      { schema: MAIN, view: before },
      // what is being built waits for this change, and is built from what it leaves
      ...[...this.#stances.values()].filter(({ isBuilt }) => isBuilt),
    ]);
    const isSame = portfolio.asOf === before.asOf && portfolio.inputs.equals(before.inputs);
    this.#portfolio = portfolio;
    this.#version++;
    // models of another date or other inputs are other models
    if (isSame) return;
    for (const [key, { isBuilt, frozen }] of this.#stances) {
      if (!isBuilt) continue;
      this.#stances.delete(key);
      await this.#drop(frozen);
    }
  }

  /** Clears away what changes leave behind, now and then: it takes a moment, best spent when nobody waits. */
  async tidy(): Promise<void> {
    using _writing = await this.#writing.take();
    await (await this.#changer)?.tidy();
  }

  /** Makes predictions follow the portfolio as it is now; until then they are of what it was when they were learnt. */
  async relearn(): Promise<void> {
    using _writing = await this.#writing.take();
    // whoever reads what was learnt before holds it
    const old = [...this.#copies];
    ({ learner: this.#learner, late: this.#late, frozen: this.#frozen } = this.#predict());
    for (const stance of this.#stances.values())
      Object.assign(
        stance,
        this.#lateOf(stance.schema, () => stance.view, this.#learner),
      );
    this.#version++;
    for (const frozen of old) await this.#drop(frozen);
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
   * Runs work at a look on a connection of its own: all of its statements see one state of the portfolio, but those that
   * name predictions, which see the state that these are of. An aborted signal interrupts what runs there, and nothing
   * else; the work then fails.
   */
  async at<T>(
    look: Look,
    work: (sight: Sight) => Promise<T>,
    signal?: AbortSignal,
    /** Whether its statements come again and again while the portfolio changes. */
    { repeats = false }: { readonly repeats?: boolean } = {},
  ): Promise<T> {
    using _slot = await this.#slots.take(signal);
    const view = this.viewOf(look);
    using stance = await this.#stanceOf(view);
    await using engine = withLateModels(
      repeats && this.isLive && stance.schema === MAIN
        ? await this.#repeating()
        : await this.#connect(stance.schema),
      stance.late,
    );
    return await this.#atOnce(engine, async () => {
      // what ends the transaction is not interrupted
      using _interrupting = interrupting(signal, engine);
      const { schema, late } = stance;
      return await work({ engine, engineOf: engine.engineOf, learntAt: () => late.position, view, schema });
    });
  }

  /** In a transaction where the portfolio changes. */
  async #atOnce<T>(engine: DuckDBEngine, work: () => Promise<T>): Promise<T> {
    if (!this.isLive) return work();
    await engine.execute(raw("begin transaction read only"));
    try {
      return await work();
    } finally {
      await engine.execute(raw("rollback"));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#slots.close();
    await this.#writing.close();
    await this.learner.settled();
    for (const frozen of this.#copies) await frozen.close();
    await (await this.#changer)?.[Symbol.asyncDispose]();
    for (const { engine, prepared } of this.#idle) {
      prepared[Symbol.dispose]();
      await engine[Symbol.asyncDispose]();
    }
    await this.#engine[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The models of a view, built when they are first asked for. Whoever takes them gives them back. */
  async #stanceOf(view: View): Promise<Pick<Stance, "schema" | "late"> & Disposable> {
    const { asOf, values } = this.portfolio;
    const key = JSON.stringify([view.asOf, view.values]);
    if (key === JSON.stringify([asOf, values]))
      return { schema: MAIN, late: this.#late, ...this.#late.hold() };
    const known = this.#stances.get(key);
    const schema = known?.schema ?? `look_${++this.#made}`;
    const { narrow: _, ...whole } = view;
    const stance: Stance = known ?? {
      ...{ schema, view: whole, ready: Promise.resolve(), isBuilt: false, users: 0 },
      ...this.#lateOf(schema, () => stance.view, this.#learner),
    };
    if (known === undefined) stance.ready = this.#build(stance);
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
    // those who read need not wait for it
    this.#forgetUnused().catch(() => {});
    const held = stance.late.hold();
    return {
      schema: stance.schema,
      late: stance.late,
      [Symbol.dispose]: () => {
        held[Symbol.dispose]();
        stance.users--;
      },
    };
  }

  async #build(stance: Stance): Promise<void> {
    const { schema } = stance;
    using _writing = await this.#writing.take();
    // it may have waited for a change
    const { inputs, outcomes } = this.#portfolio;
    stance.view = { ...stance.view, inputs, outcomes };
    try {
      await this.#engine.execute(raw(`create schema ${schema}`));
      await using engine = await this.#connect(schema);
      await buildModels(engine, stance.view);
      stance.isBuilt = true;
    } catch (error) {
      await this.#engine.execute(raw(`drop schema if exists ${schema} cascade`)).catch(() => {});
      throw error;
    }
  }

  /** What predicts, over the whole portfolio as it was opened, or as it is now where it changes. */
  #predict() {
    const view = () => this.#portfolio;
    const frozen = this.isLive ? this.#freeze(MAIN, view) : undefined;
    const learner = new Learner({
      connect: () => frozen?.connect() ?? this.#engine.connect(),
      view: async () => (await frozen?.view()) ?? view(),
      signal: () => this.#closing.signal,
    });
    return { learner, ...this.#lateOf(MAIN, view, learner, frozen) };
  }

  #lateOf(
    schema: string,
    view: () => View,
    learner: Learner,
    frozen = this.isLive ? this.#freeze(schema, view) : undefined,
  ): Pick<Stance, "late" | "frozen"> {
    const stand =
      frozen === undefined
        ? { connect: () => this.#connect(schema), view: async () => view() }
        : { connect: () => frozen.connect(), view: () => frozen.view(), apart: frozen };
    return { late: new LateModels({ ...stand, learner }), frozen };
  }

  #freeze(schema: string, view: () => View): Frozen<View> {
    // no change is halfway while it is copied
    const see = async () => ({ ...(await this.#writing.take()), view: view() });
    const frozen = new Frozen(this.#engine, `frozen_${++this.#made}`, schema, see);
    this.#copies.add(frozen);
    return frozen;
  }

  async #drop(frozen: Frozen<View> | undefined): Promise<void> {
    await frozen?.drop();
    // where somebody holds it, it is looked at again when the next are dropped
    for (const copy of this.#copies) if (copy.isGone) this.#copies.delete(copy);
  }

  /** A connection whose unqualified names are a schema's, then those of the portfolio as it was opened. */
  async #connect(schema: string): Promise<DuckDBEngine> {
    const engine = await this.#engine.connect();
    if (schema !== MAIN) await engine.execute(raw(`set search_path = '${schema},${MAIN}'`));
    return engine;
  }

  /** A connection that has planned what comes again and again; it is given back instead of being closed. */
  async #repeating(): Promise<DuckDBEngine> {
    const known = this.#idle.pop();
    const engine = known?.engine ?? (await this.#engine.connect());
    const prepared = known?.prepared ?? (await Prepared.on(engine));
    await prepared.renew();
    return {
      ...repeating(engine, prepared),
      [Symbol.asyncDispose]: async () => void this.#idle.push({ engine, prepared }),
    };
  }

  async #forgetUnused(): Promise<void> {
    if (this.#stances.size <= STANCES) return;
    using _writing = await this.#writing.take();
    for (const [key, { schema, users, isBuilt, frozen }] of this.#stances) {
      if (this.#stances.size <= STANCES) return;
      if (users > 0 || !isBuilt) continue;
      this.#stances.delete(key);
      await this.#engine.execute(raw(`drop schema ${schema} cascade`));
      await this.#drop(frozen);
    }
  }
}
