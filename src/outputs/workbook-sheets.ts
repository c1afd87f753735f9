import type { CellStyle, CellValue, ColumnDef, FontStyle, NamedRange, WriteSheet } from "hucre";
import type { Result } from "../analyses/run.ts";
import type { ResultRow, Scalar } from "../engines/engine.ts";
import type { Kind } from "../schema/columns.ts";
import { format } from "../schema/format.ts";
import type { Findings } from "./document.ts";
import { cellOf, columnName, numberFormats, range, text } from "./workbook-cells.ts";
import { addPicture } from "./workbook-chart.ts";

/** A sheet, and which rows it gets while it is written instead of before. */
export interface Page {
  readonly sheet: WriteSheet;
  readonly stream?: {
    readonly id: string;
    readonly kinds: readonly (readonly [name: string, kind: Kind])[];
    readonly rows: number;
  };
}

/** Title, sentence, definition and a blank row, then the header: the row it is in, from 0. */
export const HEADER = 4;

/** A font that is not named is another one than the cells'. */
const FONT: FontStyle = { name: "Calibri", size: 11 };
/** Headers stand where their values do: numbers are set to the right. */
const head = (kind: Kind = "label"): CellStyle => ({
  font: { ...FONT, bold: true },
  fill: { type: "pattern", pattern: "solid", fgColor: { rgb: "E8E8E8" } },
  border: { bottom: { style: "thin", color: { rgb: "808080" } } },
  alignment: { vertical: "top", wrapText: true, horizontal: kind in numberFormats ? "right" : "left" },
});
const wrapped: CellStyle = { alignment: { vertical: "top", wrapText: true } };
const title: CellStyle = { font: { ...FONT, bold: true, size: 14 } };
/** Readable lines for the sentence above the rows. */
const MEASURE = 90;

const printed: NonNullable<WriteSheet["pageSetup"]> = {
  orientation: "landscape",
  fitToPage: true,
  fitToWidth: 1,
  fitToHeight: 0,
};

/** All sheets in order. A sheet holds at most `maxRows` rows, its header's among them. */
export function planSheets(findings: Findings, maxRows: number): readonly Page[] {
  const naming = names();
  const [summary, issues, inputs, gaps, definitions] = [
    "Summary",
    "Issues",
    "Inputs",
    "Not computable",
    "Definitions",
  ].map((name) => naming(name)) as [string, string, string, string, string];
  const named = findings.results.map((result) => ({ result, name: naming(result.analysis.id) }));
  return [
    { sheet: summarySheet(summary, findings, named) },
    ...named.flatMap(({ result, name }) => analysisPages(result, name, naming, maxRows)),
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
): Page[] {
  const { analysis, total } = result;
  const room = maxRows - HEADER - 1;
  const kinds = Object.entries(analysis.columns).map(([column, { kind }]) => [column, kind] as const);
  if (analysis.list !== true && total <= room) {
    const rows = result.rows as unknown as readonly ResultRow[];
    const sheet = analysisSheet(result, name, total, "");
    sheet.rows?.push(...rows.map((row) => kinds.map(([column, kind]) => cellOf(kind, row[column] ?? null))));
    addPicture(sheet, result, HEADER + 1);
    return [{ sheet }];
  }
  const pages = Math.max(1, Math.ceil(total / room));
  return Array.from({ length: pages }, (_, page) => {
    const rows = Math.min(room, total - page * room);
    const part = pages === 1 ? "" : ` (sheet ${page + 1} of ${pages})`;
    const sheet = analysisSheet(result, page === 0 ? name : naming(analysis.id, page + 1), rows, part);
    // Its formats are those of the rows that take its place.
    sheet.rows?.push(kinds.map(() => 0));
    return { sheet, stream: { id: analysis.id, kinds, rows } };
  });
}

/** An analysis up to the header. */
function analysisSheet(
  { analysis, insight, rows }: Result,
  name: string,
  count: number,
  part: string,
): WriteSheet {
  const columns = Object.entries(analysis.columns);
  const sample = rows.slice(0, 100) as unknown as readonly ResultRow[];
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
  const above = [
    analysis.title + part,
    insight,
    `${analysis.grain[0]?.toUpperCase() ?? ""}${analysis.grain.slice(1)}. ${analysis.definition}`,
  ].map(text);
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

const columnDef = (width: number, kind: Kind): ColumnDef => {
  const numFmt = numberFormats[kind];
  return numFmt === undefined ? { width } : { width, numFmt };
};

type Head = readonly [label: string, width: number, kind: Kind];

/** A header and rows below it. */
function tableSheet(name: string, heads: readonly Head[], rows: readonly (readonly Scalar[])[]): WriteSheet {
  return {
    name,
    columns: heads.map(([, width, kind]) => ({ ...columnDef(width, kind), style: wrapped })),
    rows: [
      heads.map(([label]) => label),
      ...rows.map((row) => row.map((value, index) => cellOf(heads[index]?.[2] ?? "label", value))),
    ],
    cells: new Map(heads.map(([, , kind], index) => [`0,${index}`, { style: head(kind) }])),
    freezePane: { rows: 1 },
    autoFilter: { range: range(0, 0, Math.max(rows.length, 1), heads.length - 1) },
    pageSetup: printed,
  };
}

function summarySheet(
  name: string,
  findings: Findings,
  named: readonly { readonly result: Result; readonly name: string }[],
): WriteSheet {
  const found = findings.issues.reduce((sum, { count }) => sum + (count ?? 0), 0);
  const rows: CellValue[][] = [
    ["Cardscope report"],
    ["As of", cellOf("date", findings.asOf), asOfWords[findings.asOfSource]],
    [
      "Issues",
      found,
      findings.issues.length === 0 ? "Nothing was found about the data." : "See the sheet Issues.",
    ],
    [],
    ["Table", "Rows", "File", "Sheet", "SHA-256"],
    ...findings.sources.map(({ table, rows: count, file, sheet, sha256 }) => [
      table,
      count,
      text(file),
      text(sheet ?? ""),
      sha256,
    ]),
    [],
    ["Sheet", "Rows", "What it says"],
    ...named.map(({ result, name: to }) => [to, result.total, text(result.insight)]),
  ];
  const sources = 5;
  const says = sources + findings.sources.length + 1;
  const cells: NonNullable<WriteSheet["cells"]> = new Map();
  cells.set("0,0", { style: title });
  cells.set("1,1", { style: { numFmt: "yyyy-mm-dd", alignment: { horizontal: "right" } } });
  for (const [row, length] of [
    [sources - 1, 5],
    [says, 3],
  ] as const)
    for (let column = 0; column < length; column++)
      cells.set(`${row},${column}`, { style: head(column === 1 ? "count" : "label") });
  for (const [index, { name: to }] of named.entries()) {
    const row = says + 1 + index;
    cells.set(`${row},0`, {
      style: { font: { ...FONT, color: { rgb: "0072B2" }, underline: true }, alignment: { vertical: "top" } },
      hyperlink: { target: "", location: `${quoted(to)}!A1` },
    });
    cells.set(`${row},1`, { style: { numFmt: "#,##0", alignment: { vertical: "top" } } });
    cells.set(`${row},2`, { style: wrapped });
  }
  return {
    name,
    columns: [{ width: 32 }, { width: 14, numFmt: "#,##0" }, { width: 100 }, { width: 20 }, { width: 68 }],
    rows,
    cells,
    rowDefs: new Map(
      named.map(({ result }, index) => [
        says + 1 + index,
        { height: Math.min(400, 15 * Math.max(1, Math.ceil((result.insight.length * 1.1) / 100))) },
      ]),
    ),
    pageSetup: printed,
  };
}

const asOfWords = {
  given: "as given",
  inferred: "inferred from the data",
  today: "today, because the data does not say",
};

const issuesSheet = (name: string, { issues }: Findings): WriteSheet =>
  tableSheet(
    name,
    [
      ["Code", 24, "label"],
      ["Severity", 11, "label"],
      ["Table", 9, "label"],
      ["Column", 20, "label"],
      ["Cells", 10, "count"],
      ["What was done", 50, "label"],
      ["Examples", 60, "label"],
    ],
    issues.map(({ code, severity, table, column, count, action, examples }) => [
      code,
      severity,
      table,
      column,
      count,
      action,
      examples
        .map(({ row, value }) =>
          [row === null ? "" : `row ${row}`, value ?? ""].filter((s) => s !== "").join(": "),
        )
        .join("\n"),
    ]),
  );

const inputsSheet = (name: string, { sources }: Findings): WriteSheet =>
  tableSheet(
    name,
    [
      ["Table", 9, "label"],
      ["File", 30, "label"],
      ["Sheet", 20, "label"],
      ["Header", 26, "label"],
      ["Column", 26, "label"],
      ["Notation", 26, "label"],
      ["SHA-256", 68, "label"],
    ],
    sources.flatMap(({ table, file, sheet, sha256, columns, ignored }) => [
      ...columns.map(({ header, column, notation }) => [
        table,
        file,
        sheet,
        header,
        column,
        notation,
        sha256,
      ]),
      ...ignored.map((header) => [table, file, sheet, header, null, "left out", sha256]),
    ]),
  );

function definitionsSheet(
  name: string,
  named: readonly { readonly result: Result; readonly name: string }[],
): WriteSheet {
  const rows = named.map(({ name: sheet, result: { analysis, params, sql } }) => [
    sheet,
    analysis.question,
    analysis.grain,
    `${analysis.unit}s`,
    analysis.definition,
    Object.entries(params)
      .map(([parameter, value]) => `${parameter} = ${value}`)
      .join("\n"),
    Object.entries(analysis.columns)
      .map(([column, { label, doc }]) => `${label} (${column}): ${doc}`)
      .join("\n"),
    sql,
  ]);
  return {
    ...tableSheet(
      name,
      [
        ["Sheet", 30, "label"],
        ["Question", 36, "label"],
        ["Rows", 24, "label"],
        ["Counts", 12, "label"],
        ["Definition", 50, "label"],
        ["Parameters", 28, "label"],
        ["Columns", 60, "label"],
        ["SQL", 80, "label"],
      ],
      rows,
    ),
    rowDefs: new Map(rows.map((_, index) => [index + 1, { height: 120 }])),
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

const quoted = (sheet: string): string => `'${sheet.replaceAll("'", "''")}'`;

/** The whole of a streamed sheet, header and all. */
export const dimension = ({ stream }: Page): string =>
  `A1:${columnName((stream?.kinds.length ?? 1) - 1)}${HEADER + 1 + (stream?.rows ?? 0)}`;
