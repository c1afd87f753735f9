import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CardscopeError } from "../../src/errors.ts";
import type { Labelled } from "../../src/risk/borrowers.ts";
import { modelSchema } from "../../src/risk/model.ts";
import { Random } from "../../src/risk/random.ts";
import { score } from "../../src/risk/score.ts";
import { rowsToLearn } from "../../src/risk/train.ts";
import {
  inputOf,
  makeBorrowers,
  reorder,
  trained,
  withCounts,
  withInput,
  withoutDates,
} from "./borrowers.ts";

const refusal = async (table: Labelled): Promise<CardscopeError> =>
  trained(table).then(
    () => Promise.reject(new Error("it was trained")),
    (error: CardscopeError) => error,
  );

describe("the same model", () => {
  const table = makeBorrowers(11, 700);

  test("byte for byte, whatever the order of the rows and whatever their keys", async () => {
    const text = JSON.stringify(await trained(table));
    const { pd: straight } = await score(JSON.parse(text), table);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1000 }), async (step) => {
        const order = table.keys
          .map((_, i) => i)
          .sort((a, b) => ((a * 7919 + step) % 701) - ((b * 7919 + step) % 701));
        const shuffled = { ...reorder(table, order), keys: order.map((_, i) => String(i)) };
        const model = await trained(shuffled);
        expect(JSON.stringify(model)).toBe(text);
        const { pd } = await score(model, shuffled);
        order.forEach((row, i) => {
          expect(pd?.[i]).toBe(straight?.[row]);
        });
      }),
      { numRuns: 4 },
    );
  });

  test("with trees too", async () => {
    const many = withoutDates(makeBorrowers(12, 1500));
    const order = many.keys.map((_, i) => (i * 7) % 1500);
    const [one, two] = await Promise.all([trained(many), trained(reorder(many, order))]);
    expect(one.trees).not.toBeNull();
    expect(JSON.stringify(two)).toBe(JSON.stringify(one));
  });

  test("not of another seed, which deals other folds", async () => {
    const [one, two] = await Promise.all([trained(table), trained(table, { seed: 2 })]);
    expect(one.performance[0]?.auc.value).not.toBe(two.performance[0]?.auc.value);
    expect(one.scorecard.characteristics.map(({ input }) => input)).toEqual(
      two.scorecard.characteristics.map(({ input }) => input),
    );
  });

  test("is what its file says", async () => {
    const model = await trained(table);
    expect(modelSchema.parse(JSON.parse(JSON.stringify(model)))).toEqual(model);
  });
});

describe("by the number of defaults", () => {
  const large = makeBorrowers(5, 5000);

  test.each([
    [20, 300, "ranking"],
    [99, 300, "ranking"],
    [100, 900, "scorecard"],
    [299, 900, "scorecard"],
  ] as const)("%d and %d others: a %s alone", async (defaults, others, champion) => {
    const model = await trained(withoutDates(withCounts(large, defaults, others)));
    expect(model).toMatchObject({
      champion,
      defaults,
      customers: defaults + others,
      trees: null,
      auc_difference: null,
    });
    expect(model.performance.map((one) => one.model)).toEqual([champion]);
    expect(model.performance[0]?.brier === null).toBe(champion === "ranking");
    expect(model.cut_offs.every(({ pd }) => (pd === null) === (champion === "ranking"))).toBe(true);
    expect(model.champion_because).toContain(
      `${defaults} of ${(defaults + others).toLocaleString("en-US")} customers defaulted`,
    );
  });

  test("from 300 the trees challenge, and the scorecard stays where they are no better", async () => {
    const model = await trained(withoutDates(withCounts(large, 320, 1200)));
    expect(model.performance.map((one) => one.model).sort()).toEqual(["scorecard", "trees"]);
    const { champion, auc_difference: difference } = model;
    // the made-up risk is a sum, which is what a scorecard is
    expect(champion).toBe("scorecard");
    expect(difference?.low).toBeLessThan(0);
    expect(model.champion_because).toMatch(
      /^the trees' AUC less the scorecard's is .* so the scorecard stays$/,
    );
  });

  test("the trees win where two inputs only tell together", async () => {
    const rows = 4000;
    const random = new Random(4, 1);
    const a = Float64Array.from({ length: rows }, () => random.uniform());
    const b = Float64Array.from({ length: rows }, () => random.uniform());
    const outcome = Uint8Array.from(a, (value, i) =>
      random.chance(value > 0.6 !== (b[i] ?? 0) > 0.5 ? 0.5 : 0.1) ? 1 : 0,
    );
    const model = await trained({
      rows,
      keys: Array.from(a, (_, i) => String(i)),
      inputs: [
        { name: "a", kind: "number", values: a, codes: [] },
        { name: "b", kind: "number", values: b, codes: [] },
      ],
      groupings: [],
      outcome,
    });
    expect(model).toMatchObject({
      champion: "trees",
      performance: [{ model: "trees" }, { model: "scorecard" }],
    });
    expect(model.auc_difference?.low).toBeGreaterThan(0);
  });

  test.each([
    [19, 500, "19 of 519 defaulted"],
    [500, 19, "500 of 519 defaulted"],
    [0, 50, 'the outcome "defaulted" is constant: none of the 50 customers defaulted'],
    [50, 0, 'the outcome "defaulted" is constant: all of the 50 customers defaulted'],
    [1, 0, "1 of 1 defaulted"],
  ])("%d and %d others: refused", async (defaults, others, message) => {
    const error = await refusal(withCounts(large, defaults, others));
    expect(error).toMatchObject({ code: "DATA_REFUSED", exitCode: 3 });
    expect(error.message).toContain(message);
  });
});

test("of very many customers a part is learnt from, with enough of the rarer outcome", () => {
  expect(rowsToLearn(200_000, 300)).toBe(200_000);
  expect(rowsToLearn(1_000_000, 200_000)).toBe(200_000);
  expect(rowsToLearn(1_000_000, 20_000)).toBe(500_000);
  expect(rowsToLearn(1_000_000, 900)).toBe(1_000_000);
});

describe("what a model says of itself", () => {
  test("looks at later months where the rows have dates", async () => {
    const model = await trained(makeBorrowers(6, 900));
    // 500 days from 2019-04-14: months of about 30 days, and the latest quarter begins in late April 2020
    expect(model.out_of_time?.from).toMatch(/^2020-0[45]-01$/);
    const share = (model.out_of_time?.performance[0]?.customers ?? 0) / 900;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.3);
    expect((await trained(withoutDates(makeBorrowers(6, 900)))).out_of_time).toBeNull();
  });

  test("says that nothing tells anything, and gives everyone the same", async () => {
    const table = makeBorrowers(7, 800);
    const model = await trained(withoutDates({ ...table, inputs: [inputOf(table, "noise")] }));
    expect(model.scorecard.characteristics).toEqual([]);
    expect(model.caveats.join(" ")).toContain("No input tells enough about the outcome");
    expect(model.performance[0]?.auc.value).toBeGreaterThan(0.4);
    expect(model.performance[0]?.auc.value).toBeLessThan(0.6);
    const { pd } = await score(model, table);
    expect(new Set(pd).size).toBe(1);
    expect(pd?.[0]).toBeCloseTo(model.defaults / model.customers, 6);
  });

  test("says so when inputs together give the outcome away", async () => {
    const table = makeBorrowers(8, 2000);
    const half = (part: number) =>
      Float64Array.from(table.outcome, (y, i) => (i % 2 === part ? y + Math.sin(i) / 3 : 0.5));
    const leaking = [0, 1].reduce(
      (all, part) => withInput(all, { name: `half ${part}`, kind: "number", values: half(part), codes: [] }),
      withoutDates(table),
    );
    const model = await trained(leaking, { checkLeakage: false });
    expect(model.caveats.join(" ")).toMatch(/AUC of (0\.9[89]\d|1\.000) is too good to be true/);
    expect(model.caveats.join(" ")).toContain("were not looked for");
  });

  test("reads what was divided by nothing as missing", async () => {
    const table = withoutDates(makeBorrowers(10, 900));
    const instead = (value: number) => ({
      ...table,
      inputs: table.inputs.map((input) =>
        input.kind === "number"
          ? { ...input, values: input.values.map((x, row) => (row % 9 === 0 ? value : x)) }
          : input,
      ),
    });
    const [infinite, missing] = await Promise.all([
      trained(instead(Number.POSITIVE_INFINITY)),
      trained(instead(Number.NaN)),
    ]);
    expect(JSON.stringify(infinite)).toBe(JSON.stringify(missing));
  });

  test("counts selection by group at the cut-off", async () => {
    const model = await trained(withoutDates(makeBorrowers(9, 900)), { cutOff: 0.2 });
    expect(model.cut_off).toBe(0.2);
    expect(model.fairness.map(({ dimension, group }) => `${dimension} ${group}`)).toEqual([
      "gender f",
      "gender m",
    ]);
    await expect(trained(makeBorrowers(9, 900), { cutOff: 1.5 })).rejects.toMatchObject({ code: "USAGE" });
  });

  test("stops when it is called off", async () => {
    const controller = new AbortController();
    controller.abort(new Error("called off"));
    await expect(trained(makeBorrowers(5, 5000), { signal: controller.signal })).rejects.toThrow(
      "called off",
    );
  });
});
