import type { Entry, ZipFile } from "yauzl";
import { CardscopeError, refused } from "../../errors.ts";
import { copyAgain } from "./file-format.ts";
import type { WorkbookLimits } from "./limits.ts";
import { saveAgain } from "./part-error.ts";

const localHeaderSize = 30;

/** The parts a zip file lists, by name in small letters. Lists that lie are refused. */
export async function readEntries(
  zip: ZipFile,
  file: string,
  limits: WorkbookLimits,
): Promise<Map<string, Entry>> {
  if (zip.entryCount > limits.entries) {
    throw refused(`${file} has ${zip.entryCount} parts, and ${limits.entries} are allowed`, saveAgain);
  }
  const entries = new Map<string, Entry>();
  try {
    for await (const entry of zip.eachEntry()) {
      // Part names differ by more than case, so two that do not are two answers to one question.
      const name = entry.fileName.toLowerCase();
      if (entries.has(name)) throw refused(`${file} has two parts named ${entry.fileName}`, saveAgain);
      if (!entry.canDecodeFileData()) {
        const why = entry.isEncrypted()
          ? "is encrypted"
          : `is compressed by method ${entry.compressionMethod}`;
        throw refused(`${file}: the part ${entry.fileName} ${why}, which workbooks do not use`, saveAgain);
      }
      entries.set(name, entry);
    }
  } catch (error) {
    if (error instanceof CardscopeError) throw error;
    throw refused(`${file} is damaged: its list of parts cannot be read`, copyAgain, error);
  }
  refuseOverlap([...entries.values()], file);
  return entries;
}

/** Parts that share bytes are how a small zip file unzips to petabytes. */
function refuseOverlap(entries: Entry[], file: string): void {
  let end = 0;
  for (const entry of entries.sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader)) {
    const start = entry.relativeOffsetOfLocalHeader;
    if (start < end)
      throw refused(`${file} is damaged: the part ${entry.fileName} overlaps another`, copyAgain);
    end = start + localHeaderSize + entry.fileNameLength + entry.compressedSize;
  }
}
