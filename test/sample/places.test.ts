import { expect, it } from "vitest";
import { loadStates } from "../../src/places/states.ts";
import { incomeFactors, places } from "../../src/sample/places.ts";

it("customers live inside the state they state, away from its borders", () => {
  const index = loadStates();
  const outside = places.flatMap(({ state, latitude, longitude, spread }) => {
    const reach = Math.round(spread * 100) + 1;
    const steps = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach);
    return steps.flatMap((dy) =>
      steps
        .filter((dx) => dx * dx + dy * dy <= reach * reach)
        .map((dx) => ({ state, found: index.stateAt(latitude + dy / 100, longitude + dx / 100) }))
        .filter(({ found }) => found !== state),
    );
  });
  expect(outside).toEqual([]);
});

it("all 50 states and DC have a place", () => {
  const states = new Set(places.map((place) => place.state));
  expect(states.size).toBe(51);
  expect(Object.keys(incomeFactors).filter((state) => !states.has(state))).toEqual([]);
});
