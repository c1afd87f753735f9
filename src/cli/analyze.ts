import type { Findings } from "../outputs/document.ts";
import type { Reading } from "./main.ts";
import { inSession } from "./session.ts";

export interface AnalyzeOptions extends Reading {
  readonly only?: readonly string[];
  readonly out?: string;
  readonly json?: boolean;
  readonly share?: boolean;
}

export async function analyze(files: readonly string[], options: AnalyzeOptions): Promise<void> {
  await inSession(options, async (session) => {
    const { checkIds } = await import("../portfolio/options.ts");
    if (options.only !== undefined) checkIds(options.only);
    await using portfolio = await session.open(files, options);
    const complete = await portfolio.findings(options.only);
    const findings = options.share ? await shared(complete) : complete;
    if (options.out !== undefined) {
      const { writeFolder } = await import("../outputs/folder.ts");
      const { renderReport } = await import("../outputs/report.ts");
      const onFile = (name: string) => session.progress.step(`writing ${name}`);
      await writeFolder(findings, options.out, { renderReport, onFile, signal: session.signal });
    }
    session.progress.clear();
    if (options.json) {
      const { writeJson } = await import("../outputs/json.ts");
      await writeJson(findings, process.stdout, { signal: session.signal });
    } else {
      const { printSummary } = await import("./summary.ts");
      printSummary(findings, options.out);
    }
  });
}

async function shared(findings: Findings): Promise<Findings> {
  const { share } = await import("../outputs/share.ts");
  return share(findings);
}
