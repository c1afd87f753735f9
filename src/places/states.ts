import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { indexBorders, type Region } from "./border-index.ts";
import { stateCode } from "./state-codes.ts";

export { stateCode };

/**
 * Half the diagonal of a cell of coordinates with two decimals, in the south of the country, where it is
 * longest. A point nearer than this to two states could be in either; one this far off a coast is on it.
 */
export const BORDER_MARGIN_KM = 0.75;

/** Two-letter code of the US state, district or territory at a point; null outside and next to a border. */
export interface StateIndex {
  stateAt(latitude: number, longitude: number): string | null;
}

let loaded: StateIndex | undefined;

/** Reads the polygons on the first call. */
export function loadStates(): StateIndex {
  if (loaded === undefined) {
    const borders = indexBorders(readStates(), BORDER_MARGIN_KM);
    loaded = { stateAt: borders.regionAt };
  }
  return loaded;
}

type Atlas = Topology<{ states: GeometryCollection }>;

/** The counties file holds the states too, with finer borders than the states file. */
function readStates(): Region[] {
  const path = createRequire(import.meta.url).resolve("us-atlas/counties-10m.json");
  const atlas: Atlas = JSON.parse(readFileSync(path, "utf8"));
  return feature(atlas, atlas.objects.states).features.flatMap(({ id, geometry }) => {
    const name = stateCode(String(id));
    if (name === null) return [];
    if (geometry.type === "Polygon") return [{ name, rings: geometry.coordinates }];
    return geometry.type === "MultiPolygon" ? [{ name, rings: geometry.coordinates.flat() }] : [];
  });
}
