import { refused, usage } from "../../errors.ts";
import type { SheetContext } from "./cell-values.ts";
import type { CellBatch } from "./cells.ts";
import { Container } from "./container.ts";
import { defaultLimits, type WorkbookLimits } from "./limits.ts";
import { named } from "./part-error.ts";
import { readPart, readRelations } from "./relations.ts";
import { SharedStrings } from "./shared-strings.ts";
import { type ReadCounts, type ReadOptions, readSheet } from "./sheet-reader.ts";
import { attribute, children } from "./small-part.ts";
import { readDateStyles } from "./styles.ts";
import { findWorkbookPart } from "./workbook-part.ts";

export { type CellBatch, type CellColumn, CellKind } from "./cells.ts";
export { defaultLimits, type WorkbookLimits } from "./limits.ts";
export type { ReadCounts, ReadOptions } from "./sheet-reader.ts";

/** A worksheet; chart sheets are left out. */
export interface SheetInfo {
  name: string;
  hidden: boolean;
  /** What it takes in the zip, as that states it. */
  zippedBytes: number;
  /** Whether it is large enough to have as many rows as a sheet can have. */
  mayBeFull: boolean;
}

export interface Workbook extends AsyncDisposable {
  sheets: readonly SheetInfo[];
  /** The last row that a sheet can have. */
  lastRow: number;
  /**
   * Streams a sheet, one batch at a time; the next one waits for the callback. The checksum comes last, so a damaged
   * sheet may be refused after some of its batches were given: drop them.
   */
  read(
    sheet: string,
    options: ReadOptions,
    onBatch: (batch: CellBatch) => void | Promise<void>,
  ): Promise<ReadCounts>;
}

/** No row that holds two cells is written in less. */
const leastRowBytes = 20;

/** Opens an .xlsx file; what is no workbook, or one that goes past a limit, is refused with the reason. */
export async function openWorkbook(path: string, limits: Partial<WorkbookLimits> = {}): Promise<Workbook> {
  const container = await Container.open(path, { ...defaultLimits, ...limits });
  try {
    return await XlsxWorkbook.read(container);
  } catch (error) {
    await container[Symbol.asyncDispose]();
    throw named(error, container.file);
  }
}

interface Sheet {
  name: string;
  hidden: boolean;
  part: string;
}

class XlsxWorkbook implements Workbook {
  readonly sheets: readonly SheetInfo[];
  readonly lastRow: number;
  readonly #sheets: readonly Sheet[];
  readonly #container: Container;
  readonly #context: Omit<SheetContext, "strings">;
  readonly #stringsPart: string | undefined;
  #strings: Promise<SharedStrings> | undefined;

  private constructor(
    container: Container,
    sheets: readonly Sheet[],
    context: Omit<SheetContext, "strings">,
    stringsPart: string | undefined,
  ) {
    this.#container = container;
    this.#sheets = sheets;
    this.lastRow = container.limits.rows;
    this.sheets = sheets.map(({ name, hidden, part }) => {
      const { zipped, unzipped } = container.sizeOf(part);
      return { name, hidden, zippedBytes: zipped, mayBeFull: unzipped >= this.lastRow * leastRowBytes };
    });
    this.#context = context;
    this.#stringsPart = stringsPart;
  }

  static async read(container: Container): Promise<XlsxWorkbook> {
    const part = await findWorkbookPart(container);
    const root = await readPart(container, part, "workbook");
    const relations = await readRelations(container, part);
    const target = (type: string) => relations.find((relation) => relation.type === type)?.target;
    const sheets = children(children(root, "sheets")[0], "sheet").flatMap((sheet) => {
      const relation = relations.find(({ id }) => id === attribute(sheet, "id"));
      // Chart, dialog and macro sheets are sheets of another type.
      if (relation && relation.type !== "worksheet") return [];
      const name = attribute(sheet, "name") ?? "";
      return [
        {
          name,
          hidden: (attribute(sheet, "state") ?? "visible") !== "visible",
          part: relation?.target ?? "",
        },
      ];
    });
    const { limits, file } = container;
    if (sheets.length > limits.sheets) {
      throw refused(
        `${file} has ${sheets.length} sheets, and ${limits.sheets} are allowed`,
        "save the sheets that matter in a file of their own",
      );
    }
    if (sheets.length === 0) throw refused(`${file} has no worksheet`, "give a workbook with a table in it");
    const date1904 = attribute(children(root, "workbookPr")[0], "date1904");
    const context = {
      dateStyles: await readDateStyles(container, target("styles")),
      dateSystem: date1904 === "1" || date1904 === "true" ? 1904 : 1900,
    } as const;
    return new XlsxWorkbook(container, sheets, context, target("sharedStrings"));
  }

  async read(
    name: string,
    options: ReadOptions,
    onBatch: (batch: CellBatch) => void | Promise<void>,
  ): Promise<ReadCounts> {
    const sheet = this.#sheets.find((one) => one.name === name);
    if (!sheet) {
      const names = this.sheets.map((one) => `"${one.name}"`).join(", ");
      throw usage(`${this.#container.file} has no sheet "${name}"`, `its sheets are ${names}`);
    }
    const strings = await this.#sharedStrings();
    try {
      const chunks = this.#container.read(sheet.part, options.onRead);
      return await readSheet(chunks, { ...this.#context, strings }, this.#container.limits, options, onBatch);
    } catch (error) {
      throw named(error, `sheet "${name}" of ${this.#container.file}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#container[Symbol.asyncDispose]();
  }

  #sharedStrings(): Promise<SharedStrings> {
    this.#strings ??= this.#readSharedStrings();
    return this.#strings;
  }

  async #readSharedStrings(): Promise<SharedStrings> {
    const part = this.#stringsPart;
    if (part === undefined || !this.#container.has(part)) return new SharedStrings();
    try {
      return await SharedStrings.read(this.#container.read(part), this.#container.limits);
    } catch (error) {
      throw named(error, `${part} of ${this.#container.file}`);
    }
  }
}
