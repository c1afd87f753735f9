import type { CubeLayout } from "../../../src/explore/crossfilter/cube.ts";
import type { DimensionId } from "../../../src/explore/dimensions.ts";

/** The counts under a brush: bars of each dimension but the brushed one, and the totals. */
export interface BrushCounts {
  readonly customers: number;
  readonly cards: number;
  readonly dimensions: ReadonlyMap<DimensionId, { readonly counts: Uint32Array; readonly missing: number }>;
}

type Table = CubeLayout["tables"][number];

/** Follows a brush without asking the server: the counts are differences of sums made once, when the brush begins. */
export class BrushCube {
  readonly layout: CubeLayout;
  /** By table, the sums of all rows before a row: one row more than there are bins. */
  readonly #sums: readonly Uint32Array[];

  private constructor(layout: CubeLayout, sums: readonly Uint32Array[]) {
    this.layout = layout;
    this.#sums = sums;
  }

  /** Reads the body of an answer; src/explore/crossfilter/cube.ts says how it is written. */
  static decode(body: ArrayBuffer): BrushCube {
    const [length = 0] = new Uint32Array(body, 0, 1);
    const layout: CubeLayout = JSON.parse(new TextDecoder().decode(new Uint8Array(body, 4, length)));
    let at = 4 + Math.ceil(length / 4) * 4;
    const sums = layout.tables.map(({ stride }) => {
      const rows = new Uint32Array(body, at, layout.bins * stride);
      at += rows.byteLength;
      return sumsOf(rows, stride);
    });
    return new BrushCube(layout, sums);
  }

  /** Whether a brush over these bins can be counted: one bound or the width must be as it was when it began. */
  holds(lo: number, hi: number): boolean {
    const { bins, move } = this.layout;
    if (lo < 0 || lo >= hi || hi > bins) return false;
    if (move === undefined) return true;
    return "anchor" in move ? lo === move.anchor || hi === move.anchor : hi - lo === move.width;
  }

  /** The counts under a brush from bin lo (included) to hi (excluded). Throws RangeError where it does not hold. */
  countsFor(lo: number, hi: number): BrushCounts {
    if (!this.holds(lo, hi)) throw new RangeError(`not counted: bins ${lo} to ${hi}`);
    let [customers, cards] = [0, 0];
    const dimensions = new Map<DimensionId, { counts: Uint32Array; missing: number }>();
    this.layout.tables.forEach((table, i) => {
      const row = rowOf(table, this.#sums[i]!, lo, hi);
      if (table.of === "customers") customers = row[0]!;
      else if (table.of === "cards") cards = row[0]!;
      else {
        const bars = table.stride - 1;
        dimensions.set(table.of, { counts: row.subarray(0, bars), missing: row[bars]! });
      }
    });
    return { customers, cards, dimensions };
  }
}

function rowOf({ stride, reads }: Table, sums: Uint32Array, lo: number, hi: number): Uint32Array {
  if (reads === "upTo") return sums.subarray((lo + 1) * stride, (lo + 2) * stride);
  const row = new Uint32Array(stride);
  for (let i = 0; i < stride; i++) row[i] = sums[hi * stride + i]! - sums[lo * stride + i]!;
  return row;
}

/** Sums wrap as the differences do, modulo 2 ** 32. */
function sumsOf(rows: Uint32Array, stride: number): Uint32Array {
  const sums = new Uint32Array(rows.length + stride);
  for (let i = 0; i < rows.length; i++) sums[stride + i] = sums[i]! + rows[i]!;
  return sums;
}
