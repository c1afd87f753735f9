import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { CardscopeError, refused } from "../errors.ts";

/** Lines of a file that are sent together, and their numbers there. */
export interface LineBatch {
  readonly lines: readonly string[];
  readonly numbers: readonly number[];
  /** Bytes of the file up to here. */
  readonly read: number;
}

export interface BatchSize {
  readonly lines: number;
  readonly characters: number;
}

/** What is longer is no event, and no newline JSON either. */
const LONGEST = 1024 * 1024;

/**
 * The lines of a file, or of standard input for "-", from a line on, without the empty ones. A batch is handed on when
 * it is full, and what has arrived is handed on when nothing more is there yet.
 */
export async function* lineBatches(path: string, from: number, size: BatchSize): AsyncGenerator<LineBatch> {
  const decoder = new StringDecoder("utf8");
  let number = 0;
  let read = 0;
  let rest = "";
  let lines: string[] = [];
  let numbers: number[] = [];
  let characters = 0;
  const take = (): LineBatch => {
    const batch = { lines, numbers, read };
    [lines, numbers, characters] = [[], [], 0];
    return batch;
  };
  const isFull = (next: string) =>
    lines.length >= size.lines || (lines.length > 0 && characters + next.length > size.characters);
  const add = (line: string) => {
    if (line.length > LONGEST) throw tooLong(path, number);
    lines.push(line);
    numbers.push(number);
    characters += line.length;
  };
  for await (const chunk of chunks(path)) {
    read += chunk.length;
    const parts = (rest + decoder.write(chunk)).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      number++;
      const line = clean(part, number);
      if (number < from || line === "") continue;
      if (isFull(line)) yield take();
      add(line);
    }
    if (rest.length > LONGEST) throw tooLong(path, number + 1);
    if (path === "-" && lines.length > 0) yield take();
  }
  const last = clean(rest + decoder.end(), ++number);
  if (number >= from && last !== "") {
    if (isFull(last)) yield take();
    add(last);
  }
  if (lines.length > 0) yield take();
}

/** Without a carriage return, and the first without a byte order mark. */
const clean = (line: string, number: number): string =>
  (number === 1 ? line.replace(/^\uFEFF/, "") : line).trim();

async function* chunks(path: string): AsyncGenerator<Buffer> {
  const stream: Readable =
    path === "-" ? process.stdin : createReadStream(path, { highWaterMark: 256 * 1024 });
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOENT") throw refused(`no such file: ${path}`, "name a file with one event a line");
    if (code === "EISDIR") throw refused(`${path} is a folder`, "name a file with one event a line");
    if (code !== "")
      throw new CardscopeError("OUTPUT_FAILED", `cannot read ${path}: ${code}`, { cause: error });
    throw error;
  }
}

const tooLong = (path: string, line: number): CardscopeError =>
  refused(
    `line ${line} of ${path} is longer than ${LONGEST} characters`,
    "give a file with one event a line",
  );
