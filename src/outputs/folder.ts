import { createWriteStream, type Dirent } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { analysisCsv, issuesCsv } from "./csv.ts";
import { type Document, documentOf, type Findings } from "./document.ts";
import { analysesIn, jsonChunks } from "./json.ts";
import { LITTER, writeWholeFolder } from "./whole-folder.ts";
import { workbookChunks } from "./workbook.ts";

export interface FolderOptions {
  readonly renderReport: (document: Document) => string;
  readonly signal?: AbortSignal;
  /** Told the name of each file before it is written. */
  readonly onFile?: (name: string) => void;
}

/** Writes report.html, report.xlsx, result.json, issues.csv and analyses/ID.csv into `directory`: all of them or none. */
export const writeFolder = (findings: Findings, directory: string, options: FolderOptions): Promise<void> =>
  writeWholeFolder(directory, {
    firstForeign,
    fill: (folder) => writeFiles(findings, folder, options),
    signal: options.signal,
  });

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
  await mkdir(join(folder, "analyses"));
  onFile?.("report.html");
  await writeFile(join(folder, "report.html"), renderReport(documentOf(findings)), { flag: "wx" });
  await stream("report.xlsx", workbookChunks(findings));
  for (const result of findings.results)
    await stream(`analyses/${result.analysis.id}.csv`, analysisCsv(findings, result));
  await stream("issues.csv", issuesCsv(findings));
  await stream("result.json", jsonChunks(findings));
}

const FILES = new Set(["report.html", "report.xlsx", "issues.csv", "result.json"]);
/** The first entry of the folder that an earlier run did not write. */
async function firstForeign(target: string, entries: readonly Dirent[]): Promise<string | undefined> {
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
