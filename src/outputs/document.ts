import type { Chart, Grain, Topic } from "../analyses/analysis.ts";
import type { Result } from "../analyses/run.ts";
import type { ResultRow } from "../engines/engine.ts";
import type { Kind } from "../schema/columns.ts";
import type { IssueCell, IssueSummary, Source } from "../schema/issues.ts";

export type AsOfSource = "given" | "inferred" | "today" | "events";

/** How many there are of each. */
export interface Portion {
  readonly customers: number;
  readonly cards: number;
}

/** What a reader of the dashboard looked at, and how: stamped on whatever is made of it. */
export interface LookStamp {
  /** What the filters select: customers with all of their cards, or single cards with their owners. */
  readonly grain: keyof Portion;
  /** In words; all of them hold. */
  readonly filters: readonly {
    readonly dimension: string;
    readonly label: string;
    readonly text: string;
  }[];
  /** Thresholds that are not the default ones; some have none. */
  readonly settings: readonly {
    readonly name: string;
    readonly value: number;
    readonly default: number | null;
  }[];
  readonly selected: Portion;
  readonly whole: Portion;
  /** Of a live portfolio: what the figures are of beside the files. */
  readonly events?: EventsSince;
}

/** Events that have changed a portfolio since its files were read. */
export interface EventsSince {
  readonly count: number;
  /** When the newest of them happened, as ISO 8601; null where there is none. */
  readonly latest: string | null;
  /** How many of them predictions are of; null where nothing was predicted. */
  readonly predictions: number | null;
}

/** What every output renders: the portfolio's results, with the means to stream what is too long to hold. */
export interface Findings {
  /** Customers' rows are left out and small counts suppressed; see share.ts. */
  readonly shared?: true;
  /** YYYY-MM-DD */
  readonly asOf: string;
  readonly asOfSource: AsOfSource;
  /** Left out where nobody looked at a part. */
  readonly look?: LookStamp;
  readonly sources: readonly Source[];
  readonly issues: readonly IssueSummary[];
  readonly results: readonly Result[];
  readonly notComputable: readonly { readonly id: string; readonly because: string }[];
  /** All rows of an analysis, in order. */
  rows(id: string): AsyncIterable<readonly ResultRow[]>;
  /** The rows of a long list as one JSON array, in pieces, by the engine itself; by `rows` where it cannot. */
  jsonRows?(id: string): AsyncIterable<Uint8Array>;
  /** Every finding about a cell, in order of table, row and column. */
  issueCells(): AsyncIterable<readonly IssueCell[]>;
}

/** What a report renders: findings about single cells are for issues.csv alone. */
export type ReportFindings = Omit<Findings, "issueCells" | "jsonRows">;

/** A result of which some figures are not shown, how many. */
export interface SharedResult extends Result {
  readonly suppressed: number;
}

/** One analysis as the JSON contract has it. */
export interface DocumentAnalysis {
  readonly title: string;
  readonly question: string;
  readonly topic: Topic;
  readonly grain: string;
  readonly unit: Grain;
  readonly definition: string;
  readonly params: Readonly<Record<string, number>>;
  readonly columns: readonly {
    readonly name: string;
    readonly label: string;
    readonly doc: string;
    readonly kind: Kind;
  }[];
  /** Rows in all; `rows` may hold the first of them in the HTML report. */
  readonly total: number;
  readonly list: boolean;
  /** Figures that are null because they are of few customers, in what is shared. */
  readonly suppressed?: number;
  readonly rows: readonly ResultRow[];
  readonly insight: string;
  readonly chart: Chart;
  readonly sql: string;
}

/** The JSON contract of `analyze --json`, and what the HTML report embeds. */
export interface Document {
  /** Written with --share. */
  readonly shared?: true;
  readonly as_of: string;
  readonly as_of_source: AsOfSource;
  /** In what the dashboard wrote. */
  readonly look?: LookStamp;
  readonly inputs: readonly Source[];
  readonly issues: readonly IssueSummary[];
  readonly analyses: Readonly<Record<string, DocumentAnalysis>>;
  readonly not_computable: readonly { readonly id: string; readonly because: string }[];
}

/** An analysis without its rows. */
export function describe(result: Result): Omit<DocumentAnalysis, "rows"> {
  const { analysis } = result;
  return {
    title: analysis.title,
    question: analysis.question,
    topic: analysis.topic,
    grain: analysis.grain,
    unit: analysis.unit,
    definition: analysis.definition,
    params: result.params,
    columns: Object.entries(analysis.columns).map(([name, { label, doc, kind }]) => ({
      name,
      label,
      doc,
      kind,
    })),
    total: result.total,
    list: analysis.list === true,
    ...("suppressed" in result && { suppressed: Number(result.suppressed) }),
    insight: result.insight,
    chart: analysis.chart,
    sql: result.sql,
  };
}

/** The document with the rows that are in memory: everything, but for lists longer than 10,000 rows. */
export function documentOf(findings: ReportFindings): Document {
  return {
    as_of: findings.asOf,
    as_of_source: findings.asOfSource,
    ...(findings.shared && { shared: true }),
    ...(findings.look && { look: findings.look }),
    inputs: findings.sources,
    issues: findings.issues,
    analyses: Object.fromEntries(
      findings.results.map((result) => [
        result.analysis.id,
        { ...describe(result), rows: result.rows as unknown as readonly ResultRow[] },
      ]),
    ),
    not_computable: findings.notComputable,
  };
}
