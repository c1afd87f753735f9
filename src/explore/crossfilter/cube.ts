import { usage } from "../../errors.ts";
import type { DimensionId } from "../dimensions.ts";
import type { Look, LookGrain } from "../look.ts";
import { type Bins, isRange } from "./bins.ts";
import { isShown } from "./counts.ts";
import { failsOf } from "./filters.ts";
import { type Counted, type Move, type Reads, tallyByCard, tallyByOwner } from "./tally.ts";

/** The head of a cube: what the tables after it are, in their order. */
export interface CubeLayout {
  readonly grain: LookGrain;
  /** The dimension that is brushed. */
  readonly active: DimensionId;
  /** Of `active`; each table has a row for each. */
  readonly bins: number;
  /** For which the counts hold; any where there is none. */
  readonly move?: Move;
  readonly tables: readonly {
    readonly of: Counted;
    /** Counts in a row: bars and, last, missing; 1 for a total. */
    readonly stride: number;
    readonly reads: Reads;
  }[];
}

/**
 * Counts by bin of the brushed dimension and bar of each other one, under the filters of all others: whatever the
 * brush, the counts are sums over these, and nothing is asked while it moves.
 */
export interface Cube {
  readonly layout: CubeLayout;
  /** In the order of `layout.tables`: `bins` rows of `stride` counts. */
  readonly tables: readonly Uint32Array[];
}

export function cubeOf(
  bins: Bins,
  { grain, filters }: Pick<Look, "grain" | "filters">,
  active: DimensionId,
  move?: Move,
): Cube {
  const brushed = bins.columns.find(({ id }) => id === active);
  if (brushed === undefined || !isRange(brushed))
    throw usage(`${active} has no range to brush`, "brush a number or a month");
  const rows = brushed.fineCount + 1;
  const fails = failsOf(bins, filters, active);
  const columns = bins.columns.filter((column) => column.id !== active && isShown(column));
  if (move !== undefined) checkMove(active, move, brushed.fineCount);
  const isFixed = brushed.owner === "card";
  if (isFixed && move === undefined)
    throw usage(`${active}: how the brush moves is not said`, "say its anchor or its width, in bins");
  const tallies =
    isFixed && move !== undefined
      ? tallyByCard(bins, grain, fails, columns, brushed, move)
      : tallyByOwner(bins, grain, fails, columns, brushed.fine, rows);
  return {
    layout: {
      grain,
      active,
      bins: brushed.fineCount,
      ...(isFixed && move !== undefined && { move }),
      tables: tallies.map(({ of, stride, reads }) => ({ of, stride, reads })),
    },
    // the last row is of missing values, which no brush reaches
    tables: tallies.map(({ counts, stride }) => counts.subarray(0, brushed.fineCount * stride)),
  };
}

function checkMove(active: DimensionId, move: Move, bins: number): void {
  const [name, value, least] = "anchor" in move ? ["anchor", move.anchor, 0] : ["width", move.width, 1];
  if (!Number.isInteger(value) || value < least || value > bins)
    throw usage(`${active}: no such ${name}: ${value}`, `a whole number from ${least} to ${bins}`);
}

/**
 * A cube as the body of an answer: the length of the layout in bytes, the layout as JSON, padded to whole words, and
 * the counts, all words 32 bits of the machine's order, which is the browser's too (little-endian).
 */
export function encodeCube({ layout, tables }: Cube): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(JSON.stringify(layout));
  const begin = 4 + Math.ceil(head.length / 4) * 4;
  const body = new ArrayBuffer(begin + tables.reduce((length, table) => length + table.byteLength, 0));
  new Uint32Array(body, 0, 1)[0] = head.length;
  new Uint8Array(body, 4).set(head);
  let at = begin;
  for (const table of tables) {
    new Uint32Array(body, at, table.length).set(table);
    at += table.byteLength;
  }
  return new Uint8Array(body);
}
