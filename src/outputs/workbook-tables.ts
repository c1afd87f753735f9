import type { WriteSheet } from "hucre";
import type { Result } from "../analyses/run.ts";
import type { Scalar } from "../engines/engine.ts";
import type { Kind } from "../schema/columns.ts";
import type { ReportFindings } from "./document.ts";
import { cellOf, range } from "./workbook-cells.ts";
import { columnDef, head, printed, wrapped } from "./workbook-styles.ts";

type Head = readonly [label: string, width: number, kind: Kind];

/** A header and rows below it. */
export function tableSheet(
  name: string,
  heads: readonly Head[],
  rows: readonly (readonly Scalar[])[],
): WriteSheet {
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

export const issuesSheet = (name: string, { issues }: ReportFindings): WriteSheet =>
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

export const inputsSheet = (name: string, { sources }: ReportFindings): WriteSheet =>
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

export function definitionsSheet(
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
