import { describe, expect, test } from "vitest";
import { validate } from "../../src/risk/validate.ts";
import { inputOf, makeBorrowers, reorder, trained, withoutDates } from "./borrowers.ts";

const table = withoutDates(makeBorrowers(51, 900));
const model = await trained(table);
const { outcome: _, ...withoutOutcome } = table;

describe("a model held against other customers", () => {
  test("of the same kind is stable, and holds", async () => {
    const found = await validate(model, withoutDates(makeBorrowers(52, 2000)));
    expect(found.stability[0]).toMatchObject({ input: null, verdict: "stable" });
    expect(found.stability.slice(1).map(({ input }) => input)).toEqual(
      model.scorecard.characteristics.map(({ input }) => input),
    );
    const trainedAt = model.performance[0]?.auc.value ?? 0;
    expect(Math.abs((found.performance?.auc.value ?? 0) - trainedAt)).toBeLessThan(0.06);
    expect(found.caveats).toEqual([]);
  });

  test("against itself has an index of none", async () => {
    const { stability, customers, defaults, fairness } = await validate(model, table);
    for (const { index, bins } of stability) {
      expect(index).toBeCloseTo(0, 12);
      expect(bins.reduce((sum, bin) => sum + bin.actual, 0)).toBe(900);
    }
    expect({ customers, defaults }).toEqual({ customers: 900, defaults: model.defaults });
    expect(fairness.reduce((sum, group) => sum + group.customers, 0)).toBe(900);
  });

  test("that have moved says what has shifted", async () => {
    const moved = makeBorrowers(53, 2000, { intercept: 0.5 });
    const utilisation = inputOf(moved, "utilisation");
    if (utilisation.kind !== "number") throw new Error("utilisation is a number");
    const inputs = moved.inputs.map((input) =>
      input.name === "utilisation"
        ? { ...utilisation, values: utilisation.values.map((u) => u + 0.6) }
        : input,
    );
    const found = await validate(model, withoutDates({ ...moved, inputs }));
    expect(found.stability.find(({ input }) => input === "utilisation")?.verdict).toBe("shifted");
    expect(found.caveats.join(" ")).toMatch(/Shifted since training: .*"utilisation"/);
    expect(found.stability.find(({ input }) => input === "late")?.verdict).toBe("stable");
  });

  test("without outcomes tells stability alone", async () => {
    const found = await validate(model, withoutOutcome);
    expect(found).toMatchObject({ performance: null, defaults: null });
    expect(found.stability.length).toBeGreaterThan(1);
    expect(found.caveats[0]).toBe("Without outcomes nothing can be said of how well the model holds.");
  });

  test("who all paid, or are few, or none, is answered", async () => {
    const paid = await validate(model, { ...table, outcome: new Uint8Array(900) });
    expect(paid).toMatchObject({ performance: null, defaults: 0 });
    const one = await validate(model, reorder(table, [0]));
    expect(one.performance).toBeNull();
    expect(one.caveats.join(" ")).toContain("With 1 customers the stability indices move by chance alone.");
    const none = await validate(model, reorder(table, []));
    expect(none).toMatchObject({ customers: 0, stability: [], fairness: [] });
  });
});
