import type { CellBatch } from "./cells.ts";

/** A batch on its way between threads: everything in one buffer, which changes hands instead of being copied. */
export interface BatchMessage {
  readonly rows: number;
  readonly columns: number;
  readonly texts: number;
  readonly buffer: ArrayBuffer;
}

/** In the order of their alignment: numbers, row numbers, starts of texts, kinds, bytes of texts. */
function places(rows: number, columns: number, texts: number) {
  const numbers = 0;
  const rowNumbers = numbers + columns * rows * 8;
  const starts = rowNumbers + rows * 4;
  const kinds = starts + (texts + 1) * 4;
  const bytes = kinds + columns * rows;
  return { numbers, rowNumbers, starts, kinds, bytes };
}

export function packBatch({ rows, rowNumbers, columns, texts }: CellBatch): BatchMessage {
  const { count } = texts;
  const at = places(rows, columns.length, count);
  const size = texts.starts[count] ?? 0;
  const buffer = new ArrayBuffer(at.bytes + size);
  columns.forEach(({ kinds, numbers }, i) => {
    new Float64Array(buffer, at.numbers + i * rows * 8, rows).set(numbers.subarray(0, rows));
    new Uint8Array(buffer, at.kinds + i * rows, rows).set(kinds.subarray(0, rows));
  });
  new Uint32Array(buffer, at.rowNumbers, rows).set(rowNumbers.subarray(0, rows));
  new Uint32Array(buffer, at.starts, count + 1).set(texts.starts.subarray(0, count + 1));
  new Uint8Array(buffer, at.bytes, size).set(texts.bytes.subarray(0, size));
  return { rows, columns: columns.length, texts: count, buffer };
}

export function unpackBatch({ rows, columns, texts, buffer }: BatchMessage): CellBatch {
  const at = places(rows, columns, texts);
  return {
    rows,
    rowNumbers: new Uint32Array(buffer, at.rowNumbers, rows),
    columns: Array.from({ length: columns }, (_, i) => ({
      kinds: new Uint8Array(buffer, at.kinds + i * rows, rows),
      numbers: new Float64Array(buffer, at.numbers + i * rows * 8, rows),
    })),
    texts: {
      count: texts,
      bytes: Buffer.from(buffer, at.bytes),
      starts: new Uint32Array(buffer, at.starts, texts + 1),
    },
  };
}
