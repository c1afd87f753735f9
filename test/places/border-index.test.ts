import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { indexBorders, type Region } from "../../src/places/border-index.ts";
import { bruteForce, regionsOf } from "./atlas.ts";

const square = (west: number, south: number, size: number) => [
  [west, south],
  [west + size, south],
  [west + size, south + size],
  [west, south + size],
  [west, south],
];

/** A land with a lake, a realm on an island in the lake, and a second part of the land far off. */
const world: Region[] = [
  { name: "land", rings: [square(10, 10, 9), square(12, 12, 5), square(40, -20, 1)] },
  { name: "realm", rings: [square(14, 14, 1)] },
  { name: "neighbour", rings: [square(19, 10, 9)] },
];

describe("holes, islands and parts", () => {
  const index = indexBorders(world, 1);
  test.each([
    ["in the land", 11, 11, "land"],
    ["in the lake", 13, 13, null],
    ["on the island", 14.5, 14.5, "realm"],
    ["on the land's second part", -19.5, 40.5, "land"],
    ["across the border", 15, 20, "neighbour"],
    ["between the parts", -5, 30, null],
    ["at the height of a corner, west of it", 12, 11, "land"],
    ["at the height of a corner, in open water", 10, 5, null],
  ])("%s", (_, latitude, longitude, name) => {
    expect(index.regionAt(latitude, longitude)).toBe(name);
  });

  test.each([
    ["900 m off the coast", 9.9919, 12, "land"],
    ["1.1 km off the coast", 9.9901, 12, null],
    ["900 m into the lake", 12.0081, 14.5, "land"],
    ["1.1 km into the lake", 12.0099, 14.5, null],
    ["900 m off a corner, which is 1.3 km", 9.9919, 9.9919, null],
    ["900 m before the border", 15, 18.9916, null],
    ["900 m beyond the border", 15, 19.0084, null],
    ["1.1 km before the border", 15, 18.9897, "land"],
    ["1.1 km beyond the border", 15, 19.0103, "neighbour"],
  ])("the margin, %s", (_, latitude, longitude, name) => {
    expect(index.regionAt(latitude, longitude)).toBe(name);
  });

  test("the margin reaches into the next cell where meridians are close together", () => {
    const arctic = indexBorders([{ name: "north", rings: [square(18.09, 69.5, 1)] }], 1);
    expect(arctic.regionAt(70, 19.115)).toBe("north");
    expect(arctic.regionAt(70, 19.118)).toBeNull();
  });

  test("a ring that ends beside its beginning is a ring", () => {
    const open = [...square(10, 10, 9).slice(0, -1), [10, 11]];
    const index = indexBorders([{ name: "land", rings: [open] }], 1);
    expect([10.5, 12].map((latitude) => index.regionAt(latitude, 15))).toEqual(["land", "land"]);
    expect([10.5, 12].map((latitude) => index.regionAt(latitude, 5))).toEqual([null, null]);
  });

  test("asking twice, in any order, changes nothing", () => {
    const points = [
      [11, 11],
      [13, 13],
      [12.99, 13.01],
      [11.01, 11.02],
      [-60, 0],
      [80, 0],
    ] as const;
    const ask = () => points.map(([y, x]) => index.regionAt(y, x));
    const first = ask();
    expect(first).toEqual(["land", null, null, "land", null, null]);
    expect(ask()).toEqual(first);
  });

  test("no region at all", () => {
    expect(indexBorders([], 1).regionAt(0, 0)).toBeNull();
  });
});

describe("an index answers what every edge answers", () => {
  // The reference measures on a sphere, the index on a plane: they may part within 0.1 % of the margin.
  const agrees = (regions: Region[], km: number) => {
    const index = indexBorders(regions, km);
    const corners = regions.flatMap(({ rings }) => rings.flat());
    const offset = fc.double({ min: -0.03, max: 0.03, noNaN: true });
    const nearCorner = fc
      .tuple(fc.nat(corners.length - 1), offset, offset)
      .map(([i, dx, dy]) => [(corners[i]?.[0] ?? 0) + dx, (corners[i]?.[1] ?? 0) + dy] as const);
    const anywhere = fc.tuple(
      fc.double({ min: -180, max: 180, noNaN: true }),
      fc.double({ min: -25, max: 75, noNaN: true }),
    );
    const property = fc.property(fc.oneof({ weight: 4, arbitrary: nearCorner }, anywhere), ([x, y]) => {
      const allowed = [0.999, 1.001].map((slack) => bruteForce(regions, km * slack, y, x));
      expect(allowed).toContain(index.regionAt(y, x));
    });
    return property;
  };

  test("in the made-up world", () => {
    fc.assert(agrees(world, 1), { numRuns: 2000 });
  });

  test("in the United States", () => {
    fc.assert(agrees(regionsOf("counties-10m.json"), 0.75), { numRuns: 400 });
  });
});
