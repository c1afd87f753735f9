import { mkdir, mkdtemp, readdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { CardscopeError, usage } from "../errors.ts";
import type { SampleCard } from "./card.ts";
import { briefCardColumns, briefUserColumns, cardColumns, userColumns } from "./columns.ts";
import { type Customer, drawCustomer } from "./portfolio.ts";
import type { OpenWriter } from "./writer.ts";

export interface SampleOptions {
  customers: number;
  seed: number;
  format: "csv" | "xlsx" | "parquet";
  brief: boolean;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

export interface SampleFiles {
  users: string;
  cards: string;
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
/** Customers drawn and written at a time. Few enough to die young: a larger batch is copied by the collector. */
const BATCH = 1_024;

/** Writes a users and a cards file into `directory` (created), all or nothing. */
export async function writeSample(directory: string, options: SampleOptions): Promise<SampleFiles> {
  check(options);
  const { signal, format } = options;
  signal?.throwIfAborted();
  const users = join(directory, `users.${format}`);
  const cards = join(directory, `cards.${format}`);
  const created = await makeFolder(directory, [users, cards]);
  let work: string | undefined;
  try {
    // Beside the target, because a rename across file systems is a copy that can fail half way.
    work = await mkdtemp(join(directory, ".sample-"));
    const parts = { users: join(work, `users.${format}`), cards: join(work, `cards.${format}`) };
    const cards_count = await writeTables(parts, options);
    signal?.throwIfAborted();
    await rename(parts.users, users);
    try {
      await rename(parts.cards, cards);
    } catch (error) {
      await rm(users, { force: true });
      throw error;
    }
    await rm(work, { recursive: true, force: true });
    return { users, cards, customers: options.customers, cards_count };
  } catch (error) {
    if (work !== undefined) await rm(work, { recursive: true, force: true });
    await removeEmpty(directory, created);
    signal?.throwIfAborted();
    throw error instanceof CardscopeError ? error : outputFailed(directory, error);
  }
}

function check({ customers, seed, format }: SampleOptions): void {
  if (!Number.isSafeInteger(customers) || customers < 1 || customers > MOST_CUSTOMERS)
    throw usage(`customers must be a whole number from 1 to ${MOST_CUSTOMERS}: ${customers}`);
  if (!Number.isSafeInteger(seed)) throw usage(`seed must be a whole number: ${seed}`);
  if (!Object.hasOwn(writers, format)) throw usage(`unknown format: ${format}`, "use csv, xlsx or parquet");
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
    onProgress?.(done, customers);
    // A signal's handler runs between turns of the event loop only.
    await setImmediate();
    signal?.throwIfAborted();
  }
  await users.finish(signal);
  signal?.throwIfAborted();
  await cards.finish(signal);
  return cardsCount;
}
