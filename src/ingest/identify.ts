import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { refused } from "../errors.ts";

export type Format = "xlsx" | "parquet" | "csv" | "json";

export interface Identity {
  readonly format: Format;
  readonly gzip: boolean;
  /** The first bytes of the content, unzipped. */
  readonly head: Buffer;
}

const HEAD_BYTES = 256 * 1024;

/** Tells a file's format by its content, never by its name; refuses what cannot be a table. */
export async function identify(path: string, name: string): Promise<Identity> {
  const start = await readHead(path, name);
  if (start.length === 0)
    throw refused(`${name}: the file is empty`, "export it again, and give the file that has rows");
  if (start[0] === 0x1f && start[1] === 0x8b) {
    const head = await unzippedHead(path, name);
    if (head.length === 0) throw refused(`${name}: the gzip file holds nothing`, "export it again");
    const format = formatOf(head, name);
    if (format === "xlsx" || format === "parquet")
      throw refused(`${name}: a gzip file around ${format}`, "unzip it and give the file inside");
    return { format, gzip: true, head };
  }
  return { format: formatOf(start, name), gzip: false, head: start };
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
  if (/^<(!doctype|html|head|body|table|\?xml)/i.test(text))
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

async function readHead(path: string, name: string): Promise<Buffer> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const stat = await file.stat();
    if (stat.isDirectory()) throw refused(`${name}: a folder, not a file`, "give the file inside it");
    const buffer = Buffer.alloc(Math.min(HEAD_BYTES, Math.max(stat.size, 1)));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    if (!isErrno(cause)) throw cause;
    if (cause.code === "ENOENT")
      throw refused(`${name}: no such file`, "check the path and the spelling", cause);
    throw refused(`${name}: cannot be read (${cause.code ?? cause.message})`, "check who may read it", cause);
  } finally {
    await file?.close();
  }
}

async function unzippedHead(path: string, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const source = createReadStream(path);
  const unzipped = source.pipe(createGunzip());
  try {
    for await (const chunk of unzipped as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= HEAD_BYTES) break;
    }
  } catch (cause) {
    throw refused(`${name}: a damaged gzip file`, "copy or export it again", cause);
  } finally {
    source.destroy();
  }
  return Buffer.concat(chunks).subarray(0, HEAD_BYTES);
}

const isErrno = (cause: unknown): cause is NodeJS.ErrnoException =>
  cause instanceof Error && "code" in cause && !("hint" in cause);
