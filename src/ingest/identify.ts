import { createReadStream } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { CardscopeError, refused } from "../errors.ts";

export type Format = "xlsx" | "parquet" | "csv" | "json";

export interface Identity {
  readonly format: Format;
  readonly gzip: boolean;
  /** The first bytes of the content, unzipped. */
  readonly head: Buffer;
  /** Whether they are all of it. */
  readonly isWhole: boolean;
  /** Bytes of the file as it lies on the disk. */
  readonly size: number;
}

const HEAD_BYTES = 256 * 1024;
/** What a gzip file may unzip to, as for workbooks. */
const BOMB_BYTES = 64 * 1024 * 1024;
const BOMB_RATIO = 250;

/** Tells a file's format by its content, never by its name; refuses what cannot be a table. */
export async function identify(path: string, name: string): Promise<Identity> {
  const { head: start, size } = await readHead(path, name);
  if (start.length === 0)
    throw refused(`${name}: the file is empty`, "export it again, and give the file that has rows");
  if (start[0] === 0x1f && start[1] === 0x8b) {
    const { head, size: unzipped } = await unzip(path, name, size);
    if (head.length === 0) throw refused(`${name}: the gzip file holds nothing`, "export it again");
    const format = formatOf(head, name);
    if (format === "xlsx" || format === "parquet")
      throw refused(`${name}: a gzip file around ${format}`, "unzip it and give the file inside");
    return { format, gzip: true, head, isWhole: unzipped === head.length, size };
  }
  return { format: formatOf(start, name), gzip: false, head: start, isWhole: size === start.length, size };
}

function formatOf(head: Buffer, name: string): Format {
  const magic = head.toString("latin1", 0, 8);
  // A compound file is a protected workbook or an old .xls: the workbook reader says which.
  if (magic.startsWith("PK") || magic.startsWith("\xd0\xcf\x11\xe0")) return "xlsx";
  if (magic.startsWith("PAR1")) return "parquet";
  if (magic.startsWith("%PDF"))
    throw refused(`${name}: a PDF, not a table`, "export the table as xlsx or csv");
  const text = head
    .toString("latin1", 0, 2048)
    .replace(/^\xef\xbb\xbf/, "")
    .trimStart();
  if (text.startsWith("version https://git-lfs"))
    throw refused(
      `${name}: a Git LFS pointer, not the file itself`,
      "run git lfs pull, then give the file again",
    );
  if (/^<[!?a-z]/i.test(text))
    throw refused(
      `${name}: an HTML or XML page, not a table`,
      "a login page or a web export was saved under this name: download the file again, or save it as xlsx or csv",
    );
  if (text.startsWith("{") || /^\[\s*\{/.test(text)) return "json";
  if (text.length === 0) throw refused(`${name}: the file holds only blanks`, "export it again");
  if (isBinary(head))
    throw refused(`${name}: a binary file of no known kind`, "give xlsx, csv, Parquet or newline JSON");
  return "csv";
}

/** UTF-16 text has zero bytes too, but in every other place. */
function isBinary(head: Buffer): boolean {
  if (head.length >= 2 && (head.readUInt16LE(0) === 0xfeff || head.readUInt16BE(0) === 0xfeff)) return false;
  const sample = head.subarray(0, 4096);
  const zeros = [0, 0];
  let controls = 0;
  sample.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
    else if (byte < 9 || (byte > 13 && byte < 32)) controls++;
  });
  const [even = 0, odd = 0] = zeros;
  const isUtf16 = Math.min(even, odd) === 0 && Math.max(even, odd) > sample.length / 4;
  return !isUtf16 && even + odd + controls > sample.length / 100;
}

async function readHead(path: string, name: string): Promise<{ head: Buffer; size: number }> {
  let file: FileHandle | undefined;
  try {
    // opening a pipe would wait for someone to write into it
    const found = await stat(path);
    if (found.isDirectory()) throw refused(`${name}: a folder, not a file`, "give the file inside it");
    if (!found.isFile())
      throw refused(`${name}: a pipe or a device, not a file`, "save it to a file first: it is read twice");
    file = await open(path, "r");
    const buffer = Buffer.alloc(Math.min(HEAD_BYTES, Math.max(found.size, 1)));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return { head: buffer.subarray(0, bytesRead), size: found.size };
  } catch (cause) {
    if (!isErrno(cause)) throw cause;
    if (cause.code === "ENOENT")
      throw refused(`${name}: no such file`, "check the path and the spelling", cause);
    throw refused(`${name}: cannot be read (${cause.code ?? cause.message})`, "check who may read it", cause);
  } finally {
    await file?.close();
  }
}

/** Unzips all of it: the engine takes a gzip file that is cut off for a short one. Only the head is kept. */
async function unzip(path: string, name: string, zipped: number): Promise<{ head: Buffer; size: number }> {
  const chunks: Buffer[] = [];
  let size = 0;
  const source = createReadStream(path);
  try {
    for await (const chunk of source.pipe(
      createGunzip({ chunkSize: 1024 * 1024 }),
    ) as AsyncIterable<Buffer>) {
      if (size < HEAD_BYTES) chunks.push(chunk);
      size += chunk.length;
      if (size > BOMB_BYTES && size > BOMB_RATIO * zipped)
        throw refused(
          `${name}: unzips to more than ${BOMB_RATIO} times its size, as a zip bomb does`,
          "if the file is to be trusted, unzip it and give the file inside",
        );
    }
  } catch (cause) {
    if (cause instanceof CardscopeError) throw cause;
    throw refused(`${name}: a gzip file that is cut off or damaged`, "copy or export it again", cause);
  } finally {
    source.destroy();
  }
  return { head: Buffer.concat(chunks).subarray(0, HEAD_BYTES), size };
}

const isErrno = (cause: unknown): cause is NodeJS.ErrnoException =>
  cause instanceof Error && "code" in cause && !("hint" in cause);
