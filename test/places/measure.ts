/** Prints the figures of docs/adr/0005-states-from-polygons.md: `npx tsx test/places/measure.ts`. */
import { indexBorders } from "../../src/places/border-index.ts";
import { readPlaces } from "../../src/places/gazetteer.ts";
import { loadPlaces } from "../../src/places/nearest.ts";
import { loadStates } from "../../src/places/states.ts";
import { type AtlasFile, haversine, regionsOf } from "./atlas.ts";
import { hasRealFiles, readCustomers, readDamaged } from "./customers.ts";

type Lookup = (latitude: number, longitude: number) => string | null;
type Known = { readonly state: string; readonly latitude: number; readonly longitude: number };

const timed = <T>(name: string, work: () => T): T => {
  const started = performance.now();
  const result = work();
  console.log(`${name}: ${Math.round(performance.now() - started)} ms`);
  return result;
};

const score = (known: readonly Known[], stateAt: Lookup): string => {
  const found = known.map((k) => ({ state: k.state, found: stateAt(k.latitude, k.longitude) }));
  const right = found.filter((f) => f.found === f.state).length;
  const missing = found.filter((f) => f.found === null).length;
  return `${right} right, ${missing} null, ${known.length - right - missing} wrong`;
};

const states = timed("load states", loadStates);
const index = timed("load places", loadPlaces);

const towns = readPlaces();
const rounded = towns.map((town) => ({
  ...town,
  latitude: Math.round(town.latitude * 100) / 100,
  longitude: Math.round(town.longitude * 100) / 100,
}));
const million = Array.from({ length: 1_000_000 }, (_, i) => {
  const [u, v] = [(i * 0.618_033_988_75) % 1, (i * 0.754_877_666_25) % 1];
  const town = towns[i % towns.length];
  return {
    even: [24 + 25 * u, -125 + 59 * v] as const,
    town: [(town?.latitude ?? 0) + u / 10 - 0.05, (town?.longitude ?? 0) + v / 10 - 0.05] as const,
  };
});
for (const spread of ["even", "town"] as const) {
  const countHits = (lookup: Lookup) => million.filter((point) => lookup(...point[spread]) !== null).length;
  timed(`1,000,000 states, ${spread}`, () => countHits(states.stateAt));
  timed(`1,000,000 places, ${spread}`, () => countHits(index.nearest));
}

const customers = hasRealFiles ? readCustomers() : [];
for (const file of ["states-10m.json", "counties-10m.json"] satisfies AtlasFile[]) {
  const regions = regionsOf(file);
  const { regionAt: inside } = indexBorders(regions, 0);
  const report = (rule: string, stateAt: Lookup) => {
    console.log(`${file}, ${rule}`);
    console.log(`  customers: ${score(customers, stateAt)}`);
    console.log(`  towns: ${score(towns, stateAt)}`);
    console.log(`  towns, two decimals: ${score(rounded, stateAt)}`);
  };
  report("inside", inside);
  for (const km of [0.25, 0.5, 0.75, 1, 2, 5]) {
    const { regionAt } = indexBorders(regions, km);
    report(`inside, else the only one within ${km} km`, (y, x) => inside(y, x) ?? regionAt(y, x));
    report(`the only one within ${km} km`, regionAt);
  }
}

if (hasRealFiles) {
  const outcomes = new Map<string, number>();
  for (const { candidates, longitude, true_state } of readDamaged()) {
    const found = new Set(candidates.map((latitude) => states.stateAt(latitude, longitude)));
    const [only] = found;
    const outcome = found.has(null)
      ? "one is null"
      : found.size > 1
        ? "disagree"
        : only === true_state
          ? "right"
          : "wrong";
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  console.log("45 damaged latitudes, by both candidates:", Object.fromEntries(outcomes));

  const labels = customers.map((c) => ({ ...c, label: index.nearest(c.latitude, c.longitude) }));
  const far = customers
    .map((c) =>
      towns.reduce(
        (least, t) => Math.min(least, haversine(c.latitude, c.longitude, t.latitude, t.longitude)),
        1e5,
      ),
    )
    .toSorted((a, b) => a - b);
  console.log("customers' nearest places:", {
    none: labels.filter(({ label }) => label === null).length,
    theirState: labels.filter(({ label, state }) => label?.endsWith(`, ${state}`)).length,
    theirCity: labels.filter(({ label, city, state }) => label === `${city}, ${state}`).length,
    medianKm: far[Math.floor(far.length / 2)]?.toFixed(1),
    p99Km: far[Math.floor(far.length * 0.99)]?.toFixed(1),
  });
}
