import { afterAll, describe, expect, test } from "vitest";
import { excepted, figures } from "./figures.ts";
import { differences, hasShared, readCount, readFigures, sources, viewsOf } from "./shared.ts";

describe.skipIf(!hasShared)("the figures of the case study", () => {
  const truth = hasShared ? readFigures() : {};
  const views = viewsOf(sources["case-study"]);
  afterAll(() => views[Symbol.asyncDispose]());

  test("every figure of the file is computed here, or excepted with a reason", () => {
    expect(Object.keys(truth)).toHaveLength(readCount());
    const known = [...Object.keys(figures), ...Object.keys(excepted)];
    expect(new Set(known).size).toBe(known.length);
    expect(known.toSorted()).toEqual(Object.keys(truth).toSorted());
  });

  test.each(Object.keys(figures))("%s", async (key) => {
    const actual = await figures[key]?.(views);
    expect(differences(actual, truth[key]?.value), truth[key]?.definition ?? "").toEqual([]);
  });
});
