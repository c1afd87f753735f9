import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, realpath, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CardscopeError, usage } from "../errors.ts";
import { analysisCsv, issuesCsv } from "./csv.ts";
import { type Document, documentOf, type Findings } from "./document.ts";
import { analysesIn, jsonChunks } from "./json.ts";
import { workbookChunks } from "./workbook.ts";

export interface FolderOptions {
  readonly renderReport: (document: Document) => string;
  readonly signal?: AbortSignal;
  /** Told the name of each file before it is written. */
  readonly onFile?: (name: string) => void;
}

/**
 * Writes report.html, report.xlsx, result.json, issues.csv and analyses/ID.csv into `directory`: all of them or none.
 * They grow in a folder beside it, which takes its place in the end. An earlier run is replaced; a folder with
 * anything else in it is refused.
 */
export async function writeFolder(
  findings: Findings,
  directory: string,
  options: FolderOptions,
): Promise<void> {
  const target = await realpath(directory).catch(() => resolve(directory));
  const parent = dirname(target);
  const beside = join(parent, `.${basename(target)}.${randomUUID().slice(0, 8)}`);
  let madeParent: string | undefined;
  try {
    const replaces = await replaceable(target, directory);
    options.signal?.throwIfAborted();
    madeParent = await mkdir(parent, { recursive: true });
    await mkdir(join(beside, "analyses"), { recursive: true });
    await writeFiles(findings, beside, options);
    options.signal?.throwIfAborted();
    await (replaces ? swap(beside, target) : rename(beside, target));
  } catch (error) {
    await rm(beside, { recursive: true, force: true }).catch(() => {});
    if (madeParent !== undefined) await removeEmpty(parent, madeParent);
    throw explain(error, directory);
  }
}

async function writeFiles(
  findings: Findings,
  folder: string,
  { renderReport, signal, onFile }: FolderOptions,
): Promise<void> {
  const stream = async (name: string, chunks: AsyncIterable<string | Uint8Array>) => {
    onFile?.(name);
    await pipeline(Readable.from(chunks), createWriteStream(join(folder, name), { flags: "wx" }), {
      ...(signal && { signal }),
    });
  };
  onFile?.("report.html");
  await writeFile(join(folder, "report.html"), renderReport(documentOf(findings)), { flag: "wx" });
  await stream("report.xlsx", workbookChunks(findings));
  for (const result of findings.results)
    await stream(`analyses/${result.analysis.id}.csv`, analysisCsv(findings, result));
  await stream("issues.csv", issuesCsv(findings));
  await stream("result.json", jsonChunks(findings));
}

const FILES = new Set(["report.html", "report.xlsx", "issues.csv", "result.json"]);
/** What file managers leave behind in any folder they show. */
const LITTER = new Set([".DS_Store", "Thumbs.db", "desktop.ini"]);

/** Whether there is a folder to replace. Throws a usage error when something in it is not ours. */
async function replaceable(target: string, directory: string): Promise<boolean> {
  const found = await stat(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) return false;
  if (!found.isDirectory())
    throw usage(`cannot write to ${directory}: it is a file, not a folder`, "Name a new folder after --out.");
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
  const foreign = await firstForeign(target);
  if (foreign !== undefined)
    throw usage(
      `${directory} holds ${foreign}, which no run of Cardscope wrote`,
      "Name a new or empty folder after --out, or move that away. Nothing was changed.",
    );
  return true;
}

/** The first entry of the folder that an earlier run did not write. */
async function firstForeign(target: string): Promise<string | undefined> {
  const entries = (await readdir(target, { withFileTypes: true })).filter(({ name }) => !LITTER.has(name));
  if (entries.length === 0) return undefined;
  const ours = entries.some((entry) => entry.name === "result.json" && entry.isFile())
    ? await analysesIn(join(target, "result.json"))
    : undefined;
  for (const entry of entries) {
    if (entry.name === "analyses" && entry.isDirectory() && ours !== undefined) {
      const written = await readdir(join(target, "analyses"), { withFileTypes: true });
      const other = written.find(
        (file) => !LITTER.has(file.name) && !(file.isFile() && ours.has(file.name.replace(/\.csv$/, ""))),
      );
      if (other !== undefined) return join("analyses", other.name);
    } else if (ours === undefined || !FILES.has(entry.name) || !entry.isFile()) return entry.name;
  }
  return undefined;
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

/** A failure of the file system by name of the folder the caller gave; any other error as it is. */
function explain(error: unknown, directory: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof CardscopeError || code === undefined || syscall === undefined) return error;
  const [reason, hint] = reasons[code] ?? [`the system says ${code}`, "Name another folder after --out."];
  return new CardscopeError("OUTPUT_FAILED", `cannot write to ${directory}: ${reason}`, {
    hint,
    cause: error,
  });
}
