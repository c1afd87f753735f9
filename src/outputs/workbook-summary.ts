import type { CellValue, WriteSheet } from "hucre";
import type { Result } from "../analyses/run.ts";
import type { ReportFindings } from "./document.ts";
import { type Stamp, stampOf } from "./stamp.ts";
import { cellOf, text } from "./workbook-cells.ts";
import { FONT, head, printed, quoted, title, wrapped } from "./workbook-styles.ts";

export function summarySheet(
  name: string,
  findings: ReportFindings,
  named: readonly { readonly result: Result; readonly name: string }[],
): WriteSheet {
  const found = findings.issues.reduce((sum, { count }) => sum + (count ?? 0), 0);
  const stamp = findings.look && stampOf(findings.look);
  const rows: CellValue[][] = [
    [stamp?.isPart ? "Cardscope report on a part of the portfolio" : "Cardscope report"],
    ["As of", cellOf("date", findings.asOf), asOfWords[findings.asOfSource]],
    ...(stamp === undefined ? [] : stampRows(stamp)),
    [
      "Issues",
      found,
      findings.issues.length === 0
        ? "Nothing was found about the data."
        : `See the sheet Issues.${stamp?.isPart ? " They are of the files as a whole." : ""}`,
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
    ...(stamp?.events ? [["events", findings.look?.events?.count ?? 0, text(stamp.events)]] : []),
    [],
    ["Sheet", "Rows", "What it says"],
    ...named.map(({ result, name: to }) => [to, result.total, text(result.insight)]),
  ];
  const sources = rows.findIndex(([cell]) => cell === "Table") + 1;
  const says = rows.findIndex(([cell]) => cell === "Sheet");
  const cells: NonNullable<WriteSheet["cells"]> = new Map();
  cells.set("0,0", { style: title });
  for (let row = 2; row < sources - 2; row++) {
    cells.set(`${row},0`, { style: wrapped });
    cells.set(`${row},2`, { style: wrapped });
  }
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

/** What was looked at: a sheet of a part must not pass for the whole. */
const stampRows = ({ isPart, part, filters, selects, thresholds }: Stamp): CellValue[][] => [
  [isPart ? "Part of the portfolio" : "Portfolio", null, `${text(part)}. ${selects}`.trim()],
  ...filters.map((filter) => ["Filter", null, text(filter)]),
  ...thresholds.map((threshold) => ["Threshold", null, text(threshold)]),
];

const asOfWords = {
  given: "as given",
  inferred: "inferred from the data",
  today: "today, because the data does not say",
  events: "the day of the newest event",
};
