import { expect, test } from "vitest";
import type { AnyAnalysis } from "../../src/analyses/analysis.ts";
import { analyses } from "../../src/analyses/index.ts";
import { keptIds } from "../../src/live/history/snapshot.ts";
import { rowNames } from "../../src/live/row-names.ts";
import { openPortfolio } from "../../src/portfolio/portfolio.ts";
import { writeSample } from "../../src/sample/sample.ts";
import { temporaryFolder } from "./feed.ts";

test("what names a row names one", { timeout: 60_000 }, async () => {
  await using folder = await temporaryFolder();
  const { users, cards } = await writeSample(folder.path, {
    ...{ customers: 2000, seed: 3, format: "csv", brief: false },
  });
  await using portfolio = await openPortfolio([users, cards]);
  const ambiguous: string[] = [];
  for (const id of keptIds) {
    // the sample has no cities
    if (id === "customers-by-city") continue;
    const { rows } = await portfolio.run(id);
    const names = rowNames(analyses[id] as AnyAnalysis);
    const keys = (rows as readonly Record<string, unknown>[]).map((row) => names.map((name) => row[name]));
    if (new Set(keys.map((key) => JSON.stringify(key))).size < rows.length) ambiguous.push(id);
  }
  expect(ambiguous).toEqual([]);
});

test.each([
  ["portfolio-summary", []],
  ["utilisation", ["band"]],
  ["customers-by-city", ["state", "city"]],
  ["cards-per-customer", ["cards"]],
  ["offers", ["offer", "kind"]],
] as const)("%s", (id, names) => {
  expect(rowNames(analyses[id] as AnyAnalysis)).toEqual(names);
});
