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

/** Owner, and both ends, of one straight piece of border. */
type Edge = readonly [owner: number, x1: number, y1: number, x2: number, y2: number];

/** No ring may cross the antimeridian; a region on both sides of it has rings on both sides. */
export function indexBorders(regions: readonly Region[], marginKm: number): BorderIndex {
  const edges = regions.flatMap(({ rings }, owner) => rings.flatMap((ring) => edgesOf(ring, owner)));
  const south = edges.reduce((least, [, , y1]) => Math.min(least, y1), 90) - CELL;
  const north = edges.reduce((most, [, , y1]) => Math.max(most, y1), -90) + CELL;
  const columns = Math.ceil(360 / CELL) + 1;
  const rows = Math.max(0, Math.ceil((north - south) / CELL));
  const columnOf = (x: number) => Math.floor((x + 180) / CELL);
  const rowOf = (y: number) => Math.floor((y - south) / CELL);

  const inRow: Edge[][] = Array.from({ length: rows }, () => []);
  const near = new Map<number, Edge[]>();
  for (const edge of edges) {
    const [, x1, y1, x2, y2] = edge;
    for (let row = rowOf(Math.min(y1, y2)); row <= rowOf(Math.max(y1, y2)); row++) inRow[row]?.push(edge);

    const reachY = marginKm / KM_PER_DEGREE;
    const reachX = reachY / Math.cos(radians(Math.min(89, Math.max(Math.abs(y1), Math.abs(y2)) + reachY)));
    const last = columnOf(Math.max(x1, x2) + reachX);
    for (let row = rowOf(Math.min(y1, y2) - reachY); row <= rowOf(Math.max(y1, y2) + reachY); row++) {
      for (let column = columnOf(Math.min(x1, x2) - reachX); column <= last; column++) {
        const cell = row * columns + column;
        const list = near.get(cell);
        if (list === undefined) near.set(cell, [edge]);
        else list.push(edge);
      }
    }
  }

  const isInside = new Uint8Array(regions.length);
  const holderOf = (x: number, y: number): number => {
    isInside.fill(0);
    for (const [owner, x1, y1, x2, y2] of inRow[rowOf(y)] ?? []) {
      // Half open in y, so that a corner on the ray's height counts once.
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) {
        isInside[owner] = 1 - (isInside[owner] ?? 0);
      }
    }
    return isInside.indexOf(1);
  };

  /** Owner + 2 in cells without a border, found on the first visit; 0 before. */
  const settled = new Int16Array(rows * columns);
  const find = (x: number, y: number): number => {
    const row = rowOf(y);
    if (row < 0 || row >= rows) return NOBODY;
    const cell = row * columns + columnOf(x);
    const known = settled[cell] ?? 0;
    if (known !== 0) return known - 2;
    const borders = near.get(cell);
    const holder = holderOf(x, y);
    if (borders === undefined) settled[cell] = holder + 2;
    return borders === undefined ? holder : onlyOneWithin(marginKm, holder, borders, x, y);
  };

  return {
    regionAt: (latitude, longitude) =>
      isCoordinate(latitude, longitude) ? (regions[find(longitude, latitude)]?.name ?? null) : null,
  };
}

function edgesOf(ring: readonly Position[], owner: number): Edge[] {
  return ring.slice(1).map((end, i) => {
    const [x1 = Number.NaN, y1 = Number.NaN] = ring[i] ?? [];
    const [x2 = Number.NaN, y2 = Number.NaN] = end;
    return [owner, x1, y1, x2, y2];
  });
}

function onlyOneWithin(km: number, holder: number, edges: readonly Edge[], x: number, y: number): number {
  // Flat around the point: over a kilometre the Earth's curve is far below the polygons' own error.
  const shrink = Math.cos(radians(y));
  const reach = (km / KM_PER_DEGREE) ** 2;
  let only = holder;
  for (const [owner, x1, y1, x2, y2] of edges) {
    if (owner === only) continue;
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
}
