import { type FileHandle, open, rm } from "node:fs/promises";
import { temporaryFolder } from "../engines/temporary.ts";
import { CardscopeError } from "../errors.ts";

/** A file that was written for one answer. */
export interface SentFile {
  readonly bytes: number;
  /** The file is gone when this was read, was cancelled, or is not read on for `idleSeconds`. */
  readonly body: ReadableStream<Uint8Array>;
}

const CHUNK = 65_536;
const IDLE_SECONDS = 60;

/**
 * Has a file written into a folder of its own, and sends it from there: however slowly a browser takes it, nothing
 * waits for it. `write` returns the path of what is to be sent. Throws what it throws; a full disk as OUTPUT_FAILED.
 */
export async function sentFile(
  write: (folder: string) => Promise<string>,
  { idleSeconds = IDLE_SECONDS }: { readonly idleSeconds?: number } = {},
): Promise<SentFile> {
  const folder = await temporaryFolder("sent");
  const discard = () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  try {
    const file = await open(await write(folder));
    try {
      const { size } = await file.stat();
      // an open file needs no name: nothing is left even of a process that is killed
      if (process.platform !== "win32") await discard();
      return { bytes: size, body: bodyOf(file, idleSeconds, discard) };
    } catch (error) {
      await file.close();
      throw error;
    }
  } catch (error) {
    await discard();
    throw explain(error);
  }
}

/** The answer that sends it: saved under this name, as it is, so that its length holds. */
export const sentAs = (name: string, type: string, { bytes, body }: SentFile): Response =>
  new Response(body, {
    headers: {
      "content-type": type,
      "content-length": String(bytes),
      "content-disposition": `attachment; filename="${name}"`,
      "cache-control": "no-store, no-transform",
    },
  });

/** A file as it is asked for, piece by piece. */
function bodyOf(
  file: FileHandle,
  idleSeconds: number,
  discard: () => Promise<void>,
): ReadableStream<Uint8Array> {
  let idle: NodeJS.Timeout | undefined;
  const end = async () => {
    clearTimeout(idle);
    await file.close();
    await discard();
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        idle = setTimeout(() => {
          controller.error(new Error("the browser does not take the file"));
          void end();
        }, idleSeconds * 1000).unref();
      },
      async pull(controller) {
        try {
          const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK);
          idle?.refresh();
          if (bytesRead > 0) return controller.enqueue(buffer.subarray(0, bytesRead));
          await end();
          controller.close();
        } catch (error) {
          await end();
          throw error;
        }
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );
}

function explain(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || !["ENOSPC", "EDQUOT", "EFBIG"].includes(code)) return error;
  return new CardscopeError("OUTPUT_FAILED", "no space left for the file on this machine", {
    hint: "Free some space and try again.",
    cause: error,
  });
}
