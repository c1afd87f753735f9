import { Byte } from "./byte.ts";
import { CellTag, wholeNumber } from "./cell-tag.ts";
import { CellValues, type SheetContext } from "./cell-values.ts";
import { CellWriter } from "./cells.ts";
import type { WorkbookLimits } from "./limits.ts";
import { PartError, tooMuch } from "./part-error.ts";
import { PlainCell, PlainType, readPlainCell } from "./plain-cell.ts";
import { Name, readTag, skipMarkup, Tag } from "./tag.ts";

/**
 * Turns the XML of a sheet into cells. It works on bytes and is given them window by window; an element that the
 * window cuts is left for the next one, so that only complete cells and row tags change anything.
 */
export class SheetScanner {
  readonly cells: CellWriter;
  readonly values: CellValues;
  isComplete = false;
  /** The batch has to go before scanning can go on. */
  isBlocked = false;
  readonly #limits: WorkbookLimits;
  readonly #slots: Int32Array | undefined;
  readonly #tag = new Tag();
  readonly #plain = new PlainCell();
  readonly #cell: CellTag;
  #hasData = false;
  #isInRow = false;
  #row = 0;
  #hasRowNumber = false;
  #nextColumn = 0;
  #cellCount = 0;

  /** `columns`: the wanted ones in the order of the batch; all of them when it is left out. */
  constructor(
    context: SheetContext,
    limits: WorkbookLimits,
    columns: readonly number[] | undefined,
    maxRows: number,
  ) {
    this.#limits = limits;
    this.#cell = new CellTag(limits.textBytes);
    this.cells = new CellWriter(columns?.length ?? 0, maxRows);
    this.values = new CellValues(context, this.cells, limits.textBytes);
    if (columns) this.#slots = slotsOf(columns, limits.columns);
  }

  /** Where the scanner is, for messages. */
  get place(): string {
    return this.#row > 0 ? `at row ${this.#row} ` : "";
  }

  /** Scans until the bytes end or a batch is ready; gives the byte to go on from. */
  scan(bytes: Buffer, from: number): number {
    const tag = this.#tag;
    const plain = this.#plain;
    let i = from;
    this.isBlocked = false;
    while (!this.isComplete) {
      let c = bytes[i] as number;
      while (c !== Byte.less) {
        if (c === Byte.end) return i;
        c = bytes[++i] as number;
      }
      if (this.#isInRow && readPlainCell(bytes, i, plain) && this.#takePlain(bytes)) {
        i = plain.next;
        continue;
      }
      c = bytes[i + 1] as number;
      let next: number;
      if (c === Byte.bang || c === Byte.question) next = skipMarkup(bytes, i);
      else if (!readTag(bytes, i, tag)) next = -1;
      else if (tag.name === Name.c && this.#isInRow && !tag.isClosing) next = this.#takeCell(bytes);
      else next = this.#takeTag(bytes);
      if (next < 0) return i;
      i = next;
      if (this.cells.isFull) {
        this.isBlocked = true;
        return i;
      }
    }
    return i;
  }

  #takeTag(bytes: Buffer): number {
    const tag = this.#tag;
    if (tag.name === Name.sheetData) {
      this.#hasData = true;
      this.isComplete = tag.isClosing || tag.isEmpty;
    } else if (tag.name === Name.row && this.#hasData) {
      if (tag.isClosing) this.#endRow();
      else this.#startRow(bytes);
    }
    return tag.next;
  }

  #startRow(bytes: Buffer): void {
    const tag = this.#tag;
    if (this.#isInRow) throw new PartError("has a row inside a row");
    this.#hasRowNumber = tag.rEnd > tag.r;
    this.#setRow(this.#hasRowNumber ? wholeNumber(bytes, tag.r, tag.rEnd) : this.#row + 1);
    this.#isInRow = !tag.isEmpty;
    this.#nextColumn = 0;
  }

  #endRow(): void {
    this.#isInRow = false;
    this.cells.endRow(this.#row);
  }

  #setRow(row: number): void {
    if (row < 1) throw new PartError("has a row whose number is none");
    if (row > this.#limits.rows) throw tooMuch(`has a row ${row}, and ${this.#limits.rows} are allowed`);
    this.#row = row;
  }

  /** False when the general way has to see to the cell. */
  #takePlain(bytes: Buffer): boolean {
    const { column, style, type, isEmpty, value } = this.#plain;
    if (column >= this.#limits.columns || !this.#hasRowNumber) return false;
    const slot = this.#slots ? (this.#slots[column] as number) : column;
    if (slot >= this.cells.columns.length) return false;
    if (type === PlainType.text && this.#plain.end - this.#plain.start > this.#limits.textBytes) return false;
    this.#count(column);
    if (isEmpty) return true;
    if (type === PlainType.shared) this.values.setShared(slot, value);
    else if (type === PlainType.text) this.values.setPlainText(slot, this.#plain, bytes);
    else this.values.setNumber(slot, value, style);
    return true;
  }

  #takeCell(bytes: Buffer): number {
    const cell = this.#cell;
    const next = cell.read(bytes, this.#tag);
    if (next < 0) return -1;
    const column = cell.column < 0 ? this.#nextColumn : cell.column;
    if (column >= this.#limits.columns) {
      throw tooMuch(`has a cell in column ${column + 1}, and ${this.#limits.columns} are allowed`);
    }
    if (!this.#hasRowNumber && cell.row >= 0) {
      // A row that does not say which it is may have cells that do.
      this.#setRow(cell.row);
      this.#hasRowNumber = true;
    }
    const slot = this.#slots ? (this.#slots[column] as number) : column;
    if (slot >= this.cells.columns.length && !this.#tag.isEmpty && !this.cells.widen(slot + 1)) {
      this.isBlocked = true;
      return -1;
    }
    this.#count(column);
    if (!this.#tag.isEmpty) this.values.set(slot, cell, bytes);
    return next;
  }

  #count(column: number): void {
    this.#nextColumn = column + 1;
    if (++this.#cellCount > this.#limits.cells) throw tooMuch(`has more than ${this.#limits.cells} cells`);
  }
}

function slotsOf(columns: readonly number[], count: number): Int32Array {
  const slots = new Int32Array(count).fill(-1);
  columns.forEach((column, slot) => {
    slots[column] = slot;
  });
  return slots;
}
