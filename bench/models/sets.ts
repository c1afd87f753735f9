import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openDuckDB } from "../../src/engines/duckdb.ts";
import { readBorrowers } from "../../src/ingest/borrower-table.ts";
import { openPortfolio } from "../../src/portfolio/portfolio.ts";
import type { Borrowers, Labelled } from "../../src/risk/borrowers.ts";
import { dealFolds } from "../../src/risk/folds.ts";
import { labelledOf } from "../../src/risk/labelled.ts";
import { rowOrder, takeRows } from "../../src/risk/row-order.ts";
import { writeSample } from "../../src/sample/sample.ts";

/** Labelled borrowers in the order and the folds that the project itself trains with. */
export interface LearningSet {
  readonly name: string;
  readonly labelled: Labelled;
  readonly folds: Uint8Array;
}

const SEED = 1;
const taiwan = fileURLToPath(
  new URL("../../../shared/data/taiwan-default/UCI_Credit_Card.csv", import.meta.url),
);

/** Card holders of Taiwan without sex, marriage and age, which never decide; undefined where the file is absent. */
export async function readTaiwan(): Promise<LearningSet | undefined> {
  const isThere = await access(taiwan).then(
    () => true,
    () => false,
  );
  if (!isThere) return undefined;
  await using engine = await openDuckDB();
  const { borrowers, outcome } = await readBorrowers(engine, taiwan, {
    outcome: "default.payment.next.month",
    id: "ID",
    outcomes: "needed",
  });
  return setOf("taiwan-default", borrowers, outcome?.values);
}

export async function readSample(customers: number): Promise<LearningSet> {
  const folder = await mkdtemp(join(tmpdir(), "cardscope-bench-"));
  try {
    const { users, cards } = await writeSample(folder, {
      customers,
      seed: SEED,
      format: "parquet",
      brief: false,
    });
    await using portfolio = await openPortfolio([users, cards], { nearestPlaces: false });
    const borrowers = await portfolio.borrowers();
    return setOf(`sample, ${customers.toLocaleString("en-US")} customers`, borrowers, borrowers.outcome);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function setOf(
  name: string,
  borrowers: Borrowers,
  outcome: ArrayLike<number> | undefined,
): Promise<LearningSet> {
  if (outcome === undefined) throw new Error(`${name} has no outcome`);
  const known = labelledOf(borrowers, outcome).labelled;
  const labelled = takeRows(known, await rowOrder(known, SEED));
  return { name, labelled, folds: dealFolds(labelled.outcome) };
}
