import { isCoordinate, KM_PER_DEGREE, radians } from "./distance.ts";

/** Longitude, latitude. */
export type Position = readonly number[];

/** All rings of one region, closed or not. A point inside an odd number of them is in it, so holes need no marking. */
export interface Region {
  readonly name: string;
  readonly rings: readonly (readonly Position[])[];
}

export interface BorderIndex {
  /** The only region within the margin of the point; null when there is none, or more than one. */
  regionAt(latitude: number, longitude: number): string | null;
}

/**
 * Degrees. A row of latitudes holds some fifty pieces of border, and to look at each takes no longer than it took to file
 * them more finely. Most cells of a row hold no border, and one answer, which is kept.
 */
const CELL = 0.1;
/** What is known of a cell; above them, its owner. */
const UNKNOWN = 0;
const CROSSED = 1;
const WHOLE = 3;

/** No ring may cross the antimeridian; a region on both sides of it has rings on both sides. */
export function indexBorders(regions: readonly Region[], marginKm: number): BorderIndex {
  const edges = new Edges(regions);
  const { x1s, y1s, x2s, y2s, owners } = edges;
  const margin = marginKm / KM_PER_DEGREE;
  const south = edges.south - margin;
  const rowOf = (y: number) => Math.floor((y - south) / CELL);
  const columnOf = (x: number) => Math.floor((x + 180) / CELL);
  const rows = edges.count === 0 ? 0 : rowOf(edges.north + margin) + 1;
  const columns = columnOf(180) + 1;

  /** The pieces within the margin of a row. */
  const inRow = new Lists(rows);
  for (let edge = 0; edge < edges.count; edge++) {
    const y1 = y1s[edge] ?? 0;
    const y2 = y2s[edge] ?? 0;
    const last = rowOf(Math.max(y1, y2) + margin);
    for (let row = rowOf(Math.min(y1, y2) - margin); row <= last; row++) inRow.add(row, edge);
  }

  /** Whether a piece may be within the margin of a point of the cell. */
  const isCrossed = (row: number, column: number): boolean => {
    const low = south + row * CELL;
    const farthest = Math.min(89, Math.max(Math.abs(low), Math.abs(low + CELL)));
    const reach = margin / Math.cos(radians(farthest));
    const west = column * CELL - 180 - reach;
    const east = west + CELL + 2 * reach;
    for (let entry = inRow.first(row); entry !== NONE; entry = inRow.next(entry)) {
      const x1 = x1s[inRow.item(entry)] ?? 0;
      const x2 = x2s[inRow.item(entry)] ?? 0;
      if ((x1 >= west || x2 >= west) && (x1 <= east || x2 <= east)) return true;
    }
    return false;
  };

  const isInside = new Uint8Array(regions.length);
  const isNear = new Uint8Array(regions.length);
  const search = (x: number, y: number): number => {
    isInside.fill(0);
    isNear.fill(0);
    // Flat around the point: over a kilometre the Earth's curve is far below the polygons' own error.
    const shrink = Math.cos(radians(y));
    for (let entry = inRow.first(rowOf(y)); entry !== NONE; entry = inRow.next(entry)) {
      const edge = inRow.item(entry);
      const owner = owners[edge] ?? 0;
      const x1 = x1s[edge] ?? 0;
      const y1 = y1s[edge] ?? 0;
      const x2 = x2s[edge] ?? 0;
      const y2 = y2s[edge] ?? 0;
      // Half open in y, so that a corner on the ray's height counts once.
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1)
        isInside[owner] = 1 - (isInside[owner] ?? 0);
      const fromX = (x1 - x) * shrink;
      const toX = (x2 - x) * shrink;
      if ((fromX > margin && toX > margin) || (fromX < -margin && toX < -margin)) continue;
      const fromY = y1 - y;
      const alongX = toX - fromX;
      const alongY = y2 - y1;
      const length = alongX ** 2 + alongY ** 2;
      const part = length === 0 ? 0 : Math.min(1, Math.max(0, -(fromX * alongX + fromY * alongY) / length));
      if ((fromX + part * alongX) ** 2 + (fromY + part * alongY) ** 2 <= margin ** 2) isNear[owner] = 1;
    }
    const holder = isInside.indexOf(1);
    if (holder !== NOBODY) isNear[holder] = 1;
    const only = isNear.indexOf(1);
    return isNear.indexOf(1, only + 1) === -1 ? only : NOBODY;
  };

  const cells = new Int16Array(rows * columns);
  const find = (x: number, y: number): number => {
    const row = rowOf(y);
    if (row < 0 || row >= rows) return NOBODY;
    const column = columnOf(x);
    const cell = row * columns + column;
    if (cells[cell] === UNKNOWN) cells[cell] = isCrossed(row, column) ? CROSSED : search(x, y) + WHOLE;
    const known = cells[cell] ?? CROSSED;
    return known === CROSSED ? search(x, y) : known - WHOLE;
  };

  return {
    regionAt: (latitude, longitude) =>
      isCoordinate(latitude, longitude) ? (regions[find(longitude, latitude)]?.name ?? null) : null,
  };
}

const NOBODY = -1;

/** The straight pieces of all borders: both ends, and whose region they enclose. An object each would take ten times as long. */
class Edges {
  readonly count: number;
  readonly x1s: Float64Array;
  readonly y1s: Float64Array;
  readonly x2s: Float64Array;
  readonly y2s: Float64Array;
  readonly owners: Int16Array;
  south = 90;
  north = -90;

  constructor(regions: readonly Region[]) {
    this.count = regions.reduce((n, { rings }) => rings.reduce((m, ring) => m + ring.length, n), 0);
    const column = () => new Float64Array(this.count);
    [this.x1s, this.y1s, this.x2s, this.y2s] = [column(), column(), column(), column()];
    this.owners = new Int16Array(this.count);
    let edge = 0;
    regions.forEach(({ rings }, owner) => {
      for (const ring of rings) {
        // the last one to the first: the ring of Illinois ends 100 m from its beginning
        for (let i = 0; i < ring.length; i++) this.#set(edge++, owner, ring.at(i - 1) ?? [], ring[i] ?? []);
      }
    });
  }

  #set(edge: number, owner: number, from: Position, to: Position): void {
    const [x1 = Number.NaN, y1 = Number.NaN] = from;
    const [x2 = Number.NaN, y2 = Number.NaN] = to;
    this.x1s[edge] = x1;
    this.y1s[edge] = y1;
    this.x2s[edge] = x2;
    this.y2s[edge] = y2;
    this.owners[edge] = owner;
    this.south = Math.min(this.south, y1);
    this.north = Math.max(this.north, y1);
  }
}

const NONE = -1;

/** Many lists of numbers, most of them empty, linked through two arrays. What is added last comes first. */
class Lists {
  /** By list: entry + 1 of its first, so that arrays need no filling. */
  readonly #heads: Int32Array;
  #items = new Int32Array(1024);
  #nexts = new Int32Array(1024);
  #count = 0;

  constructor(lists: number) {
    this.#heads = new Int32Array(lists);
  }

  /** Nothing is added to a list that there is not. */
  add(list: number, item: number): void {
    if (this.#count === this.#items.length) {
      this.#items = doubled(this.#items);
      this.#nexts = doubled(this.#nexts);
    }
    this.#items[this.#count] = item;
    this.#nexts[this.#count] = this.first(list);
    this.#heads[list] = ++this.#count;
  }

  first = (list: number): number => (this.#heads[list] ?? 0) - 1;
  next = (entry: number): number => this.#nexts[entry] ?? NONE;
  item = (entry: number): number => this.#items[entry] ?? 0;
}

function doubled(from: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const to = new Int32Array(2 * from.length);
  to.set(from);
  return to;
}
