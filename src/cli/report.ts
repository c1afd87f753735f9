import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { documentOf } from "../outputs/document.ts";
import { renderReport } from "../outputs/report.ts";
import type { Reading } from "./main.ts";
import { inSession } from "./session.ts";

/** Writes the report of the files, or of sample data, and opens it. The report stays when the command ends. */
export async function report(
  files: readonly string[],
  options: Reading & { readonly open: boolean },
): Promise<void> {
  await inSession(options, async (session) => {
    await using portfolio = await session.open(files, options, { nearestPlaces: false });
    const html = renderReport(documentOf(await portfolio.findings()));
    const path = join(await mkdtemp(join(tmpdir(), "cardscope-report-")), "report.html");
    await writeFile(path, html);
    session.progress.clear();
    if (files.length === 0) console.log("no files given: this is a made-up sample portfolio");
    console.log(path);
    if (options.open) await openInBrowser(path);
  });
}

/** A machine without a browser still has the path. */
async function openInBrowser(path: string): Promise<void> {
  const { default: open } = await import("open");
  try {
    const child = await open(path);
    child.once("error", () => {});
    child.unref();
  } catch {
    // nothing to open it with
  }
}
