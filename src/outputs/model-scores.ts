import { createWriteStream } from "node:fs";
import { extname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { openDuckDB } from "../engines/duckdb.ts";
import { interrupting } from "../engines/interrupting.ts";
import { DOUBLE, DuckDBDataChunk, INTEGER, VARCHAR } from "../engines/node-api.ts";
import { CardscopeError, usage } from "../errors.ts";
import type { Unseen } from "../risk/applicants.ts";
import type { CandidateName, RiskBand } from "../risk/model.ts";
import { literal, raw } from "../sql/statement.ts";
import { csv } from "./csv.ts";
import { writeWholeFile } from "./whole-folder.ts";

/** One borrower as a model sees them. */
export interface ScoredRow {
  readonly key: string;
  /** Null for a ranking. */
  readonly pd: number | null;
  /** Higher is safer. */
  readonly score: number;
  readonly band: RiskBand;
  /** 1 is the riskiest. */
  readonly rank: number;
  /** What cost the most points, first things first. */
  readonly reasons: readonly string[];
}

/** What is said once about all of them, in JSON. */
export interface ScoresHead {
  readonly model: CandidateName;
  readonly customers: number;
  /** Levels that the training data did not have. */
  readonly unseen: readonly Unseen[];
  readonly caveats: readonly string[];
}

export const scoreFormats = ["csv", "json", "parquet"] as const;
export type ScoreFormat = (typeof scoreFormats)[number];

/** The format that a file's ending names. */
export function scoreFormatOf(file: string): ScoreFormat {
  const ending = extname(file).slice(1).toLowerCase();
  const format = scoreFormats.find((one) => one === ending);
  if (format === undefined)
    throw usage(
      `cannot tell the format of ${file}`,
      `Name a file that ends in ${scoreFormats.map((one) => `.${one}`).join(", ")}.`,
    );
  return format;
}

/** Rows go out so many at a time. */
const BATCH = 1_024;
const names = ["key", "pd", "score", "band", "rank", "reasons"] as const;

const joined = (reasons: readonly string[]): string => reasons.join("; ");

async function* batched(rows: Iterable<ScoredRow>): AsyncGenerator<ScoredRow[]> {
  let batch: ScoredRow[] = [];
  for (const row of rows) {
    if (batch.push(row) < BATCH) continue;
    yield batch;
    batch = [];
    // Rows are computed as they are asked for, and a server has others to answer.
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (batch.length > 0) yield batch;
}

/** A line per borrower, in the order they come; keys and reasons cannot run as formulas. */
export async function* scoreCsv(rows: Iterable<ScoredRow>): AsyncGenerator<string> {
  yield* csv(names, flat(rows));
}

async function* flat(rows: Iterable<ScoredRow>) {
  for await (const batch of batched(rows))
    yield batch.map((row) => ({ ...row, reasons: joined(row.reasons) }));
}

/** One document: the head and, below `scores`, an object per borrower. */
export async function* scoreJson(head: ScoresHead, rows: Iterable<ScoredRow>): AsyncGenerator<string> {
  yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "scores": [`;
  let separator = "\n    ";
  for await (const batch of batched(rows)) {
    yield separator + batch.map((row) => JSON.stringify(ordered(row))).join(",\n    ");
    separator = ",\n    ";
  }
  yield `${separator.startsWith(",") ? "\n  " : ""}]\n}\n`;
}

const ordered = ({ key, pd, score, band, rank, reasons }: ScoredRow): ScoredRow => ({
  key,
  pd,
  score,
  band,
  rank,
  reasons,
});

/** Writes the scores to a file by its ending: csv, json or parquet. All of it or nothing. */
export async function writeScores(
  file: string,
  head: ScoresHead,
  rows: Iterable<ScoredRow>,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const format = scoreFormatOf(file);
  await writeWholeFile(
    file,
    (path) =>
      format === "parquet"
        ? writeParquet(path, rows, signal)
        : pipeline(
            Readable.from(format === "csv" ? scoreCsv(rows) : scoreJson(head, rows)),
            createWriteStream(path, { flags: "wx" }),
            { ...(signal && { signal }) },
          ),
    signal,
  );
}

/** Rows wait in a database beside the file, on disk, because a parquet file cannot be appended to. */
async function writeParquet(
  path: string,
  rows: Iterable<ScoredRow>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const engine = await openDuckDB(`${path}.duckdb`, { memory_limit: "256MB" });
  try {
    await engine.execute(
      raw(
        "create table scores (key varchar, pd double, score double, band varchar, risk_rank integer, reasons varchar)",
      ),
    );
    const appender = await engine.connection.createAppender("scores");
    const chunk = DuckDBDataChunk.create([VARCHAR, DOUBLE, DOUBLE, VARCHAR, INTEGER, VARCHAR]);
    for await (const batch of batched(rows)) {
      signal?.throwIfAborted();
      chunk.reset();
      chunk.setColumns([
        batch.map(({ key }) => key),
        batch.map(({ pd }) => pd),
        batch.map(({ score }) => score),
        batch.map(({ band }) => band),
        batch.map(({ rank }) => rank),
        batch.map(({ reasons }) => joined(reasons)),
      ]);
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
    using _interrupting = interrupting(signal, engine);
    await engine.execute(
      raw(
        `copy (select key, pd, score, band, risk_rank as "rank", reasons from scores) to ${literal(path)} (format parquet)`,
      ),
    );
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof CardscopeError && error.code !== "QUERY_FAILED") throw error;
    throw new CardscopeError("OUTPUT_FAILED", `cannot write ${path.split(/[\\/]/).pop()}`, {
      hint: "Name another file after --out, on a disk with room for it.",
      cause: error,
    });
  } finally {
    await engine[Symbol.asyncDispose]();
  }
}
