import type { DuckDBEngine } from "../engines/duckdb.ts";
import { QueryError } from "../errors.ts";
import { raw } from "../sql/statement.ts";
import { type Batch, type BatchEvent, readBatch, withLetters } from "./batch.ts";
import type { KeyTypes } from "./columns.ts";
import { BatchWriter, type Totals } from "./commit.ts";
import type { Delivery, ReadDelivery, Receipt } from "./delivery.ts";
import { keyTypes, widenKeys } from "./key-types.ts";
import { readLines } from "./read-lines.ts";
import type { Workspace } from "./workspace.ts";

/** Lines of one transaction, unless a single delivery has more. */
const MOST_LINES = 5_000;
/** Lines that may wait: beyond, senders are told to come again. */
const MOST_WAITING = 40_000;
/** How long nothing must have come before the log is folded into the file. */
const IDLE_MS = 2_000;
/**
 * At the latest, it is when it has so many bytes, or as many as the file: to fold takes as long as the file is large, and
 * to open what was killed as long as the log is.
 */
const [SHORTEST_LOG, LONGEST_LOG] = [24e6, 1e9];

export interface Commit {
  readonly totals: Totals;
  readonly keys: KeyTypes;
  /** Types of subjects that several sources tell of; of the others, what came last is the state. */
  readonly shared: readonly string[];
  /** When the first of its deliveries came, in milliseconds. */
  readonly arrived: number;
}

interface Waiting {
  readonly delivery: ReadDelivery;
  readonly arrived: number;
  readonly done: (receipt: Receipt) => void;
  readonly failed: (reason: unknown) => void;
}

/** The one writer of a workspace: deliveries that wait are written together, each wholly or not at all. */
export class Applier implements AsyncDisposable {
  /** For what is no batch. */
  readonly #engine: DuckDBEngine;
  readonly #workspace: Workspace;
  readonly #writer: BatchWriter;
  readonly #onCommit: (commit: Commit) => void;
  readonly #now: () => number;
  readonly #calm: (ms: number) => Promise<void>;
  /** What the last batch took, in milliseconds: the next will take much the same. */
  #tookMs = 0;
  readonly #streams: Map<string, number>;
  readonly #sources: Map<string, Set<string>>;
  #keys: KeyTypes;
  #totals: Totals;
  #waiting: Waiting[] = [];
  #lines = 0;
  /** Deliveries are read one after another: of equal events the first that came counts. */
  #reading: Promise<unknown> = Promise.resolve();
  #working: Promise<void> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;
  #trouble: string | undefined;

  private constructor(
    engine: DuckDBEngine,
    workspace: Workspace,
    writer: BatchWriter,
    read: {
      totals: Totals;
      keys: KeyTypes;
      streams: Map<string, number>;
      sources: Map<string, Set<string>>;
    },
    options: ApplierOptions,
  ) {
    this.#engine = engine;
    this.#workspace = workspace;
    this.#writer = writer;
    this.#totals = read.totals;
    this.#keys = read.keys;
    this.#streams = read.streams;
    this.#sources = read.sources;
    this.#onCommit = options.onCommit;
    this.#now = options.now ?? Date.now;
    this.#calm = options.calm ?? (() => Promise.resolve());
  }

  static async open(workspace: Workspace, options: ApplierOptions): Promise<Applier> {
    const engine = await workspace.engine.connect();
    const progress = await engine.query(raw("select *, epoch_ms(latest) as latest_ms from progress"));
    const row = progress.rows[0] ?? {};
    const streams = await engine.query(raw("select name, position from streams"));
    const told = await engine.query(raw("select distinct type, source from heads"));
    const sources = new Map<string, Set<string>>();
    for (const { type, source } of told.rows)
      sources.set(String(type), (sources.get(String(type)) ?? new Set()).add(String(source)));
    return new Applier(
      engine,
      workspace,
      await BatchWriter.open(await workspace.engine.connect()),
      {
        totals: {
          position: Number(row["position"]),
          accepted: Number(row["accepted"]),
          superseded: Number(row["superseded"]),
          rejected: Number(row["rejected"]),
          letters: Number(row["letters"]),
          latest: row["latest_ms"] === null ? null : Number(row["latest_ms"]),
        },
        keys: await keyTypes(engine),
        sources,
        streams: new Map(streams.rows.map(({ name, position }) => [String(name), Number(position)])),
      },
      options,
    );
  }

  get totals(): Totals {
    return this.#totals;
  }

  /** Lines that may still come; none under pressure. */
  get room(): number {
    return Math.max(MOST_WAITING - this.#lines, 0);
  }

  /** Why nothing can be written, since the last attempt failed. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /**
   * Resolves when a batch that is begun now is committed as the next publication may begin: until then, those who can
   * wait had better gather more.
   */
  async calm(): Promise<void> {
    await this.#calm(this.#tookMs);
  }

  /** How far a numbered stream is in. */
  positionOf(stream: string): number | undefined {
    return this.#streams.get(stream);
  }

  /**
   * Resolves when the events are committed. Rejects with a CardscopeError where they could not be, and then none of
   * them is: send them again.
   */
  async apply(delivery: Delivery): Promise<Receipt> {
    if (this.#isClosed) throw new DOMException("the workspace was closed", "AbortError");
    const arrived = this.#now();
    this.#lines += delivery.lines.length;
    const reading = this.#reading.then(() => delivery.read ?? readLines(delivery.lines, arrived));
    this.#reading = reading;
    const read = await reading;
    return new Promise((done, failed) => {
      this.#waiting.push({ delivery: { ...delivery, read }, arrived, done, failed });
      this.#working ??= this.#work();
    });
  }

  /** Writes what waits, then closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#idle);
    await this.#reading;
    await this.#working;
    await this.#writer[Symbol.asyncDispose]();
    await this.#engine[Symbol.asyncDispose]();
  }

  async #work(): Promise<void> {
    clearTimeout(this.#idle);
    // what comes in the same turn is written together
    await null;
    while (this.#waiting.length > 0) {
      const taken = this.#take();
      const began = performance.now();
      try {
        const receipts = await this.#write(
          taken.map(({ delivery }) => delivery),
          taken[0]?.arrived ?? 0,
        );
        this.#trouble = undefined;
        this.#tookMs = performance.now() - began;
        for (const [i, receipt] of receipts.entries()) taken[i]?.done(receipt);
      } catch (error) {
        this.#trouble = error instanceof Error ? error.message : String(error);
        for (const { failed } of taken) failed(error);
      }
      for (const { delivery } of taken) this.#lines -= delivery.lines.length;
      await this.#checkpoint(() => this.#isLong());
    }
    this.#working = undefined;
    if (!this.#isClosed) this.#idle = setTimeout(() => void this.#fold(), IDLE_MS).unref();
  }

  #take(): Waiting[] {
    let lines = 0;
    let count = 0;
    for (const { delivery } of this.#waiting) {
      if (count > 0 && lines + delivery.lines.length > MOST_LINES) break;
      lines += delivery.lines.length;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #write(deliveries: readonly ReadDelivery[], arrived: number): Promise<Receipt[]> {
    const batch = readBatch(deliveries, (stream) => this.positionOf(stream));
    const committed = await this.#commit(batch, arrived);
    return committed.receipts.map(({ accepted, rejected }) => ({
      accepted,
      rejected,
      position: this.#totals.position,
    }));
  }

  /**
   * An event that the engine refuses, whatever the reason, must not hold up the rest: the batch is written without the
   * events of which that is true, and those become dead letters.
   */
  async #commit(batch: Batch, arrived: number): Promise<Batch> {
    const keys = await widenKeys(this.#engine, this.#keys, batch.events);
    this.#keys = keys;
    for (const {
      event: { type, source },
    } of batch.events)
      this.#sources.set(type, (this.#sources.get(type) ?? new Set()).add(source));
    const write = (one: Batch, isTrial = false) =>
      this.#writer.write(one, this.#totals, { arrived, isTrial });
    const { totals, written } = await write(batch).then(
      (done) => ({ totals: done, written: batch }),
      async (error: unknown) => {
        if (!isAboutEvents(error)) throw error;
        const culprits = await culpritsOf(batch.events, (events) => write(withLetters(batch, events), true));
        if (culprits.size === 0) throw error;
        const without = withLetters(batch, batch.events, culprits);
        return { totals: await write(without), written: without };
      },
    );
    this.#totals = totals;
    for (const [name, position] of written.streams) this.#streams.set(name, position);
    const shared = [...this.#sources].flatMap(([type, sources]) => (sources.size > 1 ? [type] : []));
    this.#onCommit({ totals, keys, shared, arrived });
    return written;
  }

  async #fold(): Promise<void> {
    if (this.#working !== undefined || this.#isClosed) return;
    this.#working = this.#checkpoint().then(() => {
      this.#working = undefined;
      if (this.#waiting.length > 0) this.#working = this.#work();
    });
    await this.#working;
  }

  /** Whoever writes meanwhile is not stopped: it is tried again after the next events, as it is where the disk is full. */
  async #checkpoint(isDue = async () => true): Promise<void> {
    try {
      if (this.#trouble !== undefined || !(await isDue()) || !(await this.#workspace.hasRoom())) return;
      await this.#engine.execute(raw("checkpoint"));
    } catch {
      // what is wrong with the disk is told when events are written
    }
  }

  async #isLong(): Promise<boolean> {
    const log = await this.#workspace.logBytes();
    return log > SHORTEST_LOG && log > Math.min(await this.#workspace.fileBytes(), LONGEST_LOG);
  }
}

export interface ApplierOptions {
  readonly onCommit: (commit: Commit) => void;
  /** Resolves when what is committed in so many milliseconds is published at once; at once when left out. */
  readonly calm?: (ms: number) => Promise<void>;
  /** Milliseconds since 1970; the clock's when left out. */
  readonly now?: () => number;
}

/** What is full or broken is not the events' fault. */
const isAboutEvents = (error: unknown): boolean =>
  error instanceof QueryError && !/IO Error|FATAL Error|INTERNAL Error|interrupted/i.test(error.message);

/** The events that cannot be written even alone, with the reason. */
async function culpritsOf(
  events: readonly BatchEvent[],
  trial: (events: readonly BatchEvent[]) => Promise<unknown>,
): Promise<Map<BatchEvent, string>> {
  const found = new Map<BatchEvent, string>();
  const search = async (part: readonly BatchEvent[]): Promise<void> => {
    try {
      await trial(part);
    } catch (error) {
      if (!isAboutEvents(error)) throw error;
      const [first] = part;
      if (part.length === 1 && first !== undefined) found.set(first, (error as Error).message);
      else {
        await search(part.slice(0, part.length >> 1));
        await search(part.slice(part.length >> 1));
      }
    }
  };
  await search(events);
  return found;
}
