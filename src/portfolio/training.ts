import { type DuckDBEngine, openDuckDB } from "../engines/duckdb.ts";
import { interrupting } from "../engines/interrupting.ts";
import { withinMemory } from "../engines/memory.ts";
import { usage } from "../errors.ts";
import { isActionableHeader } from "../ingest/borrower-headers.ts";
import { readBorrowers } from "../ingest/borrower-table.ts";
import { isPortfolio, keyOf, readPortfolioOutcome } from "../ingest/portfolio-outcome.ts";
import type { Borrowers } from "../risk/borrowers.ts";
import { type LearningOptions, learn, type Material, observedColumn, type TrainedModel } from "./learning.ts";
import { openPortfolio, type PortfolioOptions } from "./portfolio.ts";
import { materialOf, type Outcome } from "./portfolio-material.ts";

/** How files with borrowers are read. What is about a portfolio does not matter for a single table, and the reverse. */
export interface BorrowerFiles extends Omit<PortfolioOptions, "database" | "nearestPlaces"> {
  /** Header of the key; found by itself where it is called so. */
  readonly id?: string;
  /** Header of the outcome; `defaulted` and its like when left out. */
  readonly outcome?: string;
  /** Values that mean default; needed where they are not 0 and 1, yes and no, Good and Bad. */
  readonly event?: readonly string[];
  /** Values that mean no default; all others when left out. Rows with neither are left out, and counted. */
  readonly nonEvent?: readonly string[];
  /** Sheet of a single table. */
  readonly sheet?: string;
}

export interface TrainOptions extends BorrowerFiles, LearningOptions {
  /** Columns that are no inputs, by header. */
  readonly exclude?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * Trains a model that predicts defaults, from a customers and a cards file or from one table with a row per
 * borrower, and looks at it by cross-validation.
 *
 * @throws CardscopeError DATA_REFUSED with the reason and a hint, where there is nothing to learn from; USAGE where
 * an option is wrong.
 */
export async function trainModel(
  files: string | readonly string[],
  options: TrainOptions = {},
): Promise<TrainedModel> {
  const paths = typeof files === "string" ? [files] : files;
  const material = await withEngine(options, async (engine) =>
    (await isPair(engine, paths, options))
      ? portfolioMaterial(engine, paths, options)
      : tableMaterial(engine, paths[0] ?? "", options),
  );
  options.onProgress?.("training");
  return learn(material, options, (share) => options.onProgress?.("training", { share }));
}

/** Runs with a database of its own, which is stopped by the signal and closed in the end. */
export async function withEngine<T>(
  { signal, memory }: Pick<BorrowerFiles, "signal" | "memory">,
  run: (engine: DuckDBEngine) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  await using engine = await openDuckDB(undefined, withinMemory(memory));
  using _interrupting = interrupting(signal, engine);
  try {
    return await run(engine);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** Two files are a portfolio; one is where both tables are in it. */
export async function isPair(
  engine: DuckDBEngine,
  paths: readonly string[],
  { map, sheets, sheet }: BorrowerFiles,
): Promise<boolean> {
  if (paths.length < 1 || paths.length > 2)
    throw usage(
      `${paths.length} files given`,
      "give a customers file and a cards file, or one table with a row per borrower",
    );
  if (sheet !== undefined) return false;
  return isPortfolio(engine, paths, { ...(map && { map }), ...(sheets && { sheets }) });
}

/** With `id`, the key is mapped as any other header would be. */
export const portfolioOptions = ({
  id,
  map,
  onProgress,
  signal,
  ...options
}: BorrowerFiles): PortfolioOptions => ({
  ...pickPortfolioOptions(options),
  map: { ...map, ...(id !== undefined && { "users.user_id": id }) },
  nearestPlaces: false,
  ...(onProgress && { onProgress }),
  ...(signal && { signal }),
});

const pickPortfolioOptions = ({ asOf, settings, sheets, today }: BorrowerFiles): PortfolioOptions => ({
  ...(asOf !== undefined && { asOf }),
  ...(settings && { settings }),
  ...(sheets && { sheets }),
  ...(today !== undefined && { today }),
});

async function portfolioMaterial(
  engine: DuckDBEngine,
  paths: readonly string[],
  options: TrainOptions,
): Promise<Material> {
  if (observedColumn(options.observedOn) !== undefined)
    throw usage(
      `not a date: ${options.observedOn}`,
      "a portfolio is observed on one day: write it YYYY-MM-DD, such as 2020-02-29",
    );
  await using portfolio = await openPortfolio(paths, portfolioOptions(options));
  const read = await portfolio.borrowers({ allInputs: options.allInputs === true });
  const outcome = await outcomeByName(engine, paths, read, options);
  const { exclude } = options;
  return materialOf(read, portfolio.sources, { ...(exclude && { exclude }), outcome });
}

/** The outcome by the header and the values that the caller names; undefined where none is named. */
export async function outcomeByName(
  engine: DuckDBEngine,
  paths: readonly string[],
  { keys }: Borrowers,
  options: BorrowerFiles,
): Promise<Outcome | undefined> {
  const { outcome, event, nonEvent, sheets } = options;
  if ([outcome, event, nonEvent].every((stated) => stated === undefined)) return undefined;
  const { map } = portfolioOptions(options);
  const found = await readPortfolioOutcome(engine, paths, {
    ...(map && { map }),
    ...(sheets && { sheets }),
    outcome,
    event,
    nonEvent,
  });
  const { column, event: events, other, byKey } = found;
  return { column, event: events, other, values: keys.map((key) => byKey.get(keyOf(key)) ?? -1) };
}

async function tableMaterial(engine: DuckDBEngine, path: string, options: TrainOptions): Promise<Material> {
  options.onProgress?.("reading the table");
  const { id, outcome, event, nonEvent, exclude, sheet, allInputs } = options;
  const table = await readBorrowers(engine, path, {
    outcomes: "needed",
    id,
    outcome,
    event,
    nonEvent,
    exclude,
    sheet,
    allInputs,
    observedOn: observedColumn(options.observedOn),
  });
  const { borrowers, outcome: decoded, observedOn, leftOut, notes } = table;
  if (decoded === undefined) throw new TypeError("a table without the outcome that it needs");
  return {
    source: "table",
    borrowers,
    outcome: decoded,
    observedOn,
    leftOut,
    labels: new Map(
      borrowers.inputs.map(({ name }) => [name, { label: name, isActionable: isActionableHeader(name) }]),
    ),
    notes,
    sql: { from: "borrowers", key: table.key ?? "id" },
  };
}
