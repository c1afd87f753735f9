import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { literal, raw } from "../sql/statement.ts";
import type { DuckDBEngine } from "./duckdb.ts";

const CHUNK_BYTES = 1024 * 1024;

/**
 * The rows of a SELECT as one JSON array, in pieces. The engine writes it into a temporary file, on all cores and
 * without a call per cell; the file is removed, however the reading ends. Needs an instance that may write files.
 */
export async function* jsonArray(engine: DuckDBEngine, select: string): AsyncGenerator<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), "cardscope-rows-"));
  try {
    const path = join(folder, "rows.json");
    await engine.execute(raw(`copy (${select}) to ${literal(path)} (format json, array true)`));
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }))
      yield chunk as Uint8Array;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
