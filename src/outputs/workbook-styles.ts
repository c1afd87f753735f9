import type { CellStyle, ColumnDef, FontStyle, WriteSheet } from "hucre";
import type { Kind } from "../schema/columns.ts";
import { numberFormats } from "./workbook-cells.ts";

/** A font that is not named is another one than the cells'. */
export const FONT: FontStyle = { name: "Calibri", size: 11 };
/** Headers stand where their values do: numbers are set to the right. */
export const head = (kind: Kind = "label"): CellStyle => ({
  font: { ...FONT, bold: true },
  fill: { type: "pattern", pattern: "solid", fgColor: { rgb: "E8E8E8" } },
  border: { bottom: { style: "thin", color: { rgb: "808080" } } },
  alignment: { vertical: "top", wrapText: true, horizontal: kind in numberFormats ? "right" : "left" },
});
export const wrapped: CellStyle = { alignment: { vertical: "top", wrapText: true } };
export const title: CellStyle = { font: { ...FONT, bold: true, size: 14 } };
export const printed: NonNullable<WriteSheet["pageSetup"]> = {
  orientation: "landscape",
  fitToPage: true,
  fitToWidth: 1,
  fitToHeight: 0,
};

export const columnDef = (width: number, kind: Kind): ColumnDef => {
  const numFmt = numberFormats[kind];
  return numFmt === undefined ? { width } : { width, numFmt };
};

export const quoted = (sheet: string): string => `'${sheet.replaceAll("'", "''")}'`;
