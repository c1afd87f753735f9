import { describe, expect, it } from "vitest";
import type { FigureData } from "../../web/dashboard/figures.ts";
import {
  chosenIn,
  consequences,
  cutOffsOf,
  nearest,
  scoreBinsOf,
  scoreWords,
  spanOf,
} from "../../web/dashboard/predict/cut-offs.ts";
import type { Row } from "../../web/kit/data.ts";

const figure = (rows: readonly Row[]): FigureData => ({
  id: "made-up",
  title: "",
  question: "",
  topic: "predict",
  grain: "",
  unit: "customer",
  definition: "",
  params: {},
  columns: [],
  total: rows.length,
  list: false,
  rows,
  insight: "",
  chart: { mark: "table" },
  sql: "",
  opens: [],
});
const cut = (score: number, beyond: number, more: Row = {}): Row => ({
  score,
  customers_beyond: beyond,
  selected: 200 - beyond,
  ...more,
});

describe("cut-offs", () => {
  const cuts = cutOffsOf(
    figure([cut(520, 60), cut(480, 0), cut(500, 19), cut(505, 20), { score: null, selected: 200 }]),
  );

  it("stand in the order of their scores; one without a score is none", () => {
    expect(cuts.map(({ score }) => score)).toEqual([480, 500, 505, 520]);
  });

  it("begin where a tenth of the customers is beyond, or where the address says", () => {
    expect(chosenIn(cuts, null)).toBe(2);
    expect(chosenIn(cuts, "")).toBe(2);
    expect(chosenIn(cuts, "not a number")).toBe(2);
    expect(chosenIn(cuts, "517")).toBe(3);
    expect(chosenIn(cuts, "-1e9")).toBe(0);
    expect(chosenIn(cutOffsOf(figure([cut(1, 3), cut(2, 5)])), null)).toBe(0);
    expect(chosenIn([], null)).toBe(0);
    expect(nearest(cuts, 502.4)).toBe(1);
    expect(nearest(cuts, 502.6)).toBe(2);
  });

  it("say what they do, with defaults only where they are known", () => {
    const [, , third] = cuts;
    expect(third && consequences(third)).toBe("20 customers score below it (10.0%)");
    expect(third && scoreWords(third)).toBe("505 points");
    const [fitted] = cutOffsOf(
      figure([cut(505, 1, { pd: 0.204, share_defaults_avoided: 0.31, rate_selected: 0.042 })]),
    );
    expect(fitted && consequences(fitted)).toBe(
      "1 customer scores below it (0.5%), with 31.0% of the defaults; of those who stay, 4.2% default",
    );
    expect(fitted && scoreWords(fitted)).toBe("505 points, where the probability of default is 20.4%");
    const [nobody] = cutOffsOf(figure([{ score: 5, customers_beyond: 0, selected: 0 }]));
    expect(nobody && consequences(nobody)).toBe("0 customers score below it");
  });
});

describe("bins of scores", () => {
  const bins = scoreBinsOf(
    figure([
      { low: null, high: 440, customers: 0, defaults: 0 },
      { low: 440, high: 450, customers: 3, defaults: 1 },
      { low: 450, high: 460, customers: 0, defaults: 0 },
      { low: 460, high: null, customers: 5, defaults: null },
    ]),
  );

  it("are as wide as the others where they are open, and begin and end with somebody", () => {
    expect(bins).toEqual([
      { low: 440, high: 450, customers: 3, defaults: 1 },
      { low: 450, high: 460, customers: 0, defaults: 0 },
      { low: 460, high: 470, customers: 5, defaults: null },
    ]);
    expect(scoreBinsOf(figure([{ low: 0, high: 5, customers: 0 }]))).toEqual([]);
  });

  it("span the axis together with the cut-offs", () => {
    expect(spanOf(bins, cutOffsOf(figure([cut(475, 1)])))).toEqual([440, 475]);
    expect(spanOf([], cutOffsOf(figure([cut(475, 1)])))).toEqual([475, 476]);
    expect(spanOf([], [])).toEqual([0, 1]);
  });
});
