import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeStream } from "node:stream/web";
import { temporaryFolder } from "../../engines/temporary.ts";
import { CardscopeError, usage } from "../../errors.ts";
import { TimedOut, TooLarge } from "./refusals.ts";

export interface UploadLimits {
  /** Of one file. */
  readonly bytes: number;
  /** That a file may take. */
  readonly seconds: number;
  /** That may pass without a byte. */
  readonly idleSeconds: number;
  /** Files that wait to be read; the oldest makes room. */
  readonly pending: number;
}

export const uploadLimits: UploadLimits = {
  bytes: 2 * 1024 ** 3,
  seconds: 30 * 60,
  idleSeconds: 60,
  pending: 8,
};

export interface Upload {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
}

interface Stored extends Upload {
  /** Holds the file under its name, and nothing else. */
  readonly folder: string;
  /** Those who read it now: it stays for them. */
  readers: number;
}

const NAME_BYTES = 200;

/**
 * Files that a browser sent, each in a folder of its own under a random name, until they are read, too many, or
 * the server ends. What does not arrive whole leaves nothing.
 */
export class Uploads implements AsyncDisposable {
  readonly limits: UploadLimits;
  /** By id; the oldest comes first. */
  readonly #stored = new Map<string, Stored>();
  readonly #arriving = new Map<AbortController, Promise<Upload>>();
  #root: Promise<string> | undefined;

  constructor(limits: Partial<UploadLimits> = {}) {
    this.limits = { ...uploadLimits, ...limits };
  }

  /** Writes a body to disk as it comes. Throws USAGE for a name that cannot be one, TooLarge, TimedOut. */
  async receive(name: string, body: ReadableStream<Uint8Array> | null, declared?: number): Promise<Upload> {
    const safe = fileName(name);
    if (declared !== undefined && declared > this.limits.bytes) throw new TooLarge(safe, this.limits.bytes);
    // as many may arrive as may wait: no one fills the disk by never finishing
    if (this.#arriving.size >= this.limits.pending)
      throw usage("too many files are being sent at once", "wait until the others have arrived");
    const stop = new AbortController();
    const arriving = this.#write(safe, body, stop);
    this.#arriving.set(stop, arriving);
    try {
      return await arriving;
    } finally {
      this.#arriving.delete(stop);
    }
  }

  /** The files of these uploads, kept while work reads them. Throws NOT_FOUND. */
  async read<T>(ids: readonly string[], work: (paths: readonly string[]) => Promise<T>): Promise<T> {
    const files = ids.map((id) => this.#find(id));
    for (const file of files) file.readers++;
    try {
      return await work(files.map(({ folder, name }) => join(folder, name)));
    } finally {
      for (const file of files) file.readers--;
      await this.#makeRoom();
    }
  }

  /** Throws NOT_FOUND. */
  check(ids: readonly string[]): void {
    for (const id of ids) this.#find(id);
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const stored = this.#stored.get(id);
      this.#stored.delete(id);
      if (stored !== undefined) await discard(stored.folder);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stop of this.#arriving.keys()) stop.abort();
    await Promise.allSettled(this.#arriving.values());
    this.#stored.clear();
    if (this.#root !== undefined) await discard(await this.#root);
  }

  #find(id: string): Stored {
    const stored = this.#stored.get(id);
    if (stored === undefined)
      throw new CardscopeError("NOT_FOUND", "the file is no longer here", { hint: "send it again" });
    return stored;
  }

  async #write(
    name: string,
    body: ReadableStream<Uint8Array> | null,
    stop: AbortController,
  ): Promise<Upload> {
    this.#root ??= temporaryFolder("uploads");
    const id = randomUUID();
    const folder = join(await this.#root, id);
    await mkdir(folder, { mode: 0o700 });
    try {
      const bytes = await this.#stream(name, body, join(folder, name), stop);
      this.#stored.set(id, { id, name, bytes, folder, readers: 0 });
      await this.#makeRoom();
      return { id, name, bytes };
    } catch (error) {
      await discard(folder);
      throw error;
    }
  }

  async #stream(
    name: string,
    body: ReadableStream<Uint8Array> | null,
    path: string,
    stop: AbortController,
  ): Promise<number> {
    const { bytes: limit, seconds, idleSeconds } = this.limits;
    let isLate = false;
    const giveUp = () => {
      isLate = true;
      stop.abort();
    };
    const whole = setTimeout(giveUp, seconds * 1000);
    const idle = setTimeout(giveUp, idleSeconds * 1000);
    let bytes = 0;
    const count = async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        idle.refresh();
        bytes += chunk.length;
        if (bytes > limit) throw new TooLarge(name, limit);
        yield chunk;
      }
    };
    try {
      const source = body === null ? Readable.from([]) : Readable.fromWeb(body as NodeStream);
      const target = createWriteStream(path, { flags: "wx", mode: 0o600 });
      await pipeline(source, count, target, { signal: stop.signal });
      return bytes;
    } catch (cause) {
      if (isLate) throw new TimedOut(name);
      if (isErrno(cause) && ["ENOSPC", "EDQUOT", "EFBIG"].includes(cause.code ?? ""))
        throw new CardscopeError("OUTPUT_FAILED", `${name}: no space left for it on this machine`, {
          hint: "free some space, or start cardscope with the files on the command line",
          cause,
        });
      throw cause;
    } finally {
      clearTimeout(whole);
      clearTimeout(idle);
    }
  }

  /** What is being read is left alone: it goes when it no longer is. */
  async #makeRoom(): Promise<void> {
    for (const { id, readers } of [...this.#stored.values()]) {
      if (this.#stored.size <= this.limits.pending) return;
      if (readers === 0) await this.remove([id]);
    }
  }
}

/** A name as it is shown and stored: without folders, and fit for any file system. Throws USAGE. */
export function fileName(given: string): string {
  const name = given.split(/[/\\]/).at(-1) ?? "";
  const shown = JSON.stringify(name.slice(0, 60));
  const hint = "rename the file, and send it again";
  // controls, and marks that turn the direction of what follows
  if (/[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]/u.test(name))
    throw usage(`a file name with characters that cannot be shown: ${shown}`, hint);
  if (/^[. ]*$/.test(name)) throw usage(`not a file name: ${shown}`, hint);
  if (Buffer.byteLength(name) > NAME_BYTES)
    throw usage(`a file name of more than ${NAME_BYTES} bytes: ${shown}`, hint);
  // characters that one system or another gives a meaning of their own
  return name.replaceAll(/[<>:"|?*]/g, "_");
}

const discard = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

const isErrno = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && "code" in error;
