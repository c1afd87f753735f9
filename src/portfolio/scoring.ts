import type { DuckDBEngine } from "../engines/duckdb.ts";
import type { BorrowerTable } from "../ingest/borrower-options.ts";
import { readBorrowers } from "../ingest/borrower-table.ts";
import type { ScoredRow, ScoresHead } from "../outputs/model-scores.ts";
import { usedInputs } from "../risk/applicants.ts";
import type { BandBounds } from "../risk/bands.ts";
import type { Borrowers } from "../risk/borrowers.ts";
import { knownRows } from "../risk/labelled.ts";
import type { Model } from "../risk/model.ts";
import { type Scores, score } from "../risk/score.ts";
import { type Validation, validate } from "../risk/validate.ts";
import { measureValues } from "../schema/measures.ts";
import { checkSettings } from "./options.ts";
import { openPortfolio } from "./portfolio.ts";
import { type BorrowerFiles, isPair, outcomeByName, portfolioOptions, withEngine } from "./training.ts";

export type ScoreFilesOptions = Omit<BorrowerFiles, "outcome" | "event" | "nonEvent">;

/** What a model says of the borrowers in files. */
export interface ScoredFiles {
  readonly head: ScoresHead;
  /** In the order of the file; reasons are found as rows are asked for. */
  readonly rows: Iterable<ScoredRow>;
  /** What was found about the data, as sentences without a full stop. */
  readonly notes: readonly string[];
}

/**
 * Scores the borrowers of a customers and a cards file, or of one table, with a model that was trained before.
 *
 * @throws CardscopeError DATA_REFUSED naming every input that the files lack.
 */
export async function scoreFiles(
  model: Model,
  files: string | readonly string[],
  options: ScoreFilesOptions = {},
): Promise<ScoredFiles> {
  checkSettings(options.settings ?? {});
  const paths = typeof files === "string" ? [files] : files;
  const { borrowers, notes } = await withEngine(options, async (engine) =>
    (await isPair(engine, paths, options))
      ? portfolioRows(paths, options)
      : tableRows(engine, model, paths[0] ?? "", { ...options, outcomes: "none" }),
  );
  options.onProgress?.("scoring");
  const { signal } = options;
  const scores = await score(model, borrowers, { signal });
  return {
    head: {
      model: model.champion,
      customers: borrowers.rows,
      unseen: scores.unseen,
      caveats: model.caveats,
    },
    rows: scoredRows(borrowers, scores, measureValues(options.settings).risk_band),
    notes,
  };
}

/** In the order of the borrowers; reasons are found as rows are asked for. */
export function scoredRows(
  { rows, keys }: Pick<Borrowers, "rows" | "keys">,
  scores: Scores,
  bounds: BandBounds,
): Iterable<ScoredRow> {
  const bands = scores.bands(bounds);
  return {
    *[Symbol.iterator]() {
      for (let row = 0; row < rows; row++)
        yield {
          key: keys[row] ?? "",
          pd: scores.pd?.[row] ?? null,
          score: scores.score[row] ?? 0,
          band: bands[row] ?? "low",
          rank: scores.rank[row] ?? 0,
          reasons: scores.reasons(row).map(({ text }) => text),
        };
    },
  };
}

export interface ValidatedFiles {
  readonly validation: Validation;
  readonly notes: readonly string[];
}

/** Holds a model against other borrowers: how well it orders them where their outcome is known, and how they shifted. */
export async function validateFiles(
  model: Model,
  files: string | readonly string[],
  options: BorrowerFiles & { readonly cutOff?: number } = {},
): Promise<ValidatedFiles> {
  const paths = typeof files === "string" ? [files] : files;
  const { borrowers, outcome, notes } = await withEngine(options, async (engine) => {
    if (!(await isPair(engine, paths, options)))
      return tableRows(engine, model, paths[0] ?? "", {
        ...options,
        outcomes: options.outcome === undefined ? "if there" : "needed",
      });
    const read = await portfolioRows(paths, options);
    const named = await outcomeByName(engine, paths, read.borrowers, options);
    return { ...read, outcome: named?.values ?? read.outcome };
  });
  options.onProgress?.("validating");
  const known = outcome === undefined ? undefined : knownRows(borrowers, outcome);
  const { signal, cutOff } = options;
  const hasOutcomes = known !== undefined && known.rows > 0;
  const validation = await validate(model, hasOutcomes ? known : borrowers, { signal, cutOff });
  const unknown = hasOutcomes ? borrowers.rows - known.rows : 0;
  return {
    validation,
    notes:
      unknown === 0
        ? notes
        : [...notes, `${unknown} of ${borrowers.rows} rows have no outcome and were left out`],
  };
}

interface Rows {
  readonly borrowers: Borrowers;
  readonly outcome?: ArrayLike<number> | undefined;
  readonly notes: readonly string[];
}

async function portfolioRows(paths: readonly string[], options: BorrowerFiles): Promise<Rows> {
  await using portfolio = await openPortfolio(paths, portfolioOptions(options));
  const { outcome, leftOut: _, ...borrowers } = await portfolio.borrowers();
  return { borrowers, outcome, notes: [] };
}

async function tableRows(
  engine: DuckDBEngine,
  model: Model,
  path: string,
  options: BorrowerFiles & { readonly outcomes: "needed" | "if there" | "none" },
): Promise<Rows> {
  options.onProgress?.("reading the table");
  const { id, event, nonEvent, sheet, outcomes } = options;
  const table: BorrowerTable = await readBorrowers(engine, path, {
    outcomes,
    id,
    outcome: options.outcome ?? model.outcome.column,
    event,
    nonEvent,
    knownOutcome: model.outcome,
    sheet,
    inputs: usedInputs(model),
  });
  return { borrowers: table.borrowers, outcome: table.outcome?.values, notes: table.notes };
}
