import { refused, usage } from "../../errors.ts";
import type { CellBatch } from "./cells.ts";
import { Container } from "./container.ts";
import { defaultLimits, type WorkbookLimits } from "./limits.ts";
import { named, PartError } from "./part-error.ts";
import { readPart, readRelations } from "./relations.ts";
import { SharedStrings } from "./shared-strings.ts";
import { type SheetContext, SheetScanner } from "./sheet-scanner.ts";
import { attribute, children } from "./small-part.ts";
import { readDateStyles } from "./styles.ts";
import { Window } from "./window.ts";
import { findWorkbookPart } from "./workbook-part.ts";

export { type CellBatch, type CellColumn, CellKind } from "./cells.ts";
export { defaultLimits, type WorkbookLimits } from "./limits.ts";

/** A worksheet; chart sheets are left out. */
export interface SheetInfo {
  name: string;
  hidden: boolean;
}

export interface ReadOptions {
  /** Columns wanted, counted from 0; batches have them in this order. All up to the widest one so far when left out. */
  columns?: readonly number[];
  /** Stops after that many rows without reading the rest. */
  maxRows?: number;
  signal?: AbortSignal;
}

export interface ReadCounts {
  rows: number;
  formulasWithoutValue: number;
}

export interface Workbook extends AsyncDisposable {
  sheets: readonly SheetInfo[];
  /** Streams a sheet, one batch at a time; the next one waits for the callback. */
  read(
    sheet: string,
    options: ReadOptions,
    onBatch: (batch: CellBatch) => void | Promise<void>,
  ): Promise<ReadCounts>;
}

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

interface Sheet extends SheetInfo {
  part: string;
}

class XlsxWorkbook implements Workbook {
  readonly sheets: readonly SheetInfo[];
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
    this.sheets = sheets.map(({ name, hidden }) => ({ name, hidden }));
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
      limits,
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
      return await this.#stream(sheet.part, { ...this.#context, strings }, options, onBatch);
    } catch (error) {
      throw named(error, `sheet "${name}" of ${this.#container.file}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#container[Symbol.asyncDispose]();
  }

  async #stream(
    part: string,
    context: SheetContext,
    { columns, maxRows = Number.POSITIVE_INFINITY, signal }: ReadOptions,
    onBatch: (batch: CellBatch) => void | Promise<void>,
  ): Promise<ReadCounts> {
    const scanner = new SheetScanner(context, columns, maxRows);
    const window = new Window(context.limits.textBytes * 8);
    let rows = 0;
    const flush = async (): Promise<void> => {
      rows += scanner.cells.rows;
      await onBatch(scanner.cells);
      scanner.cells.clear();
      signal?.throwIfAborted();
    };
    signal?.throwIfAborted();
    if (maxRows <= 0) return { rows, formulasWithoutValue: 0 };
    for await (const chunk of this.#container.read(part)) {
      signal?.throwIfAborted();
      if (scanner.isComplete) continue;
      window.append(chunk);
      window.at = scanner.scan(window.bytes, 0);
      while (scanner.isBlocked) {
        await flush();
        if (rows === maxRows) return { rows, formulasWithoutValue: scanner.formulasWithoutValue };
        window.at = scanner.scan(window.bytes, window.at);
      }
    }
    if (!scanner.isComplete) throw new PartError("ends before its rows do");
    if (scanner.cells.rows > 0) await flush();
    return { rows, formulasWithoutValue: scanner.formulasWithoutValue };
  }

  #sharedStrings(): Promise<SharedStrings> {
    this.#strings ??= this.#readSharedStrings();
    return this.#strings;
  }

  async #readSharedStrings(): Promise<SharedStrings> {
    const part = this.#stringsPart;
    if (part === undefined || !this.#container.has(part)) return new SharedStrings();
    try {
      return await SharedStrings.read(this.#container.read(part), this.#context.limits);
    } catch (error) {
      throw named(error, `${part} of ${this.#container.file}`);
    }
  }
}
