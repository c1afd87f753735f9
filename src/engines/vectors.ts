import { createRequire } from "node:module";
import type { Vector } from "@duckdb/node-bindings";
import { type DataChunk, type DuckDBAppender, DuckDBDataChunk, type DuckDBType } from "./node-api.ts";

const bindings: typeof import("@duckdb/node-bindings") = createRequire(import.meta.url)(
  "@duckdb/node-bindings",
);

/** The engine's string: its length and up to twelve bytes of text; a longer text stands elsewhere. */
const STRING_BYTES = 16;
const WORDS = STRING_BYTES / 4;
const MOST_INLINE = STRING_BYTES - 4;

/** Bits for up to 2048 rows, set where there is a value. */
export class Validity {
  readonly bits = new Uint8Array(2048 / 8);
  hasNulls = false;

  clear(): void {
    this.bits.fill(0xff);
    this.hasNulls = false;
  }

  setNull(row: number): void {
    this.bits[row >> 3] = (this.bits[row >> 3] as number) & ~(1 << (row & 7));
    this.hasNulls = true;
  }
}

/** Texts by number, laid out as the engine's strings: a cell then costs four words and no call. */
export class PackedTexts {
  readonly #bytes: Uint8Array;
  readonly #starts: Uint32Array;
  readonly #words: Uint32Array;

  /** The n-th text is `bytes` from `starts[n]` up to `starts[n + 1]`. */
  constructor({ bytes, starts, count }: { bytes: Uint8Array; starts: Uint32Array; count: number }) {
    this.#bytes = bytes;
    this.#starts = starts;
    this.#words = new Uint32Array(count * WORDS);
    const packed = new Uint8Array(this.#words.buffer);
    for (let i = 0; i < count; i++) {
      const start = starts[i] as number;
      const length = (starts[i + 1] as number) - start;
      this.#words[i * WORDS] = length;
      const to = i * STRING_BYTES + 4 - start;
      if (length <= MOST_INLINE)
        for (let k = start; k < start + length; k++) packed[to + k] = bytes[k] as number;
    }
  }

  /** Writes the text into `target`; false for one that is too long for that. */
  copy(index: number, target: Uint32Array, row: number): boolean {
    const from = index * WORDS;
    const to = row * WORDS;
    const length = this.#words[from] as number;
    if (length > MOST_INLINE) return false;
    target[to] = length;
    target[to + 1] = this.#words[from + 1] as number;
    target[to + 2] = this.#words[from + 2] as number;
    target[to + 3] = this.#words[from + 3] as number;
    return true;
  }

  bytesOf(index: number): Uint8Array {
    return this.#bytes.subarray(this.#starts[index], this.#starts[index + 1]);
  }
}

/** A batch of rows on its way into a table. Columns are copied whole: a value for each cell would cost more. */
export class ChunkWriter {
  readonly #chunk: DataChunk;
  #vectors: Vector[] = [];
  readonly #words = new Uint32Array(2048 * WORDS);
  readonly #long: { row: number; text: Uint8Array | string }[] = [];

  constructor(types: readonly DuckDBType[]) {
    this.#chunk = DuckDBDataChunk.create(types);
  }

  start(rows: number): void {
    this.#chunk.reset();
    this.#chunk.rowCount = rows;
    this.#vectors = Array.from({ length: this.#chunk.columnCount }, (_, i) =>
      bindings.data_chunk_get_vector(this.#chunk.chunk, i),
    );
  }

  /** `data` is as the engine holds the column's type. */
  setData(column: number, data: Float64Array | Int32Array | Uint32Array | Uint8Array, nulls: Validity): void {
    const vector = this.#vectors[column] as Vector;
    bindings.copy_data_to_vector(vector, 0, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
    if (!nulls.hasNulls) return;
    bindings.vector_ensure_validity_writable(vector);
    bindings.copy_data_to_vector_validity(vector, 0, nulls.bits.buffer, 0, nulls.bits.byteLength);
  }

  /** Texts are first set row by row, each row once, and then taken over. */
  setPackedText(row: number, texts: PackedTexts, index: number): void {
    if (texts.copy(index, this.#words, row)) return;
    this.#long.push({ row, text: texts.bytesOf(index) });
    this.#words.fill(0, row * WORDS, row * WORDS + WORDS);
  }

  setText(row: number, text: string): void {
    this.#long.push({ row, text });
    this.#words.fill(0, row * WORDS, row * WORDS + WORDS);
  }

  setNoText(row: number): void {
    this.#words.fill(0, row * WORDS, row * WORDS + WORDS);
  }

  takeTexts(column: number, rows: number, nulls: Validity): void {
    this.setData(column, this.#words.subarray(0, rows * WORDS), nulls);
    const vector = this.#vectors[column] as Vector;
    for (const { row, text } of this.#long) {
      if (typeof text === "string") bindings.vector_assign_string_element(vector, row, text);
      else bindings.vector_assign_string_element_len(vector, row, text);
    }
    this.#long.length = 0;
  }

  appendTo(appender: DuckDBAppender): void {
    appender.appendDataChunk(this.#chunk);
  }
}
