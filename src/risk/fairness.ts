import type { Grouping } from "./borrowers.ts";
import type { Fairness } from "./model.ts";
import { Z95 } from "./proportion.ts";

/** A group below it is too small to be what others are held against. */
const LEAST_REFERENCE = 30;

/**
 * Selection rates by group, and their ratio to the highest rate of a group of at least 30 (adverse impact ratio). The
 * interval is that of Katz and others for a ratio of two shares (Biometrics 34, 1978): normal on its logarithm. A
 * screen, no verdict.
 */
export const fairnessOf = (groupings: readonly Grouping[], selected: Uint8Array): Fairness[] =>
  groupings.flatMap((grouping) => {
    const customers = new Int32Array(grouping.groups.length);
    const chosen = new Int32Array(grouping.groups.length);
    grouping.values.forEach((group, row) => {
      if (group < 0) return;
      customers[group]!++;
      chosen[group]! += selected[row]!;
    });
    const groups = grouping.groups.map((group, at) => ({
      dimension: grouping.dimension,
      group,
      customers: customers[at]!,
      selected: chosen[at]!,
      rate: customers[at]! === 0 ? 0 : chosen[at]! / customers[at]!,
    }));
    const reference = groups
      .filter((group) => group.customers >= LEAST_REFERENCE)
      .reduce<Rated | undefined>(
        (best, group) => (best && best.rate >= group.rate ? best : group),
        undefined,
      );
    return groups
      .filter((group) => group.customers > 0)
      .map((group) => ({ ...group, ...ratioOf(group, reference) }));
  });

type Rated = Pick<Fairness, "customers" | "selected" | "rate">;
type Ratio = Pick<Fairness, "ratio" | "ratio_low" | "ratio_high">;

function ratioOf(group: Rated, reference: Rated | undefined): Ratio {
  if (reference === undefined || reference.selected === 0) {
    return { ratio: null, ratio_low: null, ratio_high: null };
  }
  const ratio = group.rate / reference.rate;
  // the reference is not compared with itself, and the logarithm of none is not finite
  if (group === reference || group.selected === 0) return { ratio, ratio_low: null, ratio_high: null };
  const variance = (1 - group.rate) / group.selected + (1 - reference.rate) / reference.selected;
  const half = Z95 * Math.sqrt(variance);
  return { ratio, ratio_low: ratio * Math.exp(-half), ratio_high: ratio * Math.exp(half) };
}
