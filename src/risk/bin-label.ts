import type { Bin } from "./model.ts";
import { boundWord } from "./number-words.ts";

const SHOWN = 4;

/** What a bin holds, in words: "0.3 to 0.6" is 0.3 <= value < 0.6; of small whole numbers "2 to 4" includes both. */
export function binLabel(
  { kind, low, high, codes, levels }: Pick<Bin, "kind" | "low" | "high" | "codes" | "levels">,
  isWhole: boolean,
): string {
  switch (kind) {
    case "range":
      return rangeLabel(low, high, isWhole);
    case "codes":
      return `${codes.length === 1 ? "code" : "codes"} ${listed(codes.map(String))}`;
    case "levels":
      return listed(levels);
    case "missing":
      return "missing";
    case "other":
      return "any other";
  }
}

function rangeLabel(low: number | null, high: number | null, isWhole: boolean): string {
  if (low === null) return high === null ? "any value" : `below ${boundWord(high)}`;
  if (high === null) return `${boundWord(low)} or more`;
  if (!isWhole) return `${boundWord(low)} to ${boundWord(high)}`;
  return high - low <= 1 ? boundWord(low) : `${boundWord(low)} to ${boundWord(high - 1)}`;
}

const listed = (words: readonly string[]): string =>
  words.length <= SHOWN
    ? words.join(", ")
    : `${words.slice(0, SHOWN - 1).join(", ")} and ${words.length - SHOWN + 1} more`;
