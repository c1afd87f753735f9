import { describe, expect, test } from "vitest";
import type { BandBounds } from "../../src/risk/bands.ts";
import type { InputColumn, Labelled } from "../../src/risk/borrowers.ts";
import type { Model } from "../../src/risk/model.ts";
import { score } from "../../src/risk/score.ts";
import { inputOf, makeBorrowers, reorder, trained, withCounts, withoutDates } from "./borrowers.ts";

const bounds: BandBounds = {
  pd_moderate: 0.05,
  pd_high: 0.1,
  pd_very_high: 0.25,
  rank_moderate: 0.5,
  rank_high: 0.25,
  rank_very_high: 0.1,
};
const table = withoutDates(makeBorrowers(31, 3000));
const challenged = await trained(table);
const models: readonly (readonly [string, Model])[] = [
  ["scorecard", { ...challenged, champion: "scorecard" }],
  ["trees", { ...challenged, champion: "trees" }],
  ["ranking", await trained(withCounts(table, 90, 400))],
];
const order = ["low", "moderate", "high", "very_high"];
const without = (one: Labelled, name: string) => ({
  ...one,
  inputs: one.inputs.filter((input) => input.name !== name),
});
const replaced = (one: Labelled, column: InputColumn) => ({
  ...one,
  inputs: one.inputs.map((input) => (input.name === column.name ? column : input)),
});

describe.each(models)("a %s", (champion, model) => {
  test("ranks the riskiest first, and scores the safest highest", async () => {
    const { rank, logOdds, score: points, pd } = await score(model, table);
    const byRank = [...rank.keys()].sort((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0));
    expect(byRank.map((row) => rank[row])).toEqual(byRank.map((_, i) => i + 1));
    byRank.slice(1).forEach((row, i) => {
      const before = byRank[i] ?? -1;
      expect(logOdds[before]).toBeLessThanOrEqual(logOdds[row] ?? 0);
      if (logOdds[before] === logOdds[row])
        expect((table.keys[before] ?? "") < (table.keys[row] ?? "")).toBe(true);
    });
    expect(points.every(Number.isInteger)).toBe(true);
    expect(pd === null).toBe(champion === "ranking");
    pd?.forEach((value, row) => {
      expect(value).toBeCloseTo(1 / (1 + Math.exp(logOdds[row] ?? 0)), 12);
    });
  });

  test("says the same of a customer wherever the row stands", async () => {
    const rows = table.keys.map((_, i) => (i * 7) % table.rows);
    const [here, there] = [await score(model, table), await score(model, reorder(table, rows))];
    rows.forEach((row, i) => {
      expect(there.score[i]).toBe(here.score[row]);
      expect(there.logOdds[i]).toBe(here.logOdds[row]);
      expect(there.rank[i]).toBe(here.rank[row]);
    });
    expect(there.reasons(0)).toEqual(here.reasons(rows[0] ?? -1));
  });

  test("gives at most four reasons, each for points lost, the most first", async () => {
    const scores = await score(model, table);
    for (let row = 0; row < 100; row++) {
      const reasons = scores.reasons(row);
      expect(reasons.length).toBeLessThanOrEqual(4);
      const lost = reasons.map((reason) => reason.points_lost);
      expect(lost).toEqual([...lost].sort((a, b) => b - a));
      for (const { text, label, points_lost } of reasons) {
        expect(points_lost).toBeGreaterThan(0);
        expect(text.startsWith(`${label} `)).toBe(true);
        expect(text).toMatch(champion === "trees" ? /: \d+ points? lost$/ : /: \d+ of \d+ points lost$/);
      }
    }
  });

  test("advises only what lowers the band, by inputs that can be brought down", async () => {
    const scores = await score(model, table);
    const bands = scores.bands(bounds);
    let advised = 0;
    for (let row = 0; row < 200; row++) {
      const parts = scores.changes(row, bounds);
      if (bands[row] === "low") expect(parts).toEqual([]);
      if (parts.length === 0) continue;
      expect(parts.length).toBeLessThanOrEqual(2);
      const changed = parts.reduce<Labelled>((one, part) => {
        const [, label, bound] =
          part.match(/^(use of the limit|months late) (?:below|from \S+ to below) (\S+)$/) ?? [];
        const column = inputOf(one, label === "months late" ? "late" : "utilisation");
        if (column.kind !== "number" || bound === undefined) throw new Error(`unreadable: ${part}`);
        const values = column.values.slice();
        const high = Number(bound.replaceAll(",", ""));
        expect(values[row]).toBeGreaterThanOrEqual(high);
        values[row] = high - 1e-9;
        return replaced(one, { ...column, values });
      }, table);
      const after = await score(model, reorder(changed, [row]));
      const before = scores.logOdds[row] ?? 0;
      expect(after.logOdds[0]).toBeGreaterThan(before);
      if (champion === "ranking") continue;
      expect(order.indexOf(after.bands(bounds)[0] ?? "")).toBeLessThan(order.indexOf(bands[row] ?? ""));
      advised++;
    }
    if (champion !== "ranking") expect(advised).toBeGreaterThan(10);
  });

  test("takes a file without rows", async () => {
    const scores = await score(model, reorder(table, []));
    expect(scores.score.length).toBe(0);
    expect(scores.bands(bounds)).toEqual([]);
  });
});

describe("bands", () => {
  test("follow the probability", async () => {
    const { pd, bands } = await bandsOf(models[0]?.[1]);
    bands.forEach((band, row) => {
      const p = pd?.[row] ?? Number.NaN;
      expect(band).toBe(p >= 0.25 ? "very_high" : p >= 0.1 ? "high" : p >= 0.05 ? "moderate" : "low");
    });
  });

  test("of a ranking follow the place", async () => {
    const { bands } = await bandsOf(models[2]?.[1]);
    const share = (...names: string[]) => bands.filter((band) => names.includes(band)).length / bands.length;
    // customers of equal score stay together, so the shares are met from above
    expect(share("very_high")).toBeGreaterThanOrEqual(0.1);
    expect(share("very_high")).toBeLessThan(0.13);
    expect(share("very_high", "high")).toBeGreaterThanOrEqual(0.25);
    expect(share("low")).toBeLessThanOrEqual(0.5);
  });

  async function bandsOf(model: Model = challenged) {
    const scores = await score(model, table);
    return { pd: scores.pd, bands: scores.bands(bounds) };
  }
});

describe("a scorecard's reasons", () => {
  const scorecard: Model = { ...challenged, champion: "scorecard" };

  test("are the points below the best bin", async () => {
    const scores = await score(scorecard, table);
    for (let row = 0; row < 50; row++) {
      const best = scorecard.scorecard.characteristics.reduce(
        (sum, { bins }) =>
          sum + Math.max(...bins.filter((bin) => bin.customers > 0).map((bin) => bin.points)),
        scorecard.scorecard.offset_points,
      );
      const lost = scores.reasons(row, 99).reduce((sum, reason) => sum + reason.points_lost, 0);
      expect(best - lost).toBe(scores.score[row]);
    }
  });

  test("name codes and missing values", async () => {
    const scores = await score(scorecard, table);
    const texts = Array.from({ length: 500 }, (_, row) =>
      scores.reasons(row, 99).map(({ text }) => text),
    ).flat();
    expect(texts.some((text) => text.startsWith("months late code 98: "))).toBe(true);
    expect(texts.some((text) => text.startsWith("Annual income missing: "))).toBe(true);
    const income = inputOf(table, "Annual income");
    const row = income.values.findIndex((value) => Number.isNaN(value));
    expect(scores.missingInputs(row)).toContain("Annual income");
  });
});

describe("a file unlike the one in training", () => {
  test("without columns that the model looks at is refused with all of them", async () => {
    const bare = without(without(table, "late"), "Annual income");
    await expect(score(challenged, bare)).rejects.toMatchObject({
      code: "DATA_REFUSED",
      message: expect.stringMatching(
        /^the file lacks 2 columns that the model needs: ("late", "Annual income"|"Annual income", "late")$/,
      ),
    });
    await expect(
      score({ ...challenged, champion: "scorecard" }, without(table, "noise")),
    ).resolves.toBeDefined();
  });

  test.each(["scorecard", "trees"] as const)(
    "with a new category scores it, and says so: %s",
    async (champion) => {
      const colour = inputOf(table, "colour");
      if (colour.kind !== "category") throw new Error("colour is a category");
      const levels = [...colour.levels, "ultraviolet"];
      const values = colour.values.map((level, row) => (row < 12 ? 3 : level));
      const scores = await score({ ...challenged, champion }, replaced(table, { ...colour, levels, values }));
      expect(scores.unseen).toEqual([{ column: "colour", level: "ultraviolet", rows: 12 }]);
      expect(Number.isFinite(scores.logOdds[0])).toBe(true);
    },
  );

  test("with numbers that were read as words reads them, and says which are none", async () => {
    const late = inputOf(table, "late");
    const levels = ["1", "2", "98", "two"];
    const values = Int32Array.from(late.values, (_, row) => row % 4);
    const numbers = Float64Array.from(late.values, (_, row) => [1, 2, 98, Number.NaN][row % 4] ?? 0);
    const words = await score(
      challenged,
      replaced(table, { name: "late", kind: "category", levels, values }),
    );
    const same = await score(
      challenged,
      replaced(table, { name: "late", kind: "number", values: numbers, codes: [] }),
    );
    expect([...words.logOdds]).toEqual([...same.logOdds]);
    expect(words.unseen).toEqual([{ column: "late", level: "two", rows: 750 }]);
  });
});
