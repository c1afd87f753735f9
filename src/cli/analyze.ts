import type { Findings } from "../outputs/document.ts";
import type { Reading } from "./options.ts";
import { inSession, type Session } from "./session.ts";

export interface AnalyzeOptions extends Reading {
  readonly only?: readonly string[];
  readonly out?: string;
  readonly json?: boolean;
  readonly share?: boolean;
}

export const analyze = (files: readonly string[], options: AnalyzeOptions): Promise<void> =>
  inSession(options, async (session) => {
    await using portfolio = await session.open(files, options, { nearestPlaces: false });
    const complete = await portfolio.findings(options.only, {
      // shared results have no customers' rows
      ...((options.json || options.out !== undefined) &&
        !options.share && { jsonFolder: await session.temporaryFolder() }),
    });
    const findings = options.share ? await shared(complete) : complete;
    if (options.out !== undefined) await writeOut(findings, options.out, session);
    session.progress.clear();
    await (options.json ? printJson(findings, session) : print(findings, options.out));
  });

// What a run does not need is not loaded: outputs are the larger part of the program.
async function shared(findings: Findings): Promise<Findings> {
  const { share } = await import("../outputs/share.ts");
  return share(findings);
}

async function writeOut(findings: Findings, directory: string, { progress, signal }: Session): Promise<void> {
  const { writeFolder } = await import("../outputs/folder.ts");
  const { renderReport } = await import("../outputs/report.ts");
  const onFile = (name: string) => progress.step(`writing ${name}`);
  await writeFolder(findings, directory, { renderReport, onFile, signal });
}

async function printJson(findings: Findings, { signal }: Session): Promise<void> {
  const { writeJson } = await import("../outputs/json.ts");
  await writeJson(findings, process.stdout, { signal });
}

async function print(findings: Findings, directory: string | undefined): Promise<void> {
  const { printSummary } = await import("./summary.ts");
  printSummary(findings, directory);
}
