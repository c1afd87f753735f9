import { describe, expect, test } from "vitest";
import { loadStates } from "../../src/places/states.ts";
import { regionsOf } from "./atlas.ts";

const capitals = `
  AL 32.377 -86.300, AK 58.302 -134.410, AZ 33.448 -112.097, AR 34.747 -92.289, CA 38.577 -121.494,
  CO 39.739 -104.985, CT 41.764 -72.682, DE 39.157 -75.520, FL 30.438 -84.281, GA 33.749 -84.388,
  HI 21.307 -157.857, ID 43.618 -116.200, IL 39.798 -89.655, IN 39.769 -86.163, IA 41.591 -93.604,
  KS 39.048 -95.678, KY 38.187 -84.875, LA 30.457 -91.187, ME 44.307 -69.782, MD 38.979 -76.491,
  MA 42.358 -71.064, MI 42.734 -84.555, MN 44.955 -93.102, MS 32.304 -90.182, MO 38.579 -92.173,
  MT 46.586 -112.018, NE 40.808 -96.700, NV 39.164 -119.766, NH 43.207 -71.538, NJ 40.217 -74.743,
  NM 35.682 -105.940, NY 42.653 -73.757, NC 35.780 -78.639, ND 46.821 -100.783, OH 39.961 -82.999,
  OK 35.492 -97.503, OR 44.938 -123.030, PA 40.264 -76.883, RI 41.831 -71.415, SC 34.000 -81.033,
  SD 44.367 -100.346, TN 36.166 -86.784, TX 30.275 -97.740, UT 40.777 -111.888, VT 44.262 -72.581,
  VA 37.539 -77.434, WA 47.036 -122.905, WV 38.336 -81.612, WI 43.075 -89.384, WY 41.140 -104.820,
  DC 38.890 -77.009`
  .split(",")
  .map((line) => line.trim().split(" "))
  .map(([state = "", latitude, longitude]) => [state, Number(latitude), Number(longitude)] as const);

const stateAt = (latitude: number, longitude: number) => loadStates().stateAt(latitude, longitude);

test("every state's capital, and the country's, is in it", () => {
  expect(new Set(capitals.map(([state]) => state)).size).toBe(51);
  expect(capitals.map(([, latitude, longitude]) => stateAt(latitude, longitude))).toEqual(
    capitals.map(([state]) => state),
  );
});

describe("territories", () => {
  test.each([
    ["PR", 18.41, -66.06],
    ["VI", 17.73, -64.76],
    ["GU", 13.47, 144.79],
    ["MP", 15.19, 145.75],
    ["AS", -14.32, -170.74],
  ])("%s", (state, latitude, longitude) => {
    expect(stateAt(latitude, longitude)).toBe(state);
  });
});

describe("islands and exclaves", () => {
  test.each([
    ["Key West", "FL", 24.555, -81.78],
    ["Nantucket", "MA", 41.28, -70.08],
    ["Block Island", "RI", 41.17, -71.58],
    ["Catalina", "CA", 33.38, -118.42],
    ["Isle Royale", "MI", 48.0, -88.83],
    ["Staten Island", "NY", 40.58, -74.15],
    ["Kauai", "HI", 22.05, -159.5],
    ["Adak, west longitude", "AK", 51.88, -176.65],
    ["Attu, east longitude", "AK", 52.9, 172.95],
    ["Semisopochnoi, beside the antimeridian", "AK", 51.95, 179.6],
    ["Upper Peninsula", "MI", 46.5, -87.5],
    ["Eastern Shore", "VA", 37.7, -75.7],
    ["Kentucky Bend", "KY", 36.54, -89.5],
    ["Northwest Angle", "MN", 49.3, -95.05],
    ["Point Roberts", "WA", 48.985, -123.06],
  ])("%s is in %s", (_, state, latitude, longitude) => {
    expect(stateAt(latitude, longitude)).toBe(state);
  });
});

describe("near borders", () => {
  test.each([
    ["Kansas City, on State Line Road", null, 39.04, -94.608],
    ["Kansas City, 4 km west", "KS", 39.04, -94.654],
    ["Kansas City, 4 km east", "MO", 39.04, -94.56],
    ["Four Corners", null, 36.999, -109.045],
    ["Four Corners, 5 km north-east", "CO", 37.03, -109.0],
    ["Four Corners, 5 km north-west", "UT", 37.03, -109.09],
    ["Four Corners, 5 km south-east", "NM", 36.96, -109.0],
    ["Four Corners, 5 km south-west", "AZ", 36.96, -109.09],
    ["Cincinnati with two decimals, which is the far bank of the Ohio", null, 39.09, -84.51],
    ["Trenton's State House, on the Delaware", null, 40.2204, -74.7699],
    ["Ewa Beach, in the water by the polygons", "HI", 21.31, -158.01],
    ["Lavallette, in the water by the polygons", "NJ", 39.96, -74.06],
    ["3 km off Lavallette", null, 39.96, -74.02],
  ])("%s: %s", (_, state, latitude, longitude) => {
    expect(stateAt(latitude, longitude)).toBe(state);
  });
});

describe("nowhere in the United States", () => {
  test.each([
    ["London", 51.5, -0.13],
    ["Toronto", 43.65, -79.38],
    ["Windsor, Ontario", 42.3, -83.02],
    ["Vancouver", 49.26, -123.12],
    ["Tijuana", 32.51, -117.04],
    ["Havana", 23.11, -82.37],
    ["the middle of Lake Michigan", 43.5, -87.0],
    ["the middle of the Atlantic", 35, -45],
    ["latitude and longitude 0", 0, 0],
    ["the poles", 90, 0],
    ["the other pole", -90, 0],
    ["the antimeridian", 52, 180],
    ["the antimeridian, from the west", 52, -180],
    ["latitude not a number", Number.NaN, -100],
    ["longitude not a number", 40, Number.NaN],
    ["infinity", Number.POSITIVE_INFINITY, -100],
    ["latitude out of range", 140, -100],
    ["longitude out of range, as Denver plus a turn", 39.74, -104.99 + 360],
    ["Denver with its coordinates swapped", -104.99, 39.74],
  ])("%s", (_, latitude, longitude) => {
    expect(stateAt(latitude, longitude)).toBeNull();
  });
});

test("the polygons are loaded once", () => {
  expect(loadStates()).toBe(loadStates());
});

test("a million points take seconds, not minutes", () => {
  const states = loadStates();
  const started = performance.now();
  let found = 0;
  for (let i = 0; i < 1_000_000; i++) {
    // The golden ratio's multiples fill the box evenly.
    const [u, v] = [(i * 0.618_033_988_75) % 1, (i * 0.754_877_666_25) % 1];
    if (states.stateAt(24 + 25 * u, -125 + 59 * v) !== null) found++;
  }
  const ms = performance.now() - started;
  expect(found).toBeGreaterThan(500_000);
  expect(found).toBeLessThan(600_000);
  // About a second measured (ADR 0005); a walk over all 15,000 edges would take minutes.
  expect(ms).toBeLessThan(10_000);
});

test("no border crosses the antimeridian, which the index relies on", () => {
  const widest = regionsOf("counties-10m.json")
    .flatMap(({ rings }) => rings)
    .flatMap((ring) => ring.slice(1).map(([x = 0], i) => Math.abs(x - (ring[i]?.[0] ?? 0))));
  expect(widest.length).toBeGreaterThan(10_000);
  expect(widest.reduce((most, width) => Math.max(most, width), 0)).toBeLessThan(5);
});
