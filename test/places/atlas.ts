import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import type { Position, Region } from "../../src/places/border-index.ts";
import { stateCode } from "../../src/places/states.ts";

export type AtlasFile = "counties-10m.json" | "states-10m.json";

export function regionsOf(file: AtlasFile): Region[] {
  const text = readFileSync(createRequire(import.meta.url).resolve(`us-atlas/${file}`), "utf8");
  const atlas: Topology<{ states: GeometryCollection }> = JSON.parse(text);
  return feature(atlas, atlas.objects.states).features.map(({ id, geometry }) => {
    const name = stateCode(String(id));
    if (name === null) throw new Error(`atlas has an unknown state: ${id}`);
    if (geometry.type === "Polygon") return { name, rings: geometry.coordinates };
    if (geometry.type === "MultiPolygon") return { name, rings: geometry.coordinates.flat() };
    throw new Error(`atlas has a state that is no polygon: ${geometry.type}`);
  });
}

/** What an index answers, found without one: every ring cast, every edge measured on the sphere. */
export function bruteForce(regions: readonly Region[], km: number, latitude: number, longitude: number) {
  const point = [longitude, latitude];
  const near = regions.filter(
    ({ rings }) =>
      rings.filter((ring) => holds(ring, point)).length % 2 === 1 ||
      rings.some((ring) => ring.some((end, i) => i > 0 && kmToEdge(point, ring[i - 1] ?? [], end) <= km)),
  );
  return near.length === 1 ? (near[0]?.name ?? null) : null;
}

function holds(ring: readonly Position[], [x = 0, y = 0]: Position): boolean {
  let winding = 0;
  ring.forEach(([x2 = 0, y2 = 0], i) => {
    if (i === 0) return;
    const [x1 = 0, y1 = 0] = ring[i - 1] ?? [];
    const side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1);
    if (y1 <= y && y2 > y && side > 0) winding++;
    if (y1 > y && y2 <= y && side < 0) winding--;
  });
  return winding !== 0;
}

/** Ternary search along the edge, by haversine: slow, and nothing like the index's formula. */
function kmToEdge(point: Position, from: Position, to: Position): number {
  const [x = 0, y = 0] = point;
  const [x1 = 0, y1 = 0] = from;
  const [x2 = 0, y2 = 0] = to;
  // Half a degree of longitude is over 10 km wherever these tests look.
  const apart = (a: number, b: number, at: number, far: number) =>
    at < Math.min(a, b) - far || at > Math.max(a, b) + far;
  if (apart(y1, y2, y, 0.1) || apart(x1, x2, x, 0.5)) return Number.POSITIVE_INFINITY;
  const at = (part: number) => haversine(y, x, y1 + part * (y2 - y1), x1 + part * (x2 - x1));
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const third = (high - low) / 3;
    if (at(low + third) < at(high - third)) high -= third;
    else low += third;
  }
  return at(low);
}

export function haversine(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const [a, b, dx] = [lat1, lat2, lon2 - lon1].map((degrees) => (degrees * Math.PI) / 180) as [
    number,
    number,
    number,
  ];
  const h = Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(dx / 2) ** 2;
  return 2 * 6371.0088 * Math.asin(Math.sqrt(h));
}
