import { type CellTag, Type } from "./cell-tag.ts";
import { CellKind, type CellWriter } from "./cells.ts";
import { type DateSystem, daysOfIsoDate, daysSinceEpoch } from "./date-system.ts";
import { readNumber, spelled } from "./number.ts";
import { PartError, tooMuch } from "./part-error.ts";
import type { PlainCell } from "./plain-cell.ts";
import type { SharedStrings } from "./shared-strings.ts";
import { readText } from "./text.ts";

/** What the cells of a sheet refer to. */
export interface SheetContext {
  strings: SharedStrings;
  /** Whether cell style `s` shows dates. */
  dateStyles: readonly boolean[];
  dateSystem: DateSystem;
}

const truth = new Set(["1", "true"]);
const untruth = new Set(["0", "false"]);

/** Gives cells their meaning. A slot below 0 is a column nobody asked for: what counts there is that it has something. */
export class CellValues {
  formulasWithoutValue = 0;
  readonly #context: SheetContext;
  readonly #cells: CellWriter;
  readonly #longestText: number;

  constructor(context: SheetContext, cells: CellWriter, longestText: number) {
    this.#context = context;
    this.#cells = cells;
    this.#longestText = longestText;
  }

  set(slot: number, cell: CellTag, bytes: Buffer): void {
    const { type, start, end } = cell;
    const isNumber = type === Type.none || type === Type.number;
    if (cell.isInline) {
      if (slot >= 0) this.#setText(slot, cell.inline.text(bytes));
      else if (!cell.inline.isEmpty) this.#cells.mark();
    } else if (start === end) {
      // A text formula may well give "", while openpyxl writes an empty v beside every formula.
      if (cell.hasFormula && (isNumber || !cell.hasValue)) this.#setFormula(slot);
    } else if (type === Type.shared) {
      this.setShared(slot, spelled(readText(bytes, start, end)));
    } else if (slot < 0) {
      this.#cells.mark();
    } else if (isNumber) {
      this.#setSpelled(slot, cell, bytes);
    } else {
      this.#setTyped(slot, type, readText(bytes, start, end));
    }
  }

  setNumber(slot: number, value: number, style: number): void {
    if (slot < 0) {
      this.#cells.mark();
      return;
    }
    if (this.#context.dateStyles[style]) {
      const days = daysSinceEpoch(value, this.#context.dateSystem);
      if (!Number.isNaN(days)) {
        this.#cells.setNumber(slot, CellKind.date, days);
        return;
      }
    }
    this.#cells.setNumber(slot, CellKind.number, value);
  }

  setShared(slot: number, index: number): void {
    const { strings } = this.#context;
    if (!(index >= 0 && index < strings.count && Number.isInteger(index))) {
      throw new PartError(`refers to a shared text that is not among the ${strings.count} of the workbook`);
    }
    if (strings.isEmpty(index)) return;
    if (slot < 0) this.#cells.mark();
    else this.#cells.setText(slot, CellKind.text, this.#cells.texts.addShared(strings, index));
  }

  /** A text that is written as it is meant. */
  setPlainText(slot: number, { start, end, hash }: PlainCell, bytes: Buffer): void {
    if (slot < 0) this.#cells.mark();
    else this.#cells.setText(slot, CellKind.text, this.#cells.texts.add(bytes, start, end, hash));
  }

  #setSpelled(slot: number, cell: CellTag, bytes: Buffer): void {
    let value = readNumber(bytes, cell.start, cell.end);
    if (Number.isNaN(value)) {
      const text = readText(bytes, cell.start, cell.end);
      value = spelled(text);
      if (Number.isNaN(value)) {
        this.#setText(slot, text);
        return;
      }
    }
    this.setNumber(slot, value, cell.style);
  }

  #setTyped(slot: number, type: number, text: string): void {
    const word = text.trim();
    const days = type === Type.date ? daysOfIsoDate(word) : Number.NaN;
    if (type === Type.error) this.#cells.setText(slot, CellKind.error, this.#cells.texts.addString(text));
    else if (type === Type.boolean && truth.has(word)) this.#cells.setNumber(slot, CellKind.boolean, 1);
    else if (type === Type.boolean && untruth.has(word)) this.#cells.setNumber(slot, CellKind.boolean, 0);
    else if (Number.isNaN(days)) this.#setText(slot, text);
    else this.#cells.setNumber(slot, CellKind.date, days);
  }

  #setText(slot: number, text: string): void {
    if (text.length > this.#longestText) throw tooMuch(`has a text of more than ${this.#longestText} bytes`);
    if (text !== "") this.#cells.setText(slot, CellKind.text, this.#cells.texts.addString(text));
  }

  #setFormula(slot: number): void {
    if (slot < 0) {
      this.#cells.mark();
      return;
    }
    this.formulasWithoutValue++;
    this.#cells.setFormula(slot);
  }
}
