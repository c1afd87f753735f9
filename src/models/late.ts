import type { DuckDBEngine } from "../engines/duckdb.ts";
import type { OnProgress } from "../progress.ts";
import { raw, render, type Statement } from "../sql/statement.ts";
import type { View } from "./build.ts";
import { fillDefaultProfile } from "./default-profile.ts";
import { expertProfile } from "./expert-profile.ts";
import type { Learner } from "./learner.ts";
import { fillCutOffs, fillModelTables, modelTables } from "./model-tables.ts";
import { fillSegments } from "./segment-profile.ts";

/** Models that cost too much to be built before anybody asks: each is made when a statement first names it. */
export const lateModels = [
  "expert_profile",
  "default_profile",
  "segment_profile",
  "segment_choice",
  "model_cut_offs",
  ...modelTables,
] as const;
export type LateModel = (typeof lateModels)[number];

/** Where late models are built, and how the portfolio is looked at there. */
export interface Stand {
  /** A connection of its own, whose unqualified names are the stand's. The builder closes it. */
  connect(): Promise<DuckDBEngine>;
  /** Of the state that such a connection sees. */
  view(): Promise<Omit<View, "narrow">>;
  readonly learner: Learner;
  readonly onProgress?: OnProgress;
  /** The state of their own that those connections see, where the portfolio changes meanwhile. */
  readonly apart?: { hold(): Disposable; readonly position: number | undefined };
}

/** The late models of one stand. */
export class LateModels {
  readonly #stand: Stand;
  readonly #built = new Map<LateModel, Promise<void>>();

  constructor(stand: Stand) {
    this.#stand = stand;
  }

  /** Builds what the text names and is not there yet. Throws NOT_COMPUTABLE where it cannot be. */
  async ready(text: string): Promise<void> {
    if (!mentioned.test(text)) return;
    for (const name of lateModels) if (new RegExp(`\\b${name}\\b`, "i").test(text)) await this.#ready(name);
  }

  /** A connection for a statement that must see what the late models are of; undefined where any does. */
  async apartFor(text: string): Promise<DuckDBEngine | undefined> {
    return this.#stand.apart !== undefined && mentioned.test(text) ? this.#stand.connect() : undefined;
  }

  /** Keeps what they are of until that is disposed of. */
  hold(): Disposable {
    return this.#stand.apart?.hold() ?? { [Symbol.dispose]: () => {} };
  }

  /** How many events they are of, where that is a state of its own; undefined before anybody has asked for it. */
  get position(): number | undefined {
    return this.#stand.apart?.position;
  }

  #ready(name: LateModel): Promise<void> {
    const known = this.#built.get(name);
    if (known !== undefined) return known;
    const [built, names] = this.#build(name);
    for (const each of names) {
      this.#built.set(each, built);
      built.catch(() => this.#built.delete(each));
    }
    return built;
  }

  /** What is built, and which tables come with it. */
  #build(name: LateModel): [Promise<void>, readonly LateModel[]] {
    const { learner, onProgress } = this.#stand;
    switch (name) {
      case "expert_profile":
        return [
          this.#on((engine, view) =>
            engine.execute(raw(`create or replace table expert_profile as ${expertProfile(view.values)}`)),
          ),
          [name],
        ];
      case "default_profile":
        return [
          this.#on((engine, view) =>
            fillDefaultProfile(engine, view, learner, () => this.#ready("expert_profile"), {
              onDone: (share) => onProgress?.("scoring customers", { share }),
            }),
          ),
          [name],
        ];
      case "segment_profile":
      case "segment_choice":
        return [
          this.#on((engine, view) =>
            fillSegments(engine, view, {
              signal: learner.signal,
              onDone: (share) => onProgress?.("finding segments", { share }),
            }),
          ),
          ["segment_profile", "segment_choice"],
        ];
      case "model_cut_offs":
        return [this.#on((engine) => fillCutOffs(engine, learner)), [name]];
      default:
        return [this.#on((engine) => fillModelTables(engine, learner)), modelTables];
    }
  }

  async #on(work: (engine: DuckDBEngine, view: Omit<View, "narrow">) => Promise<void>): Promise<void> {
    await using engine = await this.#stand.connect();
    await work(engine, await this.#stand.view());
  }
}

/** An engine whose statements may name late models. */
export interface LateEngine extends DuckDBEngine {
  /** The engine whose connection a text is to run on, with what it names. */
  engineOf(text: string): Promise<DuckDBEngine>;
}

/** Whether a statement may read late models. */
export const namesLateModel = (text: string): boolean => mentioned.test(text);

const mentioned = new RegExp(`\\b(?:${lateModels.join("|")})\\b`, "i");

/**
 * The engine, with late models made before a statement that names one. Where they are of a state of their own, such
 * statements run on a connection that sees it, which is closed with the engine.
 */
export function withLateModels(engine: DuckDBEngine, late: LateModels): LateEngine {
  let apart: DuckDBEngine | undefined;
  const engineOf = async (text: string): Promise<DuckDBEngine> => {
    await late.ready(text);
    apart ??= await late.apartFor(text);
    return apart !== undefined && mentioned.test(text) ? apart : engine;
  };
  const of = (statement: Statement) => engineOf(render(statement, engine.dialect));
  return {
    ...engine,
    engineOf,
    query: async (statement) => (await of(statement)).query(statement),
    async *stream(statement) {
      yield* (await of(statement)).stream(statement);
    },
    execute: async (statement, onDone) => (await of(statement)).execute(statement, onDone),
    interrupt() {
      engine.interrupt();
      apart?.interrupt();
    },
    async [Symbol.asyncDispose]() {
      await apart?.[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
    },
  };
}
