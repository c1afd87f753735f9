import type { DuckDBEngine } from "../engines/duckdb.ts";
import {
  BOOLEAN,
  DATE,
  DOUBLE,
  type DuckDBAppender,
  DuckDBDataChunk,
  DuckDBDateValue,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  VARCHAR,
} from "../engines/node-api.ts";
import { raw } from "../sql/statement.ts";
import { cutCardNumber } from "./card-number.ts";
import { FORMULA_WITHOUT_VALUE } from "./missing.ts";
import type { Wanted } from "./source-table.ts";
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
    const chunk = DuckDBDataChunk.create([INTEGER, ...physical.map((t) => types[t])], batch.rows);
    chunk.setColumnValues(0, Array.from(batch.rowNumbers.subarray(0, batch.rows)));
    physical.forEach((type, i) => {
      const column = batch.columns[i];
      const values = Array.from({ length: batch.rows }, (_, row) =>
        cellValue(column, row, type, this.#wanted[i]),
      );
      chunk.setColumnValues(i + 1, values);
    });
    this.#appender?.appendDataChunk(chunk);
  }

  async close(): Promise<void> {
    if (this.#types === undefined) await this.#create(this.#wanted.map(() => "VARCHAR"));
    this.#appender?.closeSync();
    this.#appender = undefined;
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
    this.#appender = await this.#engine.connection.createAppender(this.#name);
  }

  async #create(physical: Physical[]): Promise<void> {
    const columns = physical.map((type, i) => `, ${this.#wanted[i]?.name} ${type}`).join("");
    await this.#engine.execute(raw(`create or replace temp table ${this.#name} (row integer${columns})`));
    this.#types = physical;
    this.#appender = await this.#engine.connection.createAppender(this.#name);
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

function cellValue(
  column: CellColumn | undefined,
  row: number,
  type: Physical,
  wanted: Wanted | undefined,
): DuckDBValue {
  const kind = column?.kinds[row] ?? CellKind.empty;
  if (column === undefined || kind === CellKind.empty) return null;
  const n = column.numbers[row] ?? 0;
  if (type === "DOUBLE") return n;
  if (type === "DATE") return new DuckDBDateValue(Math.floor(n));
  if (type === "BOOLEAN") return n !== 0;
  // a spreadsheet keeps fifteen digits of a number: what has more has been rounded
  if (wanted?.cardNumber && kind === CellKind.number && n >= 1e15) return "0:";
  const text = textOfCell(column, row, kind, n);
  return wanted?.cardNumber ? cutCardNumber(text) : text;
}

function textOfCell(column: CellColumn, row: number, kind: number, n: number): string {
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
      return column.texts[row] ?? "";
  }
}
