import { expect, test } from "vitest";
import { ticks } from "../../web/kit/format.ts";

test.each([
  ["count", [0, 1000, 2000], ["0", "1K", "2K"]],
  ["count", [2000, 2020, 2040], ["2,000", "2,020", "2,040"]],
  ["usd", [74_000_000, 74_200_000], ["$74.0M", "$74.2M"]],
  ["usd", [74_000_000, 74_020_000], ["$74,000,000", "$74,020,000"]],
  ["share", [0.4, 0.41], ["40%", "41%"]],
  ["share", [0.416, 0.417], ["41.6%", "41.7%"]],
  ["share", [0.4161, 0.4162], ["41.61%", "41.62%"]],
  ["number", [49.311, 49.312], ["49.311", "49.312"]],
  ["ratio", [-0.5, 0], ["−0.5", "0"]],
  ["count", [], []],
] as const)("ticks of %s at %j are told apart", (kind, values, texts) => {
  expect(ticks(kind, values)).toEqual(texts);
});
