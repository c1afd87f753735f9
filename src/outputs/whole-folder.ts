import { randomUUID } from "node:crypto";
import type { Dirent } from "node:fs";
import { mkdir, readdir, realpath, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { CardscopeError, usage } from "../errors.ts";

export interface WholeFolder {
  /** The first entry of an existing folder that no earlier run wrote. */
  readonly firstForeign: (folder: string, entries: readonly Dirent[]) => Promise<string | undefined>;
  readonly fill: (folder: string) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a folder, all of it or nothing. It grows beside `directory` and takes its place in the end. An earlier one is
 * replaced; a folder with anything else in it is refused.
 */
export async function writeWholeFolder(
  directory: string,
  { firstForeign, fill, signal }: WholeFolder,
): Promise<void> {
  const target = await realpath(directory).catch(() => resolve(directory));
  const parent = dirname(target);
  const beside = besideOf(target);
  let madeParent: string | undefined;
  try {
    const replaces = await replaceable(target, directory, firstForeign);
    signal?.throwIfAborted();
    madeParent = await mkdir(parent, { recursive: true });
    await mkdir(beside);
    await fill(beside);
    signal?.throwIfAborted();
    await (replaces ? swap(beside, target) : rename(beside, target));
  } catch (error) {
    await rm(beside, { recursive: true, force: true }).catch(() => {});
    if (madeParent !== undefined) await removeEmpty(parent, madeParent);
    throw explain(error, directory);
  }
}

/** Writes a file, all of it or nothing; an earlier one is replaced. `write` may make further files at the path it gets and on. */
export async function writeWholeFile(
  file: string,
  write: (path: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const target = await realpath(file).catch(() => resolve(file));
  const parent = dirname(target);
  // A folder, so that what `write` leaves beside its file goes with it.
  const beside = besideOf(target);
  let madeParent: string | undefined;
  try {
    const found = await stat(target).catch(() => undefined);
    if (found?.isDirectory())
      throw usage(`cannot write to ${file}: it is a folder`, "Name a file after --out.");
    signal?.throwIfAborted();
    madeParent = await mkdir(parent, { recursive: true });
    await mkdir(beside);
    await write(join(beside, basename(target)));
    signal?.throwIfAborted();
    await rename(join(beside, basename(target)), target);
    await rm(beside, { recursive: true, force: true }).catch(() => {});
  } catch (error) {
    await rm(beside, { recursive: true, force: true }).catch(() => {});
    if (madeParent !== undefined) await removeEmpty(parent, madeParent);
    throw explain(error, file, "Name another file after --out, in a folder you may write to.");
  }
}

const besideOf = (target: string): string =>
  join(dirname(target), `.${basename(target)}.${randomUUID().slice(0, 8)}`);

/** What file managers leave behind in any folder they show. */
export const LITTER: ReadonlySet<string> = new Set([".DS_Store", "Thumbs.db", "desktop.ini"]);

/** Whether there is a folder to replace. Throws a usage error when something in it is not ours. */
async function replaceable(
  target: string,
  directory: string,
  firstForeign: WholeFolder["firstForeign"],
): Promise<boolean> {
  const found = await stat(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) return false;
  if (!found.isDirectory())
    throw usage(`cannot write to ${directory}: it is a file, not a folder`, "Name a new folder after --out.");
  if (directory === "")
    throw usage("--out names no folder", "Name a new folder after --out, such as report.");
  const here = relative(target, process.cwd());
  if (here === "" || (here !== ".." && !here.startsWith(`..${sep}`) && resolve(here) !== here))
    throw usage(
      `cannot replace ${directory}: it holds the folder you are in`,
      "Name a folder below it after --out, such as --out report.",
    );
  if (found.dev !== (await stat(dirname(target))).dev)
    throw usage(
      `cannot replace ${directory}: another disk is mounted there`,
      `Name a folder below it: --out ${join(directory, "report")}.`,
    );
  const entries = (await readdir(target, { withFileTypes: true })).filter(({ name }) => !LITTER.has(name));
  const foreign = entries.length === 0 ? undefined : await firstForeign(target, entries);
  if (foreign !== undefined)
    throw usage(
      `${directory} holds ${foreign}, which no run of Cardscope wrote`,
      "Name a new or empty folder after --out, or move that away. Nothing was changed.",
    );
  return true;
}

/** Puts `folder` where `target` is; the old one is back in its place when that fails. */
async function swap(folder: string, target: string): Promise<void> {
  const aside = `${folder}.old`;
  await rename(target, aside);
  try {
    await rename(folder, target);
  } catch (error) {
    await rename(aside, target).catch((cause) => {
      throw new CardscopeError(
        "OUTPUT_FAILED",
        `cannot write to ${target}, nor put the earlier results back`,
        {
          hint: `The earlier results are in ${aside}.`,
          cause,
        },
      );
    });
    throw error;
  }
  // The new folder stands; what cannot be removed of the old one is no reason to fail.
  await rm(aside, { recursive: true, force: true }).catch(() => {});
}

/** Removes empty folders from `from` up to `last`. */
async function removeEmpty(from: string, last: string): Promise<void> {
  for (let folder = from; ; folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch {
      return;
    }
    if (folder === last || folder === dirname(folder)) return;
  }
}

const reasons: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  EACCES: ["permission denied", "Name a folder you may write to after --out."],
  EPERM: ["permission denied", "Name a folder you may write to after --out."],
  EROFS: ["the disk is read-only", "Name a folder on another disk after --out."],
  ENOSPC: ["the disk is full", "Free some space or name a folder on another disk. Nothing was left behind."],
  EDQUOT: [
    "the disk quota is used up",
    "Free some space or name a folder on another disk. Nothing was left behind.",
  ],
  EFBIG: ["a file grew too large for the disk", "Name a folder on another disk after --out."],
  ENOTDIR: ["a part of the path is a file", "Name another folder after --out."],
  EEXIST: ["a part of the path is a file", "Name another folder after --out."],
  ENAMETOOLONG: ["the name is too long", "Name another folder after --out."],
  EBUSY: ["the folder is in use, or a disk is mounted there", "Name a folder below it after --out."],
  ENOTEMPTY: ["something else wrote there meanwhile", "Try again, or name another folder after --out."],
};

/** A failure of the file system by name of the place the caller gave; any other error as it is. */
function explain(error: unknown, place: string, advice?: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof CardscopeError || code === undefined || syscall === undefined) return error;
  const [reason, hint] = reasons[code] ?? [`the system says ${code}`, "Name another folder after --out."];
  return new CardscopeError("OUTPUT_FAILED", `cannot write to ${place}: ${reason}`, {
    hint: advice ?? hint,
    cause: error,
  });
}
