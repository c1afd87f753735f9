import { availableParallelism } from "node:os";
import { interrupting } from "../engines/interrupting.ts";
import { NO_LOG } from "../engines/scratch.ts";
import { BALANCES, REACHED, type Reached } from "../explore/change.ts";
import { Explorer, type OpenedPortfolio } from "../explore/explorer.ts";
import { Results } from "../explore/results.ts";
import { inputsOf } from "../ingest/ingest.ts";
import { buildModels, outcomesIn } from "../models/build.ts";
import { measureValues } from "../schema/measures.ts";
import { literal, raw } from "../sql/statement.ts";
import { Alerts } from "./alerts/alerts.ts";
import { checkWebhook, type WebhookTarget } from "./alerts/webhook.ts";
import { Applier } from "./applier.ts";
import { History } from "./history/history.ts";
import { keyTypes } from "./key-types.ts";
import { moment } from "./ledger.ts";
import { DeadLetters } from "./letters.ts";
import { Publisher } from "./publisher.ts";
import { Rate } from "./rate.ts";
import { ChangeReader } from "./read-change.ts";
import { makeState } from "./state.ts";
import { DATABASE_NAME, Workspace, type WorkspaceOptions } from "./workspace.ts";

/** What a feed says of itself. */
export interface FeedStatus {
  readonly name: string;
  readonly kind: "nats" | "kafka";
  readonly status: "connected" | "reconnecting" | "paused" | "stopped";
  readonly because?: string;
  /** The committed number of its stream. */
  readonly position: number | null;
  /** Messages that wait in the broker; null where it does not say. */
  readonly pending: number | null;
}

export interface LiveOptions extends WorkspaceOptions {
  /** Whom to tell when a rule starts firing and when it ends. */
  readonly webhook?: WebhookTarget;
}

/** How a live portfolio is doing. */
export interface LiveState {
  /** Figures are of this position. */
  readonly position: number;
  /** Events that are committed. */
  readonly committed: number;
  /** YYYY-MM-DD */
  readonly as_of: string;
  readonly published_at: string;
  /** The newest time that an event told. */
  readonly event_time: string | null;
  readonly status: "running" | "paused";
  readonly because: string | null;
  /** Events in a second, over the last five. */
  readonly rate_per_second: number;
  /** From the arrival of the first event of the last publication to its publication. */
  readonly lag_ms: number | null;
  readonly counts: { readonly accepted: number; readonly superseded: number; readonly rejected: number };
  readonly learnt_position: number;
  readonly feeds: readonly FeedStatus[];
}

/** A workspace that is open: what writes to it, and the portfolio that readers look at. */
export class Live implements AsyncDisposable {
  readonly workspace: Workspace;
  readonly explorer: Explorer;
  readonly applier: Applier;
  readonly letters: DeadLetters;
  /** Of the explorer; shared by whoever reads figures. */
  readonly results: Results;
  readonly alerts: Alerts;
  readonly history: History;
  readonly #publisher: Publisher;
  readonly #rate: Rate;
  readonly #listeners = new Set<() => void>();
  #feeds: readonly { readonly status: FeedStatus }[] = [];

  private constructor(parts: {
    workspace: Workspace;
    explorer: Explorer;
    applier: Applier;
    results: Results;
    alerts: Alerts;
    history: History;
    publisher: Publisher;
    rate: Rate;
    listeners: Set<() => void>;
  }) {
    this.workspace = parts.workspace;
    this.explorer = parts.explorer;
    this.applier = parts.applier;
    this.letters = new DeadLetters(parts.workspace, parts.applier);
    this.results = parts.results;
    this.alerts = parts.alerts;
    this.history = parts.history;
    this.#publisher = parts.publisher;
    this.#rate = parts.rate;
    this.#listeners = parts.listeners;
  }

  /** Opens the workspace in a folder, or makes it from the files; see Workspace.open. */
  static async open(
    folder: string,
    files: readonly string[],
    options: LiveOptions = {},
    now?: () => number,
  ): Promise<Live> {
    if (options.webhook !== undefined) checkWebhook(options.webhook);
    return Live.over(Workspace.open(folder, files, options), options, now);
  }

  /** What a workspace is opened for; it is closed with it, and where this fails. */
  static async over(
    opening: Promise<Workspace>,
    options: LiveOptions = {},
    /** Milliseconds since 1970. */
    now: () => number = Date.now,
  ): Promise<Live> {
    const workspace = await opening;
    try {
      const rate = new Rate();
      const listeners = new Set<() => void>();
      const tell = () => {
        for (const listener of listeners) listener();
      };
      let publisher: Publisher | undefined;
      let alerts: Alerts | undefined;
      let history: History | undefined;
      const applier = await Applier.open(workspace, {
        now,
        calm: async (ms) => publisher?.calm(ms),
        onCommit: (commit) => {
          rate.add(commit.totals.accepted);
          publisher?.committed(commit);
          history?.committed();
        },
      });
      rate.add(applier.totals.accepted);
      // a date that was given stays; else the newest event moves it
      const pinned =
        options.asOf ?? (workspace.origin.as_of_source === "given" ? workspace.origin.as_of : undefined);
      // without files, the day it was made is no day of the portfolio
      const hasFiles = workspace.origin.sources.length > 0;
      const asOf = () => pinned ?? dayOf(applier.totals.latest, workspace.origin.as_of, hasFiles);
      options.onProgress?.("building models");
      const explorer = await Explorer.fill(
        (...into) => fill(workspace, into, { asOf: asOf(), ...applier.totals }, options),
        {
          ...pick(options),
          isLive: true,
        },
      );
      publisher = new Publisher(await ChangeReader.open(await workspace.engine.connect()), explorer, {
        position: applier.totals.position,
        asOf,
        onPublish: () => {
          alerts?.published();
          tell();
        },
      });
      const { position } = publisher.last;
      const figures = {
        explorer,
        results: new Results(explorer),
        position: () => publisher?.last.position ?? position,
      };
      alerts = await Alerts.open(await workspace.engine.connect(), {
        ...figures,
        ...(options.webhook && { webhook: options.webhook }),
        onChange: tell,
      });
      const { as_of: day, sources } = workspace.origin;
      history = await History.open(workspace.engine, {
        ...figures,
        origin: sources.length > 0 ? day : undefined,
      });
      const { results } = figures;
      return new Live({ workspace, explorer, applier, results, alerts, history, publisher, rate, listeners });
    } catch (error) {
      await workspace[Symbol.asyncDispose]();
      throw error;
    }
  }

  get state(): LiveState {
    const { position, at, lag_ms, learnt } = this.#publisher.last;
    const { accepted, superseded, rejected, latest, position: committed } = this.applier.totals;
    const because = this.applier.trouble ?? this.#publisher.trouble ?? null;
    return {
      position,
      committed,
      as_of: this.explorer.portfolio.asOf,
      published_at: new Date(at).toISOString(),
      event_time: latest === null ? null : new Date(latest).toISOString(),
      status: because === null ? "running" : "paused",
      because,
      rate_per_second: this.#rate.perSecond(),
      lag_ms,
      counts: { accepted, superseded, rejected },
      learnt_position: this.explorer.learntAt ?? learnt,
      feeds: this.#feeds.map(({ status }) => status),
    };
  }

  /** Told after each publication, and when a feed's status changes; returns what ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** For those whose status changes. */
  tell(): void {
    for (const listener of this.#listeners) listener();
  }

  set feeds(feeds: readonly { readonly status: FeedStatus }[]) {
    this.#feeds = feeds;
  }

  /** Commits what waits, then closes. The portfolio is closed by whoever looks at it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.alerts[Symbol.asyncDispose]();
    await this.history[Symbol.asyncDispose]();
    await this.applier[Symbol.asyncDispose]();
    await this.#publisher[Symbol.asyncDispose]();
    await this.workspace[Symbol.asyncDispose]();
  }
}

const pick = ({ settings, memory, signal }: WorkspaceOptions) => ({
  ...(settings !== undefined && { settings }),
  ...(memory !== undefined && { memory }),
  ...(signal !== undefined && { signal }),
});

/** The later of the newest event's day and the day of the files, where there are any. */
function dayOf(latest: number | null, origin: string, hasFiles: boolean): string {
  const day = latest === null ? origin : new Date(latest).toISOString().slice(0, 10);
  return day > origin || !hasFiles ? day : origin;
}

/** Copies the portfolio into a database of its own, and builds its models there. */
async function fill(
  workspace: Workspace,
  [database, open]: Parameters<Parameters<typeof Explorer.fill>[0]>,
  { asOf, position, latest }: Reached & { readonly asOf: string },
  { settings, signal, onProgress }: WorkspaceOptions,
): Promise<OpenedPortfolio> {
  const { engine: source, origin } = workspace;
  await source.execute(raw(`attach ${literal(database)} as copied (${NO_LOG})`));
  using _reading = interrupting(signal, source);
  // nobody writes yet
  await source.execute(raw(`set threads = ${availableParallelism()}`));
  try {
    await makeState(source, { workspace: DATABASE_NAME, target: "copied" }, await keyTypes(source), "now");
    for (const table of ["issues", "issue_keys"])
      await source.execute(raw(`create table copied.${table} as from main.${table}`));
  } finally {
    await source.execute(raw("set threads = 1"));
    await source.execute(raw("detach copied"));
  }
  const engine = await open();
  using _interrupting = interrupting(signal, engine);
  await engine.execute(raw(`create schema ${BALANCES.split(".")[0]}`));
  await engine.execute(raw(`create table ${BALANCES} as from main.balances`));
  await engine.execute(raw("drop table main.balances"));
  await engine.execute(
    raw(`create table ${REACHED} as
      select cast(${literal(position)} as bigint) as position, cast(${moment(latest)} as timestamp) as latest`),
  );
  const view = {
    asOf,
    asOfSource: asOf === origin.as_of ? origin.as_of_source : ("events" as const),
    inputs: await inputsOf(engine),
    values: measureValues(settings),
    outcomes: await outcomesIn(engine),
  };
  await buildModels(engine, view, (share) => onProgress?.("building models", { share }));
  return { ...view, sources: origin.sources, issues: origin.issues };
}
