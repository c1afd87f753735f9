import { isCoordinate, KM_PER_DEGREE, radians } from "./distance.ts";

/** Longitude, latitude. */
export type Position = readonly number[];

/** All rings of one region. A point inside an odd number of them is in it, so holes need no marking. */
export interface Region {
  readonly name: string;
  readonly rings: readonly (readonly Position[])[];
}

export interface BorderIndex {
  /** The only region within the margin of the point; null when there is none, or more than one. */
  regionAt(latitude: number, longitude: number): string | null;
}

/** Degrees. About 30 x 17,000 cells cover the states' borders: most cells hold no border, and one answer. */
const CELL = 0.1;
const NOBODY = -1;

/** No ring may cross the antimeridian; a region on both sides of it has rings on both sides. */
export function indexBorders(regions: readonly Region[], marginKm: number): BorderIndex {
  const edges = new Edges(regions);
  const { x1s, y1s, x2s, y2s, owners } = edges;
  const south = edges.south - CELL;
  const columns = Math.ceil(360 / CELL) + 1;
  const rows = Math.max(0, Math.ceil((edges.north + CELL - south) / CELL));
  const columnOf = (x: number) => Math.floor((x + 180) / CELL);
  const rowOf = (y: number) => Math.floor((y - south) / CELL);

  const inRow = new Lists(rows);
  const near = new Lists(rows * columns);
  const reachY = marginKm / KM_PER_DEGREE;
  for (let edge = 0; edge < edges.count; edge++) {
    const [x1, y1, x2, y2] = [x1s[edge] ?? 0, y1s[edge] ?? 0, x2s[edge] ?? 0, y2s[edge] ?? 0];
    for (let row = rowOf(Math.min(y1, y2)); row <= rowOf(Math.max(y1, y2)); row++) inRow.add(row, edge);

    const reachX = reachY / Math.cos(radians(Math.min(89, Math.max(Math.abs(y1), Math.abs(y2)) + reachY)));
    const first = columnOf(Math.min(x1, x2) - reachX);
    const last = columnOf(Math.max(x1, x2) + reachX);
    for (let row = rowOf(Math.min(y1, y2) - reachY); row <= rowOf(Math.max(y1, y2) + reachY); row++)
      for (let column = first; column <= last; column++) near.add(row * columns + column, edge);
  }

  const isInside = new Uint8Array(regions.length);
  const holderOf = (x: number, y: number): number => {
    isInside.fill(0);
    for (let entry = inRow.first(rowOf(y)); entry !== NONE; entry = inRow.next(entry)) {
      const edge = inRow.item(entry);
      const [x1, y1, x2, y2] = [x1s[edge] ?? 0, y1s[edge] ?? 0, x2s[edge] ?? 0, y2s[edge] ?? 0];
      // Half open in y, so that a corner on the ray's height counts once.
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) {
        const owner = owners[edge] ?? 0;
        isInside[owner] = 1 - (isInside[owner] ?? 0);
      }
    }
    return isInside.indexOf(1);
  };

  const onlyOneNear = (holder: number, cell: number, x: number, y: number): number => {
    // Flat around the point: over a kilometre the Earth's curve is far below the polygons' own error.
    const shrink = Math.cos(radians(y));
    const reach = reachY ** 2;
    let only = holder;
    for (let entry = near.first(cell); entry !== NONE; entry = near.next(entry)) {
      const edge = near.item(entry);
      const owner = owners[edge] ?? 0;
      if (owner === only) continue;
      const [x1, y1, x2, y2] = [x1s[edge] ?? 0, y1s[edge] ?? 0, x2s[edge] ?? 0, y2s[edge] ?? 0];
      const fromX = (x1 - x) * shrink;
      const fromY = y1 - y;
      const alongX = (x2 - x1) * shrink;
      const alongY = y2 - y1;
      const length = alongX ** 2 + alongY ** 2;
      const part = length === 0 ? 0 : Math.min(1, Math.max(0, -(fromX * alongX + fromY * alongY) / length));
      if ((fromX + part * alongX) ** 2 + (fromY + part * alongY) ** 2 > reach) continue;
      if (only !== NOBODY) return NOBODY;
      only = owner;
    }
    return only;
  };

  /** Owner + 2 in cells without a border, found on the first visit; 0 before. */
  const settled = new Int16Array(rows * columns);
  const find = (x: number, y: number): number => {
    const row = rowOf(y);
    if (row < 0 || row >= rows) return NOBODY;
    const cell = row * columns + columnOf(x);
    const known = settled[cell] ?? 0;
    if (known !== 0) return known - 2;
    const holder = holderOf(x, y);
    if (near.first(cell) !== NONE) return onlyOneNear(holder, cell, x, y);
    settled[cell] = holder + 2;
    return holder;
  };

  return {
    regionAt: (latitude, longitude) =>
      isCoordinate(latitude, longitude) ? (regions[find(longitude, latitude)]?.name ?? null) : null,
  };
}

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
    this.count = regions.reduce(
      (n, { rings }) => rings.reduce((m, ring) => m + Math.max(0, ring.length - 1), n),
      0,
    );
    const column = () => new Float64Array(this.count);
    [this.x1s, this.y1s, this.x2s, this.y2s] = [column(), column(), column(), column()];
    this.owners = new Int16Array(this.count);
    let edge = 0;
    regions.forEach(({ rings }, owner) => {
      for (const ring of rings) {
        for (let i = 1; i < ring.length; i++) this.#set(edge++, owner, ring[i - 1] ?? [], ring[i] ?? []);
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
