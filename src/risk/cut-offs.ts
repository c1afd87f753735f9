import type { CutOff } from "./model.ts";
import { rankingOf } from "./ranking.ts";

/**
 * What cut-offs do, strictest first, at about every `count`-th part of the customers. Selected is who has at most the
 * cut-off's probability or, without one, at least its score; whoever is equal is selected together. The last selects
 * everyone. Without outcomes nothing is said of defaults.
 */
export function cutOffsOf(
  outcome: Uint8Array | null,
  pd: Float64Array | null,
  score: Float64Array,
  count = 50,
): CutOff[] {
  const ranking = rankingOf(outcome ?? new Uint8Array(score.length), pd ?? score.map((points) => -points));
  const { customers, defaults, risks, customersAt, defaultsAt } = ranking;
  const lowest = new Float64Array(risks.length).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < score.length; i++) {
    const at = ranking.placeOf[i]!;
    if (score[i]! < lowest[at]!) lowest[at] = score[i]!;
  }
  const cutOffs: CutOff[] = [];
  let selected = 0;
  let defaultsSelected = 0;
  let lowestSelected = Number.POSITIVE_INFINITY;
  let next = 1;
  for (let at = 0; at < risks.length; at++) {
    selected += customersAt[at]!;
    defaultsSelected += defaultsAt[at]!;
    lowestSelected = Math.min(lowestSelected, lowest[at]!);
    if (selected * count < next * customers) continue;
    next = Math.floor((selected * count) / customers) + 1;
    cutOffs.push({
      pd: pd === null ? null : risks[at]!,
      score: lowestSelected,
      selected,
      share_selected: selected / customers,
      defaults_selected: defaultsSelected,
      rate_selected: outcome && defaultsSelected / selected,
      share_defaults_avoided: outcome && defaults > 0 ? (defaults - defaultsSelected) / defaults : null,
    });
  }
  return cutOffs;
}
