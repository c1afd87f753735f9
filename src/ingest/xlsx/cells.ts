import { TextPool, type Texts, textAt } from "./text-pool.ts";

/** `formula`: a formula whose value was never stored, so that nothing is known of it. */
export const CellKind = { empty: 0, number: 1, date: 2, text: 3, boolean: 4, error: 5, formula: 6 } as const;

/** Kinds whose cells refer to a text. */
export const isText = (kind: number): boolean => kind === CellKind.text || kind === CellKind.error;

/** Cells of one column in a batch. `kinds[i]` says which of the others holds the value. */
export interface CellColumn {
  kinds: Uint8Array;
  /**
   * Numbers; booleans as 0 or 1; dates as days since 1970-01-01 with the time of day as a fraction; for texts, and
   * for the codes of errors such as #N/A, which of the batch's texts. Empty cells leave something old here.
   */
  numbers: Float64Array;
}

/**
 * Up to 2048 sheet rows that have at least one non-empty cell, be it in a wanted column or not. Reused between
 * callbacks: copy what you keep.
 */
export interface CellBatch {
  rows: number;
  /** The sheet row of each row, counted from 1. */
  rowNumbers: Uint32Array;
  columns: CellColumn[];
  texts: Texts;
}

const mostRows = 2048;
/** Wide sheets get shorter batches, or one cell in column XFD would cost half a gigabyte. */
const mostCells = mostRows * 256;
/** Long texts end a batch early, too. */
const mostTextBytes = 8 * 2 ** 20;

const rowsFor = (columns: number): number => {
  let rows = mostRows;
  while (rows * columns > mostCells) rows /= 2;
  return rows;
};

/** The batch being filled: rows before `row` are finished, row `row` is being read. */
export class CellWriter implements CellBatch {
  rows = 0;
  rowNumbers: Uint32Array = new Uint32Array(mostRows);
  columns: CellColumn[] = [];
  readonly texts: TextPool = new TextPool();
  #capacity = mostRows;
  #room: number;
  #isRowEmpty = true;

  /** `room`: rows that may still come. */
  constructor(columns: number, room: number) {
    this.#room = room;
    this.#capacity = rowsFor(columns);
    while (this.columns.length < columns) this.columns.push(newColumn(this.#capacity));
  }

  get isFull(): boolean {
    return (
      this.rows === this.#capacity ||
      this.rows === this.#room ||
      (this.texts.size > mostTextBytes && this.rows > 0)
    );
  }

  /** Makes room for a further column; false when the finished rows have to go first. */
  widen(columns: number): boolean {
    const capacity = rowsFor(columns);
    if (capacity < this.#capacity) {
      if (this.rows > 0) return false;
      this.#capacity = capacity;
      this.columns = this.columns.map((column) => ({
        kinds: column.kinds.slice(0, capacity),
        numbers: column.numbers.slice(0, capacity),
      }));
    }
    while (this.columns.length < columns) this.columns.push(newColumn(capacity));
    return true;
  }

  /** A cell with something in it in a column nobody asked for. */
  mark(): void {
    this.#isRowEmpty = false;
  }

  setNumber(column: number, kind: number, value: number): void {
    const cells = this.columns[column] as CellColumn;
    cells.kinds[this.rows] = kind;
    cells.numbers[this.rows] = value;
    this.#isRowEmpty = false;
  }

  /** `text`: its number among `texts`. */
  setText(column: number, kind: number, text: number): void {
    this.setNumber(column, kind, text);
  }

  setFormula(column: number): void {
    (this.columns[column] as CellColumn).kinds[this.rows] = CellKind.formula;
    this.#isRowEmpty = false;
  }

  endRow(rowNumber: number): void {
    if (!this.#isRowEmpty) this.rowNumbers[this.rows++] = rowNumber;
    this.#isRowEmpty = true;
  }

  /** Forgets the finished rows; what there is of an unfinished one becomes the first. */
  clear(): void {
    const begun = this.columns.map(({ kinds, numbers }) => {
      const kind = kinds[this.rows] ?? CellKind.empty;
      const text = isText(kind) ? textAt(this.texts, numbers[this.rows] as number) : undefined;
      return { kind, text };
    });
    this.texts.clear();
    this.columns.forEach(({ kinds, numbers }, i) => {
      const { kind, text } = begun[i] as (typeof begun)[number];
      if (kind !== CellKind.empty)
        numbers[0] = text === undefined ? (numbers[this.rows] as number) : this.texts.addString(text);
      kinds.fill(CellKind.empty);
      kinds[0] = kind;
    });
    this.#room -= this.rows;
    this.rows = 0;
  }
}

const newColumn = (rows: number): CellColumn => ({
  kinds: new Uint8Array(rows),
  numbers: new Float64Array(rows),
});
