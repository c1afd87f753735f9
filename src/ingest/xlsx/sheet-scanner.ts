import { Byte } from "./byte.ts";
import { CellKind, CellWriter } from "./cells.ts";
import { type DateSystem, daysOfIsoDate, daysSinceEpoch } from "./date-system.ts";
import type { WorkbookLimits } from "./limits.ts";
import { readNumber, spelled } from "./number.ts";
import { PartError, tooMuch } from "./part-error.ts";
import type { SharedStrings } from "./shared-strings.ts";
import { Name, readTag, skipMarkup, Tag } from "./tag.ts";
import { readText, TextReader, textEnd } from "./text.ts";

/** What the cells of a sheet refer to. */
export interface SheetContext {
  strings: SharedStrings;
  /** Whether cell style `s` shows dates. */
  dateStyles: readonly boolean[];
  dateSystem: DateSystem;
  limits: WorkbookLimits;
}

const packedType = (name: string): number => [...name].reduce((sum, c) => (sum << 8) | c.charCodeAt(0), 0);

/** The attribute t of a cell, its last four bytes packed like an element name. */
const Type = {
  none: 0,
  number: packedType("n"),
  shared: packedType("s"),
  boolean: packedType("b"),
  error: packedType("e"),
  date: packedType("d"),
} as const;

const truth = new Set(["1", "true"]);
const untruth = new Set(["0", "false"]);

/**
 * Turns the XML of a sheet into cells. It works on bytes and is told of them window by window; an element that the
 * window cuts is left for the next one, so that only complete cells and row tags change anything.
 */
export class SheetScanner {
  readonly cells: CellWriter;
  formulasWithoutValue = 0;
  isComplete = false;
  /** The batch has to go before scanning can go on. */
  isBlocked = false;
  readonly #context: SheetContext;
  readonly #slots: Int32Array | undefined;
  readonly #tag = new Tag();
  readonly #inner = new Tag();
  readonly #text: TextReader;
  #hasData = false;
  #isInRow = false;
  #row = 0;
  #hasRowNumber = false;
  #column = 0;
  #cellCount = 0;

  /** `columns`: the wanted ones in the order of the batch; all of them when it is left out. */
  constructor(context: SheetContext, columns: readonly number[] | undefined, maxRows: number) {
    this.#context = context;
    this.#text = new TextReader(context.limits.textBytes);
    this.cells = new CellWriter(columns?.length ?? 0, maxRows);
    if (columns) {
      this.#slots = new Int32Array(context.limits.columns).fill(-1);
      columns.forEach((column, slot) => {
        if (this.#slots) this.#slots[column] = slot;
      });
    }
  }

  /** Scans until the bytes end or a batch is ready; gives the byte to go on from. */
  scan(bytes: Buffer, from: number): number {
    const tag = this.#tag;
    let i = from;
    this.isBlocked = false;
    while (!this.isComplete) {
      let c = bytes[i] as number;
      while (c !== Byte.less) {
        if (c === Byte.end) return i;
        c = bytes[++i] as number;
      }
      c = bytes[i + 1] as number;
      if (c === Byte.bang || c === Byte.question) {
        const next = skipMarkup(bytes, i);
        if (next < 0) return i;
        i = next;
        continue;
      }
      if (!readTag(bytes, i, tag)) return i;
      if (tag.name === Name.c && this.#isInRow && !tag.isClosing) {
        const next = this.#readCell(bytes);
        if (next < 0) return i;
        i = next;
      } else {
        i = tag.next;
        if (tag.name === Name.row && this.#hasData) {
          if (tag.isClosing || tag.isEmpty) this.#isInRow = false;
          if (!tag.isClosing) this.#startRow(bytes);
          if (tag.isClosing) this.cells.endRow(this.#row);
          if (this.cells.isFull) {
            this.isBlocked = true;
            return i;
          }
        } else if (tag.name === Name.sheetData) {
          this.#hasData = true;
          this.isComplete = tag.isClosing || tag.isEmpty;
        }
      }
    }
    return i;
  }

  #startRow(bytes: Buffer): void {
    const tag = this.#tag;
    if (this.#isInRow) throw new PartError(`has a row inside row ${this.#row}`);
    this.#hasRowNumber = tag.rEnd > tag.r;
    this.#row = this.#hasRowNumber ? wholeNumber(bytes, tag.r, tag.rEnd) : this.#row + 1;
    this.#checkRow();
    this.#isInRow = !tag.isEmpty;
    this.#column = 0;
  }

  #checkRow(): void {
    const { rows } = this.#context.limits;
    if (!(this.#row >= 1)) throw new PartError("has a row without a usable number");
    if (this.#row > rows) throw tooMuch(`has a row ${this.#row}, and a sheet may have ${rows}`);
  }

  /** `#tag` is the opening tag. Gives the byte after the cell, or -1. */
  #readCell(bytes: Buffer): number {
    const tag = this.#tag;
    const column = tag.rEnd > tag.r ? this.#readReference(bytes, tag.r, tag.rEnd) : this.#column;
    if (column >= this.#context.limits.columns) {
      throw tooMuch(
        `has a cell in column ${column + 1} of row ${this.#row}, and a sheet may have ${this.#context.limits.columns}`,
      );
    }
    let slot = column;
    if (this.#slots) slot = this.#slots[column] as number;
    let next = tag.next;
    if (!tag.isEmpty) {
      if (slot >= this.cells.columns.length && !this.cells.widen(slot + 1)) {
        this.isBlocked = true;
        return -1;
      }
      next = this.#readContent(bytes, slot);
      if (next < 0) return -1;
    }
    this.#column = column + 1;
    if (++this.#cellCount > this.#context.limits.cells) {
      throw tooMuch(`has more than ${this.#context.limits.cells} cells`);
    }
    return next;
  }

  #readContent(bytes: Buffer, slot: number): number {
    let i = this.#tag.next;
    let start = -1;
    let end = -1;
    let hasFormula = false;
    let hasInlineText = false;
    for (;;) {
      if (bytes[i] === Byte.less && bytes[i + 1] === Name.v && bytes[i + 2] === Byte.greater) {
        start = i + 3;
        end = textEnd(bytes, start);
        if (end < 0) return -1;
        i = end;
        // What nearly every cell ends in; the loop below would find the same.
        if (bytes[i + 2] === Name.v && bytes[i + 3] === Byte.greater && bytes[i + 4] === Byte.less) {
          i += 4;
          if (bytes[i + 1] === Byte.slash && bytes[i + 2] === Name.c && bytes[i + 3] === Byte.greater) {
            i += 4;
            break;
          }
        }
      }
      let c = bytes[i] as number;
      while (c !== Byte.less) {
        if (c === Byte.end) return -1;
        c = bytes[++i] as number;
      }
      c = bytes[i + 1] as number;
      if (c === Byte.bang || c === Byte.question) {
        i = skipMarkup(bytes, i);
        if (i < 0) return -1;
        continue;
      }
      const inner = this.#inner;
      if (!readTag(bytes, i, inner)) return -1;
      i = inner.next;
      if (inner.isClosing) {
        if (inner.name === Name.c) break;
        if (inner.name === Name.row) throw new PartError(`has a cell without an end in row ${this.#row}`);
        continue;
      }
      if (inner.name === Name.f) hasFormula = true;
      if (inner.isEmpty) continue;
      if (inner.name === Name.v || inner.name === Name.f) {
        const stop = textEnd(bytes, i);
        if (stop < 0) return -1;
        if (inner.name === Name.v) {
          start = i;
          end = stop;
        }
        i = stop;
      } else if (inner.name === Name.is) {
        i = this.#text.read(bytes, i, Name.is);
        if (i < 0) return -1;
        hasInlineText = true;
      }
    }
    if (hasInlineText && slot < 0 && !this.#text.isEmpty) this.cells.mark();
    else if (hasInlineText) this.#setText(slot, this.#text.text(bytes));
    else this.#setValue(bytes, slot, start, end, hasFormula);
    return i;
  }

  #setValue(bytes: Buffer, slot: number, start: number, end: number, hasFormula: boolean): void {
    const tag = this.#tag;
    let type: number = Type.none;
    for (let i = tag.t; i < tag.tEnd; i++) type = (type << 8) | (bytes[i] as number);
    const isNumber = type === Type.none || type === Type.number;
    if (end <= start) {
      // A text formula may well give "", while openpyxl writes an empty v beside every formula.
      if (hasFormula && (isNumber || start < 0)) this.#setFormula(slot);
      return;
    }
    if (slot < 0 && type !== Type.shared) {
      this.cells.mark();
      return;
    }
    if (isNumber) this.#setNumber(bytes, slot, readNumber(bytes, start, end), start, end);
    else if (type === Type.shared) this.#setShared(bytes, slot, start, end);
    else this.#setTyped(slot, type, readText(bytes, start, end));
  }

  #setNumber(bytes: Buffer, slot: number, value: number, start: number, end: number): void {
    if (Number.isNaN(value)) {
      const text = readText(bytes, start, end);
      const again = spelled(text);
      if (Number.isNaN(again)) {
        this.#setText(slot, text);
        return;
      }
      value = again;
    }
    const tag = this.#tag;
    const style = tag.sEnd > tag.s ? wholeNumber(bytes, tag.s, tag.sEnd) : 0;
    if (this.#context.dateStyles[style]) {
      const days = daysSinceEpoch(value, this.#context.dateSystem);
      if (!Number.isNaN(days)) {
        this.cells.setNumber(slot, CellKind.date, days);
        return;
      }
    }
    this.cells.setNumber(slot, CellKind.number, value);
  }

  #setShared(bytes: Buffer, slot: number, start: number, end: number): void {
    let index = wholeNumber(bytes, start, end);
    if (index < 0) index = spelled(readText(bytes, start, end));
    const { strings } = this.#context;
    if (!(index >= 0 && index < strings.count && Number.isInteger(index))) {
      throw new PartError(
        `refers in row ${this.#row} to a shared text that is not there: there are ${strings.count}`,
      );
    }
    if (strings.isEmpty(index)) return;
    if (slot < 0) this.cells.mark();
    else this.cells.setText(slot, CellKind.text, strings.get(index));
  }

  #setTyped(slot: number, type: number, text: string): void {
    const word = text.trim();
    const days = type === Type.date ? daysOfIsoDate(word) : Number.NaN;
    if (type === Type.error) this.cells.setText(slot, CellKind.error, text);
    else if (type === Type.boolean && truth.has(word)) this.cells.setNumber(slot, CellKind.boolean, 1);
    else if (type === Type.boolean && untruth.has(word)) this.cells.setNumber(slot, CellKind.boolean, 0);
    else if (Number.isNaN(days)) this.#setText(slot, text);
    else this.cells.setNumber(slot, CellKind.date, days);
  }

  #setText(slot: number, text: string): void {
    if (text === "") return;
    if (text.length > this.#context.limits.textBytes) {
      throw tooMuch(`has a text of more than ${this.#context.limits.textBytes} bytes in row ${this.#row}`);
    }
    if (slot < 0) this.cells.mark();
    else this.cells.setText(slot, CellKind.text, text);
  }

  #setFormula(slot: number): void {
    if (slot < 0) {
      this.cells.mark();
      return;
    }
    this.formulasWithoutValue++;
    this.cells.setFormula(slot);
  }

  /** The column of a reference such as AB12, counted from 0. */
  #readReference(bytes: Buffer, start: number, end: number): number {
    let column = 0;
    let i = start;
    for (; i < end; i++) {
      const letter = ((bytes[i] as number) | 0x20) - 0x60;
      if (letter < 1 || letter > 26) break;
      column = column * 26 + letter;
    }
    if (i === start) throw new PartError(`has a cell without a column in row ${this.#row}`);
    if (!this.#hasRowNumber) {
      // A row that does not say which it is may still have cells that do.
      this.#row = wholeNumber(bytes, i, end);
      this.#hasRowNumber = true;
      this.#checkRow();
    }
    return column - 1;
  }
}

/** A whole number of digits only, -1 for anything else. */
function wholeNumber(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const c = bytes[i] as number;
    if (c < Byte.zero || c > Byte.nine) return -1;
    value = value * 10 + (c - Byte.zero);
  }
  return end > start ? value : -1;
}
