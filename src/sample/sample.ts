import { mkdir, mkdtemp, open as openFile, readdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { CardscopeError, usage } from "../errors.ts";
import type { SampleCard } from "./card.ts";
import { briefCardColumns, briefUserColumns, cardColumns, userColumns } from "./columns.ts";
import { disordered } from "./disorder.ts";
import { sampleEvents } from "./events.ts";
import { type Customer, drawCustomer } from "./portfolio.ts";
import type { OpenWriter } from "./writer.ts";

export interface SampleOptions {
  customers: number;
  seed: number;
  format: "csv" | "xlsx" | "parquet";
  brief: boolean;
  /** Changes of this sample, one a line, for a feed. */
  events?: EventOptions;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number, what: "customers" | "events") => void;
}

export interface EventOptions {
  count: number;
  /** Share that comes late or twice; none when left out. */
  disorder?: number;
  /** Lines that are no events, for each that is one; none when left out. */
  garbage?: number;
}

export interface SampleFiles {
  users: string;
  cards: string;
  events?: string;
  customers: number;
  cards_count: number;
}

/** Loaded when used: the workbook's writer is large. */
const writers: Readonly<Record<SampleOptions["format"], () => Promise<OpenWriter>>> = {
  csv: async () => (await import("./csv.ts")).openCsv,
  xlsx: async () => (await import("./xlsx.ts")).openXlsx,
  parquet: async () => (await import("./parquet.ts")).openParquet,
};

/** Card ids are ten times the customer's and must stay 32-bit. */
const MOST_CUSTOMERS = 100_000_000;
/** Sequences stay far below what a number holds. */
const MOST_EVENTS = 1_000_000_000;
/** Customers drawn and written at a time. Few enough to die young: a larger batch is copied by the collector. */
const BATCH = 1_024;

/** Writes a users and a cards file into `directory` (created), all or nothing. */
export async function writeSample(directory: string, options: SampleOptions): Promise<SampleFiles> {
  check(options);
  const { signal, format } = options;
  signal?.throwIfAborted();
  const users = join(directory, `users.${format}`);
  const cards = join(directory, `cards.${format}`);
  const events = options.events === undefined ? undefined : join(directory, "events.ndjson");
  const targets = [users, cards, ...(events === undefined ? [] : [events])];
  const created = await makeFolder(directory, targets);
  let work: string | undefined;
  try {
    // Beside the target, because a rename across file systems is a copy that can fail half way.
    work = await mkdtemp(join(directory, ".sample-"));
    const parts = { users: join(work, `users.${format}`), cards: join(work, `cards.${format}`) };
    const cards_count = await writeTables(parts, options);
    signal?.throwIfAborted();
    if (options.events !== undefined) await writeEvents(join(work, "events.ndjson"), options, options.events);
    await moveAll(work, targets);
    await rm(work, { recursive: true, force: true });
    return {
      users,
      cards,
      customers: options.customers,
      cards_count,
      ...(events !== undefined && { events }),
    };
  } catch (error) {
    if (work !== undefined) await rm(work, { recursive: true, force: true });
    await removeEmpty(directory, created);
    signal?.throwIfAborted();
    throw error instanceof CardscopeError ? error : outputFailed(directory, error);
  }
}

/** All or none. */
async function moveAll(work: string, targets: readonly string[]): Promise<void> {
  const moved: string[] = [];
  try {
    for (const target of targets) {
      await rename(join(work, basename(target)), target);
      moved.push(target);
    }
  } catch (error) {
    for (const target of moved) await rm(target, { force: true });
    throw error;
  }
}

function check({ customers, seed, format, events }: SampleOptions): void {
  if (!Number.isSafeInteger(customers) || customers < 1 || customers > MOST_CUSTOMERS)
    throw usage(`customers must be a whole number from 1 to ${MOST_CUSTOMERS}: ${customers}`);
  if (!Number.isSafeInteger(seed)) throw usage(`seed must be a whole number: ${seed}`);
  if (!Object.hasOwn(writers, format)) throw usage(`unknown format: ${format}`, "use csv, xlsx or parquet");
  if (events === undefined) return;
  const { count, disorder = 0, garbage = 0 } = events;
  if (!Number.isSafeInteger(count) || count < 1 || count > MOST_EVENTS)
    throw usage(`events must be a whole number from 1 to ${MOST_EVENTS}: ${count}`);
  for (const [name, share] of Object.entries({ disorder, garbage }))
    if (!(share >= 0 && share <= 1)) throw usage(`${name} must be a share from 0 to 1: ${share}`);
}

/** Returns the topmost folder that had to be created. */
async function makeFolder(directory: string, files: readonly string[]): Promise<string | undefined> {
  try {
    const created = await mkdir(directory, { recursive: true });
    const there = await readdir(directory);
    const taken = files.find((file) => there.includes(basename(file)));
    if (taken !== undefined) throw usage(`${taken} already exists`, "choose another folder or delete it");
    return created;
  } catch (error) {
    throw error instanceof CardscopeError ? error : outputFailed(directory, error);
  }
}

const outputFailed = (directory: string, cause: unknown): CardscopeError =>
  new CardscopeError(
    "OUTPUT_FAILED",
    `could not write the sample into ${directory}: ${cause instanceof Error ? cause.message : String(cause)}`,
    { cause },
  );

/** Only what this call created, and only while nobody else has put anything there. */
async function removeEmpty(directory: string, created: string | undefined): Promise<void> {
  if (created === undefined) return;
  const top = resolve(created);
  for (let folder = resolve(directory); folder.startsWith(top); folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch {
      return;
    }
  }
}

async function writeTables(paths: { users: string; cards: string }, options: SampleOptions): Promise<number> {
  const { customers, seed, brief, signal, onProgress } = options;
  const open = await writers[options.format]();
  await using users = await open(paths.users, "users", brief ? briefUserColumns : userColumns);
  await using cards = await open(paths.cards, "cards", brief ? briefCardColumns : cardColumns);
  let cardsCount = 0;
  for (let done = 0; done < customers; ) {
    const last = Math.min(done + BATCH, customers);
    const userRows: Customer[] = [];
    const cardRows: SampleCard[] = [];
    while (done < last) {
      const customer = drawCustomer(seed, ++done);
      userRows.push(customer);
      for (const card of customer.cards) cardRows.push(card);
    }
    await users.write(userRows);
    await cards.write(cardRows);
    cardsCount += cardRows.length;
    onProgress?.(done, customers, "customers");
    // A signal's handler runs between turns of the event loop only.
    await setImmediate();
    signal?.throwIfAborted();
  }
  await users.finish(signal);
  signal?.throwIfAborted();
  await cards.finish(signal);
  return cardsCount;
}

async function writeEvents(path: string, options: SampleOptions, events: EventOptions): Promise<void> {
  const { seed, customers, brief, signal, onProgress } = options;
  const { count, disorder = 0, garbage = 0 } = events;
  const inOrder = sampleEvents({ seed, customers, events: count, brief });
  const lines =
    disorder > 0 || garbage > 0 ? disordered(inOrder, { seed, share: disorder, garbage }) : inOrder;
  await using file = await openFile(path, "wx");
  let part = "";
  let written = 0;
  const write = async () => {
    await file.writeFile(part);
    part = "";
    onProgress?.(Math.min(written, count), count, "events");
    await setImmediate();
    signal?.throwIfAborted();
  };
  for (const line of lines) {
    part += `${line}\n`;
    if (++written % BATCH === 0) await write();
  }
  await write();
}
