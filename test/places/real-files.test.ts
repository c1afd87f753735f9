import { describe, expect, test } from "vitest";
import { loadPlaces } from "../../src/places/nearest.ts";
import { loadStates } from "../../src/places/states.ts";
import { hasRealFiles, readCustomers, readDamaged } from "./customers.ts";

if (!hasRealFiles)
  console.warn("skipped: no ../shared folder beside the checkout, so no real files to look up");

describe.skipIf(!hasRealFiles)("2,000 customers whose state is known", () => {
  test("1,994 are right, 6 beside a border are not given, none is wrong", () => {
    const states = loadStates();
    const customers = readCustomers();
    expect(customers).toHaveLength(2000);
    const found = customers.map((customer) => ({
      ...customer,
      found: states.stateAt(customer.latitude, customer.longitude),
    }));
    expect(found.filter(({ found, state }) => found !== null && found !== state)).toEqual([]);
    expect(found.filter(({ found, state }) => found === state).length).toBeGreaterThanOrEqual(1994);
  });

  test("no two candidates of a damaged latitude agree on a wrong state", () => {
    const states = loadStates();
    const damaged = readDamaged().map(({ candidates, longitude, true_state }) => {
      const found = new Set(candidates.map((latitude) => states.stateAt(latitude, longitude)));
      const [only] = found;
      return { true_state, only: found.size === 1 ? (only ?? null) : null };
    });
    expect(damaged).toHaveLength(45);
    const given = damaged.filter(({ only }) => only !== null);
    expect(given.filter(({ only, true_state }) => only !== true_state)).toEqual([]);
    expect(given.length).toBeGreaterThanOrEqual(38);
  });

  test("nearly every customer has a place, mostly in the customer's state", () => {
    const places = loadPlaces();
    const labels = readCustomers().map(({ state, latitude, longitude }) => ({
      state,
      label: places.nearest(latitude, longitude),
    }));
    expect(labels.filter(({ label }) => label === null).length).toBeLessThanOrEqual(1);
    expect(labels.filter(({ label, state }) => label?.endsWith(`, ${state}`)).length).toBeGreaterThan(1980);
  });
});
