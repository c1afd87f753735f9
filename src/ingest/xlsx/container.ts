import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline, Readable } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import { type Entry, fromFdPromise, type ZipFile } from "yauzl";
import { refused } from "../../errors.ts";
import { copyAgain, refuseOtherFormats } from "./file-format.ts";
import type { WorkbookLimits } from "./limits.ts";
import { PartError, tooMuch } from "./part-error.ts";
import { readEntries } from "./zip-entries.ts";

const stored = 0;
const zippedChunk = 256 * 1024;
const inflatedChunk = 1024 * 1024;

/** The zip file around a workbook. It believes no size the file states, only the bytes that come out. */
export class Container implements AsyncDisposable {
  readonly file: string;
  readonly limits: WorkbookLimits;
  readonly #handle: FileHandle;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;
  /** Bytes inflated of each part when it was last read: a sheet may be previewed and then read. */
  readonly #inflated = new Map<Entry, number>();

  private constructor(
    file: string,
    limits: WorkbookLimits,
    handle: FileHandle,
    zip: ZipFile,
    entries: Map<string, Entry>,
  ) {
    this.file = file;
    this.limits = limits;
    this.#handle = handle;
    this.#zip = zip;
    this.#entries = entries;
  }

  static async open(path: string, limits: WorkbookLimits): Promise<Container> {
    const file = basename(path);
    const handle = await open(path).catch((error: unknown) => {
      throw refused(`${file} cannot be opened`, "check the path and the rights to read it", error);
    });
    try {
      await refuseOtherFormats(handle, file);
      const zip = await fromFdPromise(handle.fd, { autoClose: false }).catch((error: unknown) => {
        throw refused(
          `${file} is cut off or damaged: it starts as a zip file and does not end as one`,
          copyAgain,
          error,
        );
      });
      // Later failures reach whoever reads the part; without a listener they would end the process as well.
      zip.on("error", () => {});
      return new Container(file, limits, handle, zip, await readEntries(zip, file, limits));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  has(part: string): boolean {
    return this.#entries.has(part.toLowerCase());
  }

  /** Bytes of a part as the zip states them. */
  sizeOf(part: string): { zipped: number; unzipped: number } {
    const entry = this.#entries.get(part.toLowerCase());
    return { zipped: entry?.compressedSize ?? 0, unzipped: entry?.uncompressedSize ?? 0 };
  }

  /**
   * Unzips a part, piece by piece. Ends in an error unless size and checksum are what the zip says. `onRead` is told
   * which share of the part has been taken from the file.
   */
  async *read(part: string, onRead?: (share: number) => void): AsyncGenerator<Buffer, void, void> {
    const entry = this.#entries.get(part.toLowerCase());
    if (!entry) throw new PartError("is missing");
    let size = 0;
    let checksum = 0;
    try {
      for await (const chunk of await this.#stream(entry, onRead)) {
        size += chunk.length;
        this.#count(entry, size);
        checksum = crc32(chunk, checksum);
        yield chunk;
      }
    } catch (error) {
      throw error instanceof PartError
        ? error
        : new PartError("is damaged inside the zip file", copyAgain, error);
    }
    if (size !== entry.uncompressedSize || checksum !== entry.crc32) {
      throw new PartError("is damaged inside the zip file: its checksum or size is wrong", copyAgain);
    }
  }

  /** A small part at once. */
  async readWhole(part: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.read(part)) {
      size += chunk.length;
      if (size > this.limits.wholePartBytes)
        throw tooMuch(`takes more than ${this.limits.wholePartBytes} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }

  async #stream(entry: Entry, onRead?: (share: number) => void): Promise<Readable & AsyncIterable<Buffer>> {
    const { fileDataStart: start } = await this.#zip.readLocalFileHeaderPromise(entry, { minimal: true });
    if (entry.compressedSize === 0) return Readable.from([]);
    // yauzl would give 16 kB at a time, which takes inflating twice the time.
    const end = start + entry.compressedSize - 1;
    const zipped = Readable.from(this.#slices(start, end, onRead), { objectMode: false });
    if (entry.compressionMethod === stored) return zipped;
    const inflate = createInflateRaw({ chunkSize: inflatedChunk });
    // The reader of the inflated bytes meets the error; the callback is there because pipeline wants one.
    return pipeline(zipped, inflate, () => {});
  }

  /** The handle's own streams close it when a reader stops early, and further sheets are read from it. */
  async *#slices(
    start: number,
    end: number,
    onRead?: (share: number) => void,
  ): AsyncGenerator<Buffer, void, void> {
    for (let position = start; position <= end; ) {
      const length = Math.min(zippedChunk, end - position + 1);
      const { bytesRead, buffer } = await this.#handle.read(Buffer.allocUnsafe(length), 0, length, position);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      position += bytesRead;
      onRead?.((position - start) / (end + 1 - start));
    }
  }

  #count(entry: Entry, size: number): void {
    const { partBytes, totalBytes, ratio, ratioFromBytes } = this.limits;
    if (size > partBytes) throw tooMuch(`takes more than ${partBytes} bytes unzipped`);
    if (size > ratioFromBytes && size > ratio * entry.compressedSize) {
      throw tooMuch(`unzips to more than ${ratio} times its size, as a zip bomb does`);
    }
    this.#inflated.set(entry, size);
    let total = 0;
    for (const bytes of this.#inflated.values()) total += bytes;
    if (total > totalBytes) throw tooMuch(`brings the workbook to more than ${totalBytes} bytes unzipped`);
  }
}
