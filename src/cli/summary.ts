import type { Result } from "../analyses/run.ts";
import type { ResultRow } from "../engines/engine.ts";
import type { Findings } from "../outputs/document.ts";
import type { Portfolio } from "../portfolio/portfolio.ts";
import { format } from "../schema/format.ts";
import type { IssueSummary, Source } from "../schema/issues.ts";
import { bar, safe, styled, table } from "./table.ts";

/** The analyses whose sentences matter most, in the order in which a committee asks. */
const HEADLINES = [
  "portfolio-summary",
  "age-distribution",
  "cards-per-customer",
  "ownership-by-segment",
  "credit-score-bands",
  "debt-to-income",
  "high-risk-customers",
  "utilisation",
  "card-expiry",
  "marketing-audiences",
  "offers",
];
const BARS = ["age-distribution", "income-distribution", "credit-score-bands", "debt-tiers", "card-expiry"];

/** The findings on a screen: figures, sentences, bars, issues, and where the files are. */
export function printSummary(findings: Findings, folder: string | undefined): void {
  const byId = new Map(findings.results.map((result) => [result.analysis.id, result]));
  const print = (text = "") => console.log(text);
  print(styled("bold", `Portfolio as of ${findings.asOf}`) + styled("dim", ` (${findings.asOfSource})`));
  for (const source of findings.sources) print(describeSource(source));
  const summary = byId.get("portfolio-summary");
  if (summary !== undefined) {
    print();
    print(figures(summary));
  }
  const chosen = HEADLINES.flatMap((id) => byId.get(id) ?? []);
  print();
  for (const { insight } of chosen.length > 0 ? chosen : findings.results)
    print(wrap(`• ${safe(insight)}`, "  "));
  for (const result of BARS.flatMap((id) => byId.get(id) ?? [])) {
    print();
    print(bars(result));
  }
  print();
  printIssues(findings.issues);
  for (const { id, because } of findings.notComputable)
    print(styled("dim", `not computable: ${id}: ${because}`));
  if (folder !== undefined) {
    print();
    print(`written to ${folder}`);
  }
}

/** The state of the data: what was read, from which headers, and what was found. */
export function printQuality(portfolio: Pick<Portfolio, "asOf" | "asOfSource" | "sources" | "issues">): void {
  console.log(
    styled("bold", `Data quality, as of ${portfolio.asOf}`) + styled("dim", ` (${portfolio.asOfSource})`),
  );
  for (const source of portfolio.sources) {
    console.log();
    console.log(describeSource(source));
    console.log(
      table(
        ["column", "from header", "written as"],
        source.columns.map((c) => [c.column, c.header, c.notation]),
      ),
    );
    if (source.ignored.length > 0)
      console.log(styled("dim", wrap(`not read: ${safe(source.ignored.join(", "))}`, "  ")));
  }
  console.log();
  printIssues(portfolio.issues);
}

const describeSource = ({ table: name, file, sheet, rows, sha256 }: Source): string =>
  `${name}: ${format("count", rows)} rows from ${safe(file)}${sheet === null ? "" : ` [${safe(sheet)}]`} ${styled("dim", `sha256 ${sha256.slice(0, 12)}`)}`;

function printIssues(issues: readonly IssueSummary[]): void {
  if (issues.length === 0) {
    console.log("No issues found in the data.");
    return;
  }
  const rows = issues.map((issue) => [
    issue.severity,
    format("count", issue.count),
    issue.code,
    issue.column === null ? issue.table : `${issue.table}.${issue.column}`,
    exampleOf(issue),
    issue.action,
  ]);
  console.log(table(["issue", "cells", "code", "where", "example", "what was done"], rows, [false, true]));
}

function exampleOf({ examples }: IssueSummary): string {
  const [first] = examples;
  if (first === undefined) return "";
  return [first.row === null ? "" : `row ${first.row}`, first.value ?? ""]
    .filter((part) => part !== "")
    .join(": ");
}

function figures({ analysis, rows }: Result): string {
  const row = (rows[0] ?? {}) as ResultRow;
  const shown = Object.entries(analysis.columns).map(([name, { label, kind }]) => [
    label,
    format(kind, row[name]),
  ]);
  return table(["figure", "value"], shown, [false, true]);
}

function bars({ analysis, rows }: Result): string {
  const { chart, columns, title } = analysis;
  if (chart.mark !== "bar" && chart.mark !== "column") return title;
  const { x, y } = chart;
  const values = rows as unknown as readonly ResultRow[];
  const most = Math.max(...values.map((row) => Number(row[y] ?? 0)), 1);
  const total = values.reduce((sum, row) => sum + Number(row[y] ?? 0), 0);
  const lines = values.map((row) => {
    const n = Number(row[y] ?? 0);
    const share = total === 0 ? "–" : format("share", n / total);
    return [row[x] === null ? "not stated" : String(row[x]), format("count", n), share, bar(n / most)];
  });
  return table([`${title} (${analysis.unit}s)`, columns[y]?.label.toLowerCase() ?? y, "share", ""], lines, [
    false,
    true,
    true,
  ]);
}

function wrap(text: string, indent: string, width = Math.min(process.stdout.columns ?? 100, 110)): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && `${line} ${word}`.length > width) {
      lines.push(line);
      line = `${indent}${word}`;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}
