import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { type ZipPart, zip } from "./zip.ts";

const folder = mkdtempSync(join(tmpdir(), "cardscope-xlsx-"));
let made = 0;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file that lives as long as the test file that asked for it. */
export function madeFile(bytes: Buffer | string, name = `made-${++made}.xlsx`): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

export const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
export const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const packages = "http://schemas.openxmlformats.org/package/2006/relationships";
const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

export interface Made {
  /** What stands between <sheetData> and </sheetData>. */
  rows?: string;
  /** The whole part instead. */
  sheet?: string | Buffer;
  /** What stands inside <sst>, or the whole part. */
  strings?: string;
  sst?: string | Buffer;
  /** Number formats of the cell styles 0, 1, ...: a built-in id or a format code. */
  formats?: readonly (number | string)[];
  styles?: string;
  workbook?: string | Buffer;
  relations?: string;
  /** Parts that replace those above or come after them; undefined takes one away. */
  parts?: Readonly<Record<string, string | Buffer | undefined>>;
  part?: Omit<ZipPart, "name" | "bytes">;
}

/** A workbook with one sheet named "data", written by hand so that every spelling can be tried. */
export function madeWorkbook(made: Made): string {
  return madeFile(zip(partsOf(made)));
}

export function partsOf(made: Made): ZipPart[] {
  const parts: Record<string, string | Buffer | undefined> = {
    "[Content_Types].xml": `${declaration}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
    "_rels/.rels": `${declaration}<Relationships xmlns="${packages}"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml":
      made.workbook ??
      `${declaration}<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="data" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels":
      made.relations ??
      relationsXml([
        ["rId1", "worksheet", "worksheets/sheet1.xml"],
        ["rId2", "styles", "styles.xml"],
        ["rId3", "sharedStrings", "sharedStrings.xml"],
      ]),
    "xl/worksheets/sheet1.xml": made.sheet ?? sheetXml(made.rows ?? ""),
    "xl/sharedStrings.xml": made.sst ?? `${declaration}<sst xmlns="${main}">${made.strings ?? ""}</sst>`,
    "xl/styles.xml": made.styles ?? stylesXml(made.formats ?? [0, 14]),
    ...made.parts,
  };
  return Object.entries(parts).flatMap(([name, bytes]) =>
    bytes === undefined ? [] : [{ name, bytes, ...made.part }],
  );
}

export const sheetXml = (rows: string): string =>
  `${declaration}<worksheet xmlns="${main}"><sheetData>${rows}</sheetData></worksheet>`;

export const relationsXml = (
  relations: readonly (readonly [string, string, string])[],
  types = office,
): string =>
  `${declaration}<Relationships xmlns="${packages}">${relations
    .map(([id, type, target]) => `<Relationship Id="${id}" Type="${types}/${type}" Target="${target}"/>`)
    .join("")}</Relationships>`;

function stylesXml(formats: readonly (number | string)[]): string {
  const codes = formats
    .map((code, i) =>
      typeof code === "string" ? `<numFmt numFmtId="${200 + i}" formatCode="${escaped(code)}"/>` : "",
    )
    .join("");
  const styles = formats
    .map((code, i) => `<xf numFmtId="${typeof code === "string" ? 200 + i : code}"/>`)
    .join("");
  return `${declaration}<styleSheet xmlns="${main}"><numFmts>${codes}</numFmts><cellXfs>${styles}</cellXfs></styleSheet>`;
}

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
