import { createReadStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { literal, raw } from "../sql/statement.ts";
import type { Engine, ResultRow } from "./engine.ts";
import { temporaryFolder } from "./temporary.ts";

const CHUNK_BYTES = 1024 * 1024;

/**
 * The rows of a SELECT as one JSON array in a file. The engine writes it, on all cores and without a call per cell, and
 * counts the rows on the way. Whoever gives the path removes the file. Needs an instance that may write files.
 */
export class JsonFile {
  readonly path: string;
  readonly rows: number;

  private constructor(path: string, rows: number) {
    this.path = path;
    this.rows = rows;
  }

  static async write(engine: Engine, select: string, path: string): Promise<JsonFile> {
    const { rows } = await engine.query(
      raw(`copy (${select}) to ${literal(path)} (format json, array true)`),
    );
    return new JsonFile(path, Number(rows[0]?.["Count"]));
  }

  /** As many of the first rows, read back. */
  async first(most: number): Promise<ResultRow[]> {
    const file = await open(this.path);
    try {
      const rows: ResultRow[] = [];
      if (most === 0) return rows;
      for await (const line of file.readLines()) {
        // a row has a line of its own, behind a tab; the brackets have others
        if (!line.startsWith("\t")) continue;
        rows.push(JSON.parse(line.endsWith(",") ? line.slice(0, -1) : line) as ResultRow);
        if (rows.length === most) break;
      }
      return rows;
    } finally {
      await file.close();
    }
  }

  /** The array, in pieces. */
  async *bytes(): AsyncGenerator<Uint8Array> {
    for await (const chunk of createReadStream(this.path, { highWaterMark: CHUNK_BYTES }))
      yield chunk as Uint8Array;
  }
}

/** The rows of a SELECT as one JSON array, in pieces, by a temporary file that is removed, however the reading ends. */
export async function* jsonArray(engine: Engine, select: string): AsyncGenerator<Uint8Array> {
  const folder = await temporaryFolder("rows");
  try {
    yield* (await JsonFile.write(engine, select, join(folder, "rows.json"))).bytes();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
