import { readFileSync } from "node:fs";
import { analyses } from "../analyses/index.ts";
import type { Scalar } from "../engines/engine.ts";
import { cards } from "../schema/cards.ts";
import { issueCodes } from "../schema/issues.ts";
import { measures, type Parameter } from "../schema/measures.ts";
import type { Field } from "../schema/tables.ts";
import { users } from "../schema/users.ts";
import type { Document, DocumentAnalysis } from "./document.ts";
import { escapeHtml } from "./escape-html.ts";
import { type Stamp, stampLine, stampOf } from "./stamp.ts";
import { version } from "./version.ts";

/** Rows of a list that the report holds; the csv files and the JSON hold all. */
const EMBEDDED_ROWS = 10_000;

/** What the report's page reads: the document, rows packed as arrays, and the words it explains itself with. */
export interface ReportData {
  readonly document: Omit<Document, "analyses"> & {
    readonly analyses: Readonly<
      Record<string, Omit<DocumentAnalysis, "rows"> & { readonly rows: readonly (readonly Scalar[])[] }>
    >;
  };
  /** By "measure.parameter". */
  readonly parameters: Readonly<Record<string, { readonly doc: string; readonly default: number | null }>>;
  /** By code. */
  readonly issueDocs: Readonly<Record<string, string>>;
  /** Analyses by id, those that could not be computed among them. */
  readonly titles: Readonly<Record<string, { readonly title: string; readonly question: string }>>;
  /** Labels and meanings of "table.column". */
  readonly fields: Readonly<Record<string, { readonly label: string; readonly doc: string }>>;
  readonly version: string;
  /** What was looked at, where the dashboard made the report. */
  readonly stamp?: Stamp;
}

let template: string | undefined;

/** One HTML file: works from disk, without a network, and prints. Needs `npm run build` (or buildWeb). */
export function renderReport(document: Document): string {
  template ??= readFileSync(new URL("../../dist/web/report.html", import.meta.url), "utf8");
  const pieces: Record<string, string> = {
    "<title>Cardscope report</title>": `<title>${escapeHtml(titleOf(document))}</title>`,
    '<div id="report"></div>': `<div id="report"></div>\n${withoutScript(document)}`,
    '<script type="application/json" id="report-data"></script>': `<script type="application/json" id="report-data">${embed(reportData(document))}</script>`,
  };
  let html = template;
  for (const [mark, piece] of Object.entries(pieces)) {
    if (!html.includes(mark)) throw new Error(`report template: expected ${mark}`);
    html = html.replace(mark, () => piece);
  }
  return html;
}

function titleOf({ as_of, look }: Document): string {
  const part = look && stampOf(look).isPart ? " on a part of the portfolio" : "";
  return `Cardscope report${part} as of ${as_of}`;
}

function reportData(document: Document): ReportData {
  return {
    ...(document.look && { stamp: stampOf(document.look) }),
    document: {
      ...document,
      analyses: Object.fromEntries(
        Object.entries(document.analyses).map(([id, analysis]) => [
          id,
          {
            ...analysis,
            rows: (analysis.list ? analysis.rows.slice(0, EMBEDDED_ROWS) : analysis.rows).map((row) =>
              analysis.columns.map(({ name }) => row[name] ?? null),
            ),
          },
        ]),
      ),
    },
    parameters: Object.fromEntries(
      Object.entries(measures).flatMap(([measure, { parameters }]) =>
        Object.entries<Parameter>(parameters).map(([name, parameter]) => [
          `${measure}.${name}`,
          { doc: parameter.doc, default: parameter.default },
        ]),
      ),
    ),
    issueDocs: Object.fromEntries(Object.entries(issueCodes).map(([code, { doc }]) => [code, doc])),
    titles: Object.fromEntries(
      Object.entries(analyses).map(([id, { title, question }]) => [id, { title, question }]),
    ),
    fields: Object.fromEntries(
      [users, cards].flatMap((table) =>
        Object.entries<Field>(table.fields).map(([name, { label, doc }]) => [
          `${table.name}.${name}`,
          { label, doc },
        ]),
      ),
    ),
    version,
  };
}

/** JSON that stays data inside a script element: no text in it can close the element or open a comment. */
const embed = (data: unknown): string => JSON.stringify(data).replaceAll("<", "\\u003c");

/** What a reader sees where scripts do not run: the sentences. */
function withoutScript(document: Document): string {
  const sentences = Object.values(document.analyses).map(
    ({ title, insight }) => `<dt>${escapeHtml(title)}</dt><dd>${escapeHtml(insight)}</dd>`,
  );
  const looked = document.look ? `<p>${escapeHtml(stampLine(stampOf(document.look)))}.</p>` : "";
  return `<noscript><h1>${escapeHtml(titleOf(document))}</h1>${looked}<p>Charts and tables need JavaScript; these are the findings in words.</p><dl>${sentences.join("")}</dl></noscript>`;
}
