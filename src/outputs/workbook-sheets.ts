import type { NamedRange, WriteSheet } from "hucre";
import type { Result } from "../analyses/run.ts";
import type { ResultRow } from "../engines/engine.ts";
import type { Columns, Kind } from "../schema/columns.ts";
import { format } from "../schema/format.ts";
import type { LookStamp, ReportFindings } from "./document.ts";
import { stampLine, stampOf } from "./stamp.ts";
import { cellOf, columnName, range, text } from "./workbook-cells.ts";
import { addPicture } from "./workbook-chart.ts";
import { columnDef, FONT, head, printed, quoted, title, wrapped } from "./workbook-styles.ts";
import { summarySheet } from "./workbook-summary.ts";
import { definitionsSheet, inputsSheet, issuesSheet, tableSheet } from "./workbook-tables.ts";

/** A sheet, and which rows it gets while it is written instead of before. */
export interface Page {
  readonly sheet: WriteSheet;
  readonly stream?: {
    readonly id: string;
    readonly kinds: readonly (readonly [name: string, kind: Kind])[];
    readonly rows: number;
  };
}

/** What a sheet of rows is made of. */
export interface Table {
  /** Names the sheet, and its rows while they are streamed. */
  readonly id: string;
  readonly title: string;
  /** A sentence, and how the rows came about. */
  readonly says: readonly [sentence: string, definition: string];
  readonly columns: Readonly<Record<string, Pick<Columns[string], "kind" | "label">>>;
  /** Rows from which the widths are taken. */
  readonly sample: readonly ResultRow[];
  readonly total: number;
}

/** Title, sentence, definition and a blank row, then the header: the row it is in, from 0. */
export const HEADER = 4;

/** Readable lines for the sentence above the rows. */
const MEASURE = 90;

/** What fits into a printed line. */
const FOOT = 180;

/** All sheets in order. A sheet holds at most `maxRows` rows, its header's among them. */
export function planSheets(findings: ReportFindings, maxRows: number): readonly Page[] {
  const naming = names();
  const [summary, issues, inputs, gaps, definitions] = [
    "Summary",
    "Issues",
    "Inputs",
    "Not computable",
    "Definitions",
  ].map((name) => naming(name)) as [string, string, string, string, string];
  const named = findings.results.map((result) => ({ result, name: naming(result.analysis.id) }));
  const part = findings.look && stampOf(findings.look).isPart ? ", of a part of the portfolio" : "";
  const pages: readonly Page[] = [
    { sheet: summarySheet(summary, findings, named) },
    ...named.flatMap(({ result, name }) => analysisPages(result, name, naming, maxRows, part)),
    { sheet: issuesSheet(issues, findings) },
    { sheet: inputsSheet(inputs, findings) },
    {
      sheet: tableSheet(
        gaps,
        [
          ["Analysis", 32, "label"],
          ["Because", 90, "label"],
        ],
        findings.notComputable.map(({ id, because }) => [id, because]),
      ),
    },
    { sheet: definitionsSheet(definitions, named) },
  ];
  if (findings.look === undefined) return pages;
  const headerFooter = { oddFooter: footer(findings.asOf, findings.look) };
  return pages.map((page) => ({ ...page, sheet: { ...page.sheet, headerFooter } }));
}

/** At the foot of each printed page, where an ampersand begins a code and 255 characters are the most. */
function footer(asOf: string, look: LookStamp): string {
  const line = `As of ${asOf}. ${stampLine(stampOf(look))}`;
  const short = line.length > FOOT ? `${line.slice(0, FOOT)}… (all on the first sheet)` : line;
  return `&L${text(short).replaceAll("\n", " ").replaceAll("&", "\uff06")}&R&P / &N`;
}

/** Gives out names that Excel takes: at most 31 characters, none of []:*?/\, different but for case. */
function names(): (wanted: string, page?: number) => string {
  const taken = new Set(["history"]);
  return (wanted, page) => {
    const clean = wanted.replace(/[[\]:*?/\\]/g, "-").replace(/^'+|'+$/g, "") || "sheet";
    for (let n = page ?? 1; ; n++) {
      const suffix = n === 1 ? "" : ` (${n})`;
      const name = clean.slice(0, 31 - suffix.length) + suffix;
      if (taken.has(name.toLowerCase())) continue;
      taken.add(name.toLowerCase());
      return name;
    }
  };
}

function analysisPages(
  result: Result,
  name: string,
  naming: (wanted: string, page: number) => string,
  maxRows: number,
  part: string,
): Page[] {
  const { analysis, insight, total } = result;
  const rows = result.rows as unknown as readonly ResultRow[];
  const table: Table = {
    id: analysis.id,
    title: analysis.title + part,
    says: [
      insight,
      `${analysis.grain[0]?.toUpperCase() ?? ""}${analysis.grain.slice(1)}. ${analysis.definition}`,
    ],
    columns: analysis.columns,
    sample: rows.slice(0, 100),
    total,
  };
  if (analysis.list === true || total > roomOf(maxRows)) return streamedPages(table, name, naming, maxRows);
  const sheet = headedSheet(table, name, total, "");
  const kinds = kindsOf(table);
  sheet.rows?.push(...rows.map((row) => kinds.map(([column, kind]) => cellOf(kind, row[column] ?? null))));
  addPicture(sheet, result, HEADER + 1);
  return [{ sheet }];
}

/** The sheets of a table alone. */
export function planTable(table: Table, maxRows: number): readonly Page[] {
  const naming = names();
  return streamedPages(table, naming(table.id), naming, maxRows);
}

const roomOf = (maxRows: number): number => maxRows - HEADER - 1;

const kindsOf = ({ columns }: Table) =>
  Object.entries(columns).map(([column, { kind }]) => [column, kind] as const);

function streamedPages(
  table: Table,
  name: string,
  naming: (wanted: string, page: number) => string,
  maxRows: number,
): Page[] {
  const { id, total } = table;
  const room = roomOf(maxRows);
  const kinds = kindsOf(table);
  const pages = Math.max(1, Math.ceil(total / room));
  return Array.from({ length: pages }, (_, page) => {
    const rows = Math.min(room, total - page * room);
    const part = pages === 1 ? "" : ` (sheet ${page + 1} of ${pages})`;
    const sheet = headedSheet(table, page === 0 ? name : naming(id, page + 1), rows, part);
    // Its formats are those of the rows that take its place.
    sheet.rows?.push(kinds.map(() => 0));
    return { sheet, stream: { id, kinds, rows } };
  });
}

/** A table up to the header. */
function headedSheet(
  { title: heading, says, columns: declared, sample }: Table,
  name: string,
  count: number,
  part: string,
): WriteSheet {
  const columns = Object.entries(declared);
  const widths = columns.map(([column, { kind, label }]) => {
    const cells = sample.map((row) => format(kind, row[column] ?? null).length);
    return Math.min(44, Math.max(10, Math.min(label.length, 18) + 4, ...cells.map((length) => length + 2)));
  });
  let wide = 0;
  let last = 0;
  for (let total = 0; total < MEASURE; last++) {
    total += widths[last] ?? 9;
    wide = total;
  }
  const above = [heading + part, ...says].map(text);
  const width = columns.length;
  return {
    name,
    columns: columns.map(([, { kind }], index) => columnDef(widths[index] ?? 12, kind)),
    rows: [...above.map((line) => [line]), [], columns.map(([, { label }]) => text(label))],
    cells: new Map([
      ["0,0", { style: title }],
      ["1,0", { style: wrapped }],
      ["2,0", { style: { ...wrapped, font: { ...FONT, color: { rgb: "595959" } } } }],
      ...columns.map(([, { kind }], index) => [`${HEADER},${index}`, { style: head(kind) }] as const),
    ]),
    merges:
      last < 2 ? [] : [1, 2].map((row) => ({ startRow: row, endRow: row, startCol: 0, endCol: last - 1 })),
    rowDefs: new Map(
      [1, 2].map((row) => [
        row,
        { height: Math.min(400, 15 * Math.ceil(((above[row]?.length ?? 1) * 1.1) / wide)) },
      ]),
    ),
    freezePane: { rows: HEADER + 1 },
    autoFilter: { range: range(HEADER, 0, HEADER + Math.max(count, 1), width - 1) },
    pageSetup: printed,
  };
}

/**
 * The header, repeated on every printed page. The library's own setting leaves the sheet's name without quotes,
 * which Excel takes for damage.
 */
export const printTitles = ({ sheet: { name, freezePane } }: Page): NamedRange[] =>
  freezePane?.rows === undefined
    ? []
    : [
        {
          name: "_xlnm.Print_Titles",
          range: `${quoted(name)}!$${freezePane.rows}:$${freezePane.rows}`,
          scope: name,
        },
      ];

/** The whole of a streamed sheet, header and all. */
export const dimension = ({ stream }: Page): string =>
  `A1:${columnName((stream?.kinds.length ?? 1) - 1)}${HEADER + 1 + (stream?.rows ?? 0)}`;
