import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CardscopeError } from "../errors.ts";
import type { Explorer } from "../explore/explorer.ts";
import { findingsAt } from "../explore/findings.ts";
import type { Look } from "../explore/look.ts";
import { Slots } from "../explore/slots.ts";
import { documentOf, type ReportFindings } from "../outputs/document.ts";
import { chromiumForPdf, printPdf } from "../outputs/pdf.ts";
import { renderReport } from "../outputs/report.ts";
import { workbookChunks } from "../outputs/workbook.ts";
import { type SentFile, sentFile } from "./sent-file.ts";

export const reportFormats = ["html", "xlsx", "pdf"] as const;
export type ReportFormat = (typeof reportFormats)[number];

export interface ReportLimits {
  /** That a report may take to be written. */
  readonly seconds: number;
  /** That may pass before the browser takes the next piece. */
  readonly idleSeconds: number;
}

export const reportLimits: ReportLimits = { seconds: 15 * 60, idleSeconds: 60 };

/**
 * Reports of looks. One is written at a time, to a file, and sent from there: however slowly a browser takes it, the
 * next can be written meanwhile.
 */
export class ReportFiles {
  readonly #turn = new Slots(1);
  readonly #limits: ReportLimits;
  readonly #findChromium: (() => string | undefined) | undefined;

  constructor(limits: Partial<ReportLimits> = {}, findChromium?: () => string | undefined) {
    this.#limits = { ...reportLimits, ...limits };
    this.#findChromium = findChromium;
  }

  /** Throws NOT_COMPUTABLE where a PDF cannot be printed, OUTPUT_FAILED where it takes too long or does not fit. */
  async write(explorer: Explorer, look: Look, format: ReportFormat, leaving: AbortSignal): Promise<SentFile> {
    const chromium = format === "pdf" ? chromiumForPdf(this.#findChromium) : "";
    using _turn = await this.#turn.take(leaving);
    const late = AbortSignal.timeout(this.#limits.seconds * 1000);
    const signal = AbortSignal.any([leaving, late]);
    try {
      return await sentFile(async (folder) => {
        const written = format === "xlsx" ? writeWorkbook : writePage;
        const path = join(folder, format === "xlsx" ? "report.xlsx" : "report.html");
        await findingsAt(explorer, look, (findings) => written(findings, path, signal), signal);
        if (format !== "pdf") return path;
        const pdf = join(folder, "report.pdf");
        await printPdf(path, pdf, { chromium, signal });
        return pdf;
      }, this.#limits);
    } catch (error) {
      throw late.aborted && !leaving.aborted ? tooLate(this.#limits.seconds, error) : error;
    }
  }
}

const writePage = (findings: ReportFindings, path: string, signal: AbortSignal): Promise<void> =>
  writeFile(path, renderReport(documentOf(findings)), { flag: "wx", mode: 0o600, signal });

const writeWorkbook = (findings: ReportFindings, path: string, signal: AbortSignal): Promise<void> =>
  pipeline(Readable.from(workbookChunks(findings)), createWriteStream(path, { flags: "wx", mode: 0o600 }), {
    signal,
  });

const tooLate = (seconds: number, cause: unknown): CardscopeError =>
  new CardscopeError("OUTPUT_FAILED", `the report was not written within ${seconds} seconds`, {
    hint: "Narrow the view, or run cardscope analyze --out.",
    cause,
  });
