import type { TrainedModel } from "../portfolio/learning.ts";
import type { ValidatedFiles } from "../portfolio/scoring.ts";
import type { Estimate, Fairness, Performance, Stability } from "../risk/model.ts";
import { counted, percent, whole } from "../schema/format.ts";
import { safe, styled, table } from "./table.ts";

const print = (text = "") => console.log(text);
const sentence = (text: string) => print(`• ${safe(text)}`);

/** A trained model on a screen: what it is, how well it holds, what it looks at, and what it leaves out. */
export function printTrained({ model, notes, isBenchmark }: TrainedModel, out: string | undefined): void {
  const { outcome, customers, defaults } = model;
  print(
    styled(
      "bold",
      `${titles[model.champion]}: ${counted(customers, "customer")}, ${counted(defaults, "default")} (${percent(defaults / customers)})`,
    ),
  );
  print(safe(`outcome ${outcome.column}: ${outcome.event.join(", ")}; ${outcome.kind}`));
  sentence(model.champion_because);
  print();
  print(performances(model.performance));
  print(
    styled("dim", `cross-validated in ${model.folds} folds; 95 % intervals; lower Brier scores are better`),
  );
  if (model.out_of_time !== null) {
    print();
    print(`trained on the rows before ${model.out_of_time.from}, looked at on the later ones:`);
    print(performances(model.out_of_time.performance));
  }
  const inputs = model.inputs.toSorted((a, b) => b.information_value - a.information_value);
  if (inputs.length > 0) {
    print();
    print(
      table(
        ["input", "information value", "missing", "codes", "not in the scorecard because"],
        inputs.map((input) => [
          input.label,
          input.information_value.toFixed(3),
          whole(input.missing),
          input.codes.join(", "),
          input.unused_because ?? "",
        ]),
        [false, true, true],
      ),
    );
  }
  if (model.left_out.length > 0) {
    print();
    print(
      table(
        ["left out", "as", "because"],
        model.left_out.map(({ column, reason, because }) => [column, reason, because]),
      ),
    );
  }
  printFairness(model.fairness, model.cut_off);
  print();
  if (isBenchmark)
    sentence("Learnt from what never decides as well: for comparison only, never to score with.");
  for (const caveat of model.caveats) sentence(caveat);
  for (const note of notes) sentence(note);
  if (out !== undefined) print(`written to ${out}`);
}

/** A validation on a screen. */
export function printValidated({ validation, notes }: ValidatedFiles, out: string | undefined): void {
  const { customers, defaults, performance, stability, fairness, cut_off, caveats } = validation;
  const known = defaults === null ? "outcomes not known" : `${counted(defaults, "default")}`;
  print(styled("bold", `Validation: ${counted(customers, "customer")}, ${known}`));
  if (performance !== null) {
    print();
    print(performances([performance]));
  }
  print();
  print(shifts(stability));
  printFairness(fairness, cut_off);
  print();
  for (const caveat of caveats) sentence(caveat);
  for (const note of notes) sentence(note);
  if (out !== undefined) print(`written to ${out}`);
}

const titles = { ranking: "Ranking without probabilities", scorecard: "Scorecard", trees: "Boosted trees" };

function performances(all: readonly Performance[]): string {
  return table(
    ["model", "AUC", "Gini", "KS", "Brier", "calibration slope"],
    all.map((one) => [
      one.model,
      estimate(one.auc),
      one.gini.value.toFixed(3),
      estimate(one.ks),
      estimate(one.brier),
      estimate(one.calibration_slope),
    ]),
  );
}

function estimate(found: Estimate | null): string {
  if (found === null) return "–";
  const [value, low, high] = [found.value, found.low, found.high].map((n) => n?.toFixed(3));
  return low === undefined || high === undefined ? `${value}` : `${value} (${low} to ${high})`;
}

const shifts = (all: readonly Stability[]): string =>
  table(
    ["shift of", "index", "verdict"],
    all.map(({ input, index, verdict }) => [input ?? "the score", index.toFixed(3), verdict]),
    [false, true],
  );

/** Groups with a rate below four fifths of the best: a reason to look closer. */
function printFairness(fairness: readonly Fairness[], cutOff: number): void {
  const low = fairness.filter(({ ratio }) => ratio !== null && ratio < 0.8);
  if (low.length === 0) return;
  print();
  print(
    table(
      [`selected at ${percent(cutOff)}`, "group", "customers", "rate", "ratio", "95 %"],
      low.map(({ dimension, group, customers, rate, ratio, ratio_low, ratio_high }) => [
        dimension,
        group,
        whole(customers),
        percent(rate),
        ratio?.toFixed(2) ?? "–",
        ratio_low === null || ratio_high === null
          ? "–"
          : `${ratio_low.toFixed(2)} to ${ratio_high.toFixed(2)}`,
      ]),
      [false, false, true, true, true],
    ),
  );
  print(styled("dim", "below 0.8 of the best group's rate: a reason to look closer, no verdict"));
}
