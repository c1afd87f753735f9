import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { refused } from "../errors.ts";

const FILE = "streams.json";
const shape = z.record(z.string(), z.string());

/**
 * Which stream a position is of. A stream that was deleted and made again counts from 1 under the same name, and the
 * position of the old one would pass over what the new one holds.
 */
export class StreamIdentities {
  readonly #path: string | undefined;
  #known: Record<string, string>;

  /** Kept in the workspace; only while the process runs where there is none. */
  constructor(workspace: string | undefined) {
    this.#path = workspace === undefined ? undefined : join(workspace, FILE);
    this.#known = this.#path === undefined ? {} : read(this.#path);
  }

  of(stream: string): string | undefined {
    return this.#known[stream];
  }

  /**
   * Before the first position of a stream is committed, so that none is ever of an unknown one. At one go: another
   * feed of this workspace writes the same file.
   */
  keep(stream: string, identity: string): void {
    if (this.#known[stream] === identity) return;
    const before = this.#path === undefined ? this.#known : read(this.#path);
    this.#known = { ...before, [stream]: identity };
    if (this.#path === undefined) return;
    const part = `${this.#path}.part`;
    const file = openSync(part, "w");
    try {
      writeSync(file, `${JSON.stringify(this.#known, null, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(part, this.#path);
  }
}

function read(path: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    throw error;
  }
  try {
    return shape.parse(JSON.parse(text));
  } catch (cause) {
    throw refused(`${path} is not what Cardscope wrote`, "restore it from a backup, or delete it", cause);
  }
}
