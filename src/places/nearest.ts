import { EARTH_RADIUS_KM, isCoordinate, KM_PER_DEGREE, radians } from "./distance.ts";
import { type Place, readPlaces } from "./gazetteer.ts";

/** Farther away, a name says nothing about where a customer lives. */
export const NEAREST_PLACE_KM = 50;

export interface PlaceIndex {
  /** "La Verne, CA": a label for the point, not the city of an address; null when no place is near. */
  nearest(latitude: number, longitude: number): string | null;
}

let loaded: PlaceIndex | undefined;

/** Reads the places on the first call. */
export function loadPlaces(): PlaceIndex {
  loaded ??= indexPlaces(readPlaces(), NEAREST_PLACE_KM);
  return loaded;
}

/** Degrees. */
const CELL = 0.25;
const COLUMNS = 360 / CELL;

/** A point on the unit sphere: nearest is the largest dot product, at the poles and the antimeridian too. */
const unit = (latitude: number, longitude: number): readonly [number, number, number] => {
  const [y, x] = [radians(latitude), radians(longitude)];
  return [Math.cos(y) * Math.cos(x), Math.cos(y) * Math.sin(x), Math.sin(y)];
};

export function indexPlaces(places: readonly Place[], limitKm: number): PlaceIndex {
  const rowOf = (latitude: number) => Math.floor((latitude + 90) / CELL);
  const columnOf = (longitude: number) => Math.floor((longitude + 180) / CELL);
  const cells = new Map<number, { place: Place; at: ReturnType<typeof unit> }[]>();
  for (const place of places) {
    const cell = rowOf(place.latitude) * COLUMNS + (columnOf(place.longitude) % COLUMNS);
    const entry = { place, at: unit(place.latitude, place.longitude) };
    const list = cells.get(cell);
    if (list === undefined) cells.set(cell, [entry]);
    else list.push(entry);
  }

  const reach = limitKm / KM_PER_DEGREE;
  const least = Math.cos(limitKm / EARTH_RADIUS_KM);
  const rowsAround = Math.ceil(reach / CELL);
  const find = (latitude: number, longitude: number): Place | undefined => {
    const [px, py, pz] = unit(latitude, longitude);
    // A degree of longitude is shortest at the edge of the reach that is nearest to a pole; over one, it is nothing.
    const edge = Math.abs(latitude) + reach;
    const narrowest = edge < 90 ? Math.cos(radians(edge)) : 0;
    const columnsAround = Math.min(COLUMNS / 2, Math.ceil(rowsAround / narrowest));
    let best: Place | undefined;
    let most = least;
    for (let ring = 0; ring <= columnsAround; ring++) {
      // Whatever lies in this ring or a wider one is at least so far away: the haversine formula, on the way over
      // the narrowest parallel, which is shorter than the parallel itself.
      if (ring > 1 && 1 - 2 * (narrowest * Math.sin(radians(((ring - 1) * CELL) / 2))) ** 2 < most) break;
      const rows = Math.min(ring, rowsAround);
      for (let down = -rows; down <= rows; down++) {
        const row = rowOf(latitude) + down;
        const stride = Math.abs(down) === ring ? 1 : 2 * ring;
        for (let right = -ring; right <= ring; right += stride) {
          const column = (columnOf(longitude) + right + COLUMNS) % COLUMNS;
          for (const { place, at } of cells.get(row * COLUMNS + column) ?? []) {
            const closeness = px * at[0] + py * at[1] + pz * at[2];
            if (closeness > most) [best, most] = [place, closeness];
          }
        }
      }
    }
    return best;
  };

  return {
    nearest(latitude, longitude) {
      const place = isCoordinate(latitude, longitude) ? find(latitude, longitude) : undefined;
      return place === undefined ? null : `${place.name}, ${place.state}`;
    },
  };
}
