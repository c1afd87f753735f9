import type { DuckDBEngine } from "../engines/duckdb.ts";
import {
  BOOLEAN,
  DATE,
  DOUBLE,
  type DuckDBAppender,
  type DuckDBType,
  INTEGER,
  VARCHAR,
} from "../engines/node-api.ts";
import { ChunkWriter, PackedTexts, Validity } from "../engines/vectors.ts";
import { raw } from "../sql/statement.ts";
import { cutCardNumber } from "./card-number.ts";
import { FORMULA_WITHOUT_VALUE } from "./missing.ts";
import { createTable, type Wanted } from "./source-table.ts";
import { isText } from "./xlsx/cells.ts";
import { type Texts, textAt } from "./xlsx/text-pool.ts";
import { type CellBatch, type CellColumn, CellKind } from "./xlsx/workbook.ts";

type Physical = "DOUBLE" | "DATE" | "BOOLEAN" | "VARCHAR";
const types: Readonly<Record<Physical, DuckDBType>> = { DOUBLE, DATE, BOOLEAN, VARCHAR };

/**
 * Appends batches of cells to a new table. A column takes the type of its first cells; when others come, it
 * becomes text, so that a clean column never pays for text and no cell is bent into a type.
 */
export class RawTable {
  readonly #engine: DuckDBEngine;
  readonly #name: string;
  readonly #wanted: readonly Wanted[];
  #types: Physical[] | undefined;
  #appender: DuckDBAppender | undefined;
  #chunk: ChunkWriter | undefined;
  readonly #nulls = new Validity();
  readonly #days = new Int32Array(2048);
  readonly #truths = new Uint8Array(2048);

  constructor(engine: DuckDBEngine, name: string, wanted: readonly Wanted[]) {
    this.#engine = engine;
    this.#name = name;
    this.#wanted = wanted;
  }

  /** `columns` of the batch in the order of `wanted`. */
  async append(batch: CellBatch): Promise<void> {
    if (batch.rows === 0) return;
    await this.#prepare(batch);
    const physical = this.#types ?? [];
    this.#chunk ??= new ChunkWriter([INTEGER, ...physical.map((t) => types[t])]);
    const chunk = this.#chunk;
    chunk.start(batch.rows);
    this.#nulls.clear();
    chunk.setData(0, batch.rowNumbers.subarray(0, batch.rows), this.#nulls);
    const texts = new PackedTexts(batch.texts);
    physical.forEach((type, i) => {
      const column = batch.columns[i];
      if (column === undefined) throw new TypeError(`a batch without column ${i}`);
      this.#markNulls(column, batch.rows);
      if (type === "VARCHAR") this.#setTexts(chunk, i, batch, texts);
      else chunk.setData(i + 1, this.#typed(type, column, batch.rows), this.#nulls);
    });
    if (this.#appender !== undefined) chunk.appendTo(this.#appender);
  }

  async close(): Promise<void> {
    if (this.#types === undefined) await this.#create(this.#wanted.map(() => "VARCHAR"));
    this.#appender?.closeSync();
    this.#appender = undefined;
  }

  #markNulls({ kinds }: CellColumn, rows: number): void {
    this.#nulls.clear();
    for (let row = 0; row < rows; row++) if (kinds[row] === CellKind.empty) this.#nulls.setNull(row);
  }

  #typed(type: Physical, { numbers }: CellColumn, rows: number): Float64Array | Int32Array | Uint8Array {
    if (type === "DOUBLE") return numbers.subarray(0, rows);
    if (type === "DATE") {
      for (let row = 0; row < rows; row++) this.#days[row] = Math.floor(numbers[row] as number);
      return this.#days.subarray(0, rows);
    }
    // empty cells hold something old, and a truth has two values
    for (let row = 0; row < rows; row++) this.#truths[row] = numbers[row] === 0 ? 0 : 1;
    return this.#truths.subarray(0, rows);
  }

  #setTexts(chunk: ChunkWriter, i: number, { columns, rows, texts }: CellBatch, packed: PackedTexts): void {
    const { kinds, numbers } = columns[i] as CellColumn;
    const isCardNumber = this.#wanted[i]?.cardNumber === true;
    for (let row = 0; row < rows; row++) {
      const kind = kinds[row] as number;
      const n = numbers[row] as number;
      if (kind === CellKind.empty) chunk.setNoText(row);
      else if (isCardNumber) chunk.setText(row, cardNumber(kind, n, texts));
      else if (isText(kind)) chunk.setPackedText(row, packed, n);
      else chunk.setText(row, textOfCell(kind, n, texts));
    }
    chunk.takeTexts(i + 1, rows, this.#nulls);
  }

  async #prepare(batch: CellBatch): Promise<void> {
    const wanted = this.#wanted.map((w, i) =>
      w.cardNumber ? "VARCHAR" : typeOf(batch.columns[i], batch.rows),
    );
    if (this.#types === undefined) {
      await this.#create(wanted.map((type) => type ?? "VARCHAR"));
      return;
    }
    const current = this.#types;
    const mixed = current.flatMap((type, i) =>
      type !== "VARCHAR" && (wanted[i] ?? type) !== type ? [i] : [],
    );
    if (mixed.length === 0) return;
    this.#appender?.closeSync();
    for (const i of mixed) {
      const name = this.#wanted[i]?.name ?? "";
      await this.#engine.execute(
        raw(
          `alter table ${this.#name} alter column ${name} type varchar using ${textOf(name, current[i] ?? "VARCHAR")}`,
        ),
      );
      current[i] = "VARCHAR";
    }
    this.#chunk = undefined;
    this.#appender = await this.#open();
  }

  #open(): Promise<DuckDBAppender> {
    const [table = "", database] = this.#name.split(".").reverse();
    return this.#engine.connection.createAppender(table, database && "main", database);
  }

  async #create(physical: Physical[]): Promise<void> {
    const columns = physical.map((type, i) => `, ${this.#wanted[i]?.name} ${type}`).join("");
    await this.#engine.execute(raw(`${createTable(this.#name)} (row integer${columns})`));
    this.#types = physical;
    this.#appender = await this.#open();
  }
}

/** SQL that writes a typed column as a person would type it: 825, not 825.0. */
export function textOf(x: string, type: string): string {
  if (type === "VARCHAR") return x;
  if (type === "DATE") return `strftime(${x}, '%Y-%m-%d')`;
  if (type === "DOUBLE")
    return `case when ${x} = trunc(${x}) and abs(${x}) < 1e18 then cast(cast(${x} as bigint) as varchar) else cast(${x} as varchar) end`;
  return `cast(${x} as varchar)`;
}

const physicalOf: Readonly<Record<number, Physical>> = {
  [CellKind.number]: "DOUBLE",
  [CellKind.date]: "DATE",
  [CellKind.boolean]: "BOOLEAN",
};

/** The one type of all cells that hold something; undefined where none does. */
function typeOf(column: CellColumn | undefined, rows: number): Physical | undefined {
  let found: Physical | undefined;
  for (let row = 0; row < rows; row++) {
    const kind = column?.kinds[row] ?? CellKind.empty;
    if (kind === CellKind.empty) continue;
    const type = physicalOf[kind] ?? "VARCHAR";
    if (found !== undefined && found !== type) return "VARCHAR";
    found = type;
  }
  return found;
}

function cardNumber(kind: number, n: number, texts: Texts): string {
  // a spreadsheet keeps fifteen digits of a number: what has more has been rounded
  if (kind === CellKind.number && n >= 1e15) return "0:";
  return cutCardNumber(textOfCell(kind, n, texts));
}

function textOfCell(kind: number, n: number, texts: Texts): string {
  switch (kind) {
    case CellKind.number:
      return String(n);
    case CellKind.date:
      return new Date(Math.floor(n) * 86_400_000).toISOString().slice(0, 10);
    case CellKind.boolean:
      return n !== 0 ? "true" : "false";
    case CellKind.formula:
      return FORMULA_WITHOUT_VALUE;
    default:
      return textAt(texts, n);
  }
}
